// SPDX-License-Identifier: MIT
// One outgoing data channel (or an ear of ours, on a DirectTransport) inside a worker. It keeps no message.
// Lives on the control loop; made by Transport::consume_data().
#pragma once

#include <optional>
#include <span>

#include "base/task.hpp"
#include "media/data_producer.hpp"
#include "media/worker_object.hpp"

namespace dd::media {

class DataConsumer final : public WorkerObject, public std::enable_shared_from_this<DataConsumer> {
 public:
  struct Events {
    UniqueFunction<void()> on_producer_closed;  // the worker has closed the consumer already
    UniqueFunction<void(std::uint32_t type, std::span<const std::uint8_t> message)> on_message;  // on a DirectTransport
  };

  DataConsumer(std::shared_ptr<Channel> channel, std::string id, std::string transport, DataProducer::Description description,
               Events events);
  void listen();

  const std::optional<rtp::SctpStreamParameters>& stream() const { return description_.stream; }
  const std::string& label() const { return description_.label; }
  const std::string& protocol() const { return description_.protocol; }

  Task<Result<meeting::StatReport>> stats();
  void close();

 private:
  void on_notification(const FBS::Notification::Notification& notification);

  std::string transport_;
  DataProducer::Description description_;
  Events events_;
};

}  // namespace dd::media
