// SPDX-License-Identifier: MIT
// The transport of a browser: ICE (lite), DTLS, SRTP and SCTP on its worker's one UDP and one TCP port.
// It decides nothing about a failing connection, it tells. Lives on the control loop; made by Router.
#pragma once

#include "media/transport.hpp"
#include "meeting/media_port.hpp"

namespace dd::media {

struct WebRtcTransportSettings {
  std::string id;
  std::uint32_t initial_available_outgoing_bitrate = 600'000;
  bool enable_sctp = true;
  bool udp = true;
  bool prefer_tcp = false;
  std::chrono::seconds ice_consent_timeout{30};  // 1 to 255; 0 never times out
};

class WebRtcTransport final : public Transport {
 public:
  struct Events {
    UniqueFunction<void(meeting::TransportState)> on_state;
    UniqueFunction<void(meeting::TransportEnd)> on_failed;
  };

  WebRtcTransport(std::shared_ptr<Channel> channel, std::string id, std::string router, std::chrono::seconds ice_consent_timeout,
                  Events events);
  void listen();

  const meeting::TransportDescription& description() const { return description_; }
  void set_description(const FBS::WebRtcTransport::DumpResponse& dump, bool with_sctp);

  // kConflict when it is, or is being, connected already.
  Task<Result<void>> connect(meeting::DtlsParameters dtls);
  Task<Result<meeting::IceParameters>> restart_ice();
  Task<Result<void>> set_bitrates(meeting::TransportBitrates bitrates);

 private:
  std::shared_ptr<WebRtcTransport> self() { return std::static_pointer_cast<WebRtcTransport>(shared_from_this()); }
  void on_notification(const FBS::Notification::Notification& notification);
  Task<Result<void>> set_max_outgoing(std::uint32_t bitrate);
  Task<Result<void>> set_min_outgoing(std::uint32_t bitrate);

  Events events_;
  meeting::TransportDescription description_;
  bool connect_called_ = false;
  std::uint32_t min_outgoing_ = 0;
  Duration ice_consent_timeout_;
  bool over_tcp_ = false;
  Timer reconnect_limit_;
};

}  // namespace dd::media
