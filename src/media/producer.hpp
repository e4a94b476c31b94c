// SPDX-License-Identifier: MIT
// One incoming stream (of one or more encodings) inside a worker: paused, resumed, measured, closed; its scores are news.
// A piped copy on another router is a Producer of its own. It knows no participant and no meeting.
// Lives on the control loop; made by Transport::produce().
#pragma once

#include <span>

#include "base/id.hpp"
#include "base/task.hpp"
#include "media/worker_object.hpp"
#include "meeting/media_port.hpp"
#include "rtp/parameters.hpp"
#include "rtp/producible.hpp"

namespace dd::media {

class Producer final : public WorkerObject, public std::enable_shared_from_this<Producer> {
 public:
  struct Events {
    UniqueFunction<void(const std::vector<meeting::EncodingScore>&)> on_score;
  };
  struct Description {
    rtp::MediaKind kind = rtp::MediaKind::kAudio;
    rtp::ProducerType type = rtp::ProducerType::kSimple;
    rtp::Parameters parameters;
    rtp::Parameters consumable;
    bool paused = false;
  };

  // Hears notifications from here on; the worker is asked to create it afterwards (Transport does).
  Producer(std::shared_ptr<Channel> channel, std::string id, std::string transport, Description description, Events events);
  void listen();

  rtp::MediaKind kind() const { return description_.kind; }
  rtp::ProducerType type() const { return description_.type; }
  const rtp::Parameters& parameters() const { return description_.parameters; }
  const rtp::Parameters& consumable() const { return description_.consumable; }  // what any consumer starts from
  bool paused() const { return description_.paused; }

  Task<Result<void>> pause();
  Task<Result<void>> resume();
  void set_paused(bool paused);  // the same without waiting for the answer
  Task<Result<meeting::StatReport>> stats();
  void close();

  // One RTP packet into a producer on a DirectTransport. False when the worker does not take it now: the packet is lost.
  bool send(std::span<const std::uint8_t> packet);

 private:
  Task<Result<void>> change(FBS::Request::Method method, bool paused);
  void on_notification(const FBS::Notification::Notification& notification);

  std::string transport_;
  Description description_;
  Events events_;
};

}  // namespace dd::media
