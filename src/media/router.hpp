// SPDX-License-Identifier: MIT
// A router inside a worker: transports on it exchange what they carry. All of ours speak the same codecs.
// It lives as long as its worker process; the engine makes another under the same id afterwards. Lives on the control loop.
#pragma once

#include <unordered_map>

#include "media/direct_transport.hpp"
#include "media/pipe_transport.hpp"
#include "media/plain_transport.hpp"
#include "media/rtp_observer.hpp"
#include "media/webrtc_transport.hpp"

namespace dd::media {

class Router final : public WorkerObject, public std::enable_shared_from_this<Router> {
 public:
  // `webrtc_server` is the worker's, on which the WebRtcTransports share their ports.
  Router(std::shared_ptr<Channel> channel, std::string id, std::string webrtc_server);

  Task<Result<std::shared_ptr<WebRtcTransport>>> create_webrtc_transport(WebRtcTransportSettings settings, WebRtcTransport::Events events);
  Task<Result<std::shared_ptr<PlainTransport>>> create_plain_transport(PlainTransportSettings settings);
  Task<Result<std::shared_ptr<PipeTransport>>> create_pipe_transport(PipeTransportSettings settings);
  Task<Result<std::shared_ptr<DirectTransport>>> create_direct_transport(std::string id, DirectTransport::OnRtcp on_rtcp = {});

  // Usable at once: the worker works through its requests in order.
  std::shared_ptr<AudioLevelObserver> create_audio_level_observer(AudioLevelSettings settings, AudioLevelObserver::OnLevels on_levels);
  std::shared_ptr<ActiveSpeakerObserver> create_active_speaker_observer(std::chrono::milliseconds interval,
                                                                        ActiveSpeakerObserver::OnSpeaker on_speaker);

  void close();

  const std::shared_ptr<Channel>& channel() const { return channel_; }
  std::size_t transport_count() const { return transports_.size(); }

 protected:
  void forget_children() override;

 private:
  template <typename Kind>
  Result<std::shared_ptr<Kind>> adopt(std::shared_ptr<Kind> transport);
  Task<Reply> create(FBS::Request::Method method, FBS::Request::Body body_type, flatbuffers::Offset<void> body,
                     std::shared_ptr<Transport> transport);

  std::string webrtc_server_;
  std::unordered_map<std::string, std::shared_ptr<Transport>> transports_;
  std::vector<std::shared_ptr<RtpObserver>> observers_;
};

}  // namespace dd::media
