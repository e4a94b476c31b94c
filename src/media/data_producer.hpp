// SPDX-License-Identifier: MIT
// One incoming data channel (or a source of ours, on a DirectTransport) inside a worker. It keeps no message.
// Lives on the control loop; made by Transport::produce_data().
#pragma once

#include <optional>
#include <span>

#include "base/task.hpp"
#include "media/worker_object.hpp"
#include "meeting/media_port.hpp"
#include "rtp/parameters.hpp"

namespace dd::media {

// What a data message is, as WebRTC tells it to SCTP (RFC 8831, section 8).
enum class MessageKind : std::uint32_t { kText = 51, kBinary = 53 };

class DataProducer final : public WorkerObject, public std::enable_shared_from_this<DataProducer> {
 public:
  struct Description {
    std::optional<rtp::SctpStreamParameters> stream;  // none on a DirectTransport
    std::string label;
    std::string protocol;
  };

  DataProducer(std::shared_ptr<Channel> channel, std::string id, std::string transport, Description description);

  const std::optional<rtp::SctpStreamParameters>& stream() const { return description_.stream; }
  const std::string& label() const { return description_.label; }
  const std::string& protocol() const { return description_.protocol; }

  Task<Result<meeting::StatReport>> stats();
  void close();

  // On a DirectTransport. False when the worker does not take it now: the message is lost.
  bool send(MessageKind kind, std::span<const std::uint8_t> message);

 private:
  std::string transport_;
  Description description_;
};

}  // namespace dd::media
