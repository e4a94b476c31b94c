// SPDX-License-Identifier: MIT
// One outgoing stream inside a worker: what a receiver is sent of a producer on the same router, with its layers and priority.
// It chooses no layers itself (the worker does, by the transport's bandwidth). Lives on the control loop; made by Transport.
#pragma once

#include <optional>
#include <span>

#include "base/task.hpp"
#include "media/worker_object.hpp"
#include "meeting/media_port.hpp"
#include "rtp/parameters.hpp"

namespace dd::media {

class Consumer final : public WorkerObject, public std::enable_shared_from_this<Consumer> {
 public:
  struct Events {
    UniqueFunction<void()> on_producer_closed;  // the worker has closed the consumer already
    UniqueFunction<void(bool paused)> on_producer_paused;
    UniqueFunction<void(int score, int producer_score)> on_score;
    UniqueFunction<void(const std::optional<meeting::Layers>&)> on_layers;  // none: nothing is being sent
    UniqueFunction<void(std::span<const std::uint8_t> packet)> on_rtp;      // on a DirectTransport
  };

  Consumer(std::shared_ptr<Channel> channel, std::string id, std::string transport, rtp::MediaKind kind, rtp::Parameters parameters,
           Events events);
  void listen();

  rtp::MediaKind kind() const { return kind_; }
  const rtp::Parameters& parameters() const { return parameters_; }
  bool paused() const { return paused_; }
  bool producer_paused() const { return producer_paused_; }
  void set_initial_state(bool paused, bool producer_paused);  // from the worker's answer

  Task<Result<void>> pause();
  Task<Result<void>> resume();
  // The layers that the worker settled on; none for a stream without layers.
  Task<Result<std::optional<meeting::Layers>>> set_preferred_layers(meeting::Layers layers);
  Task<Result<std::uint8_t>> set_priority(std::uint8_t priority);
  Task<Result<void>> request_key_frame();
  Task<Result<meeting::StatReport>> stats();
  void close();

 private:
  Task<Result<void>> change(FBS::Request::Method method, bool paused);
  void on_notification(const FBS::Notification::Notification& notification);

  std::string transport_;
  rtp::MediaKind kind_;
  rtp::Parameters parameters_;
  Events events_;
  bool paused_ = false;
  bool producer_paused_ = false;
};

flatbuffers::Offset<FBS::Consumer::ConsumerLayers> encode_layers(flatbuffers::FlatBufferBuilder& builder, const meeting::Layers& layers);
std::optional<meeting::Layers> decode_layers(const FBS::Consumer::ConsumerLayers* layers);

}  // namespace dd::media
