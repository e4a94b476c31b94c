// SPDX-License-Identifier: MIT
// What all transports share: they carry producers and consumers, and end with everything on them.
// How packets reach it is each kind's own matter (webrtc_, plain_, pipe_, direct_transport.hpp).
// Lives on the control loop; made by Router, which also keeps it.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/id.hpp"
#include "base/task.hpp"
#include "media/consumer.hpp"
#include "media/data_consumer.hpp"
#include "media/data_producer.hpp"
#include "media/producer.hpp"
#include "media/worker_object.hpp"

namespace dd::media {

// Where a transport listens. Port 0 lets the worker choose from the range.
struct ListenAddress {
  std::string ip = "127.0.0.1";
  std::string announced;  // what peers are told instead; empty for the ip itself
  std::uint16_t port = 0;
  std::uint16_t min_port = 0;  // 0 and 0: the worker's own range
  std::uint16_t max_port = 0;
  // For UDP; the kernel cuts it down to net.core.[rw]mem_max. Its default holds some 100 packets: one burst of key frames.
  std::uint32_t socket_buffer_bytes = 2U << 20;
};

struct ProduceSettings {
  std::string id;
  rtp::MediaKind kind = rtp::MediaKind::kAudio;
  rtp::Parameters parameters;
  bool paused = false;
};

struct ConsumeSettings {
  std::string id;
  std::shared_ptr<Producer> producer;  // on the same router
  rtp::Capabilities capabilities;
  bool paused = false;
  std::optional<meeting::Layers> preferred_layers;
  bool enable_rtx = true;
};

struct ProduceDataSettings {
  std::string id;
  rtp::SctpStreamParameters stream;  // ignored on a DirectTransport
  std::string label;
  std::string protocol;
};

class Transport : public WorkerObject, public std::enable_shared_from_this<Transport> {
 public:
  Task<Result<std::shared_ptr<Producer>>> produce(ProduceSettings settings, Producer::Events events);
  Task<Result<std::shared_ptr<Consumer>>> consume(ConsumeSettings settings, Consumer::Events events);
  Task<Result<std::shared_ptr<DataProducer>>> produce_data(ProduceDataSettings settings);
  Task<Result<std::shared_ptr<DataConsumer>>> consume_data(std::string id, std::shared_ptr<DataProducer> producer,
                                                           DataConsumer::Events events);
  Task<Result<meeting::StatReport>> stats();
  void close();

  std::size_t consumer_count() const { return consumers_.size(); }

 protected:
  enum class Cname { kOnePerTransport, kKeepEachProducers };
  enum class Data { kSctp, kDirect };

  Transport(std::shared_ptr<Channel> channel, std::string id, std::string router, Cname cname, Data data)
      : WorkerObject(std::move(channel), std::move(id)), router_(std::move(router)), cname_rule_(cname), data_(data) {}

  Task<Result<std::shared_ptr<Consumer>>> consume_as(std::string id, std::shared_ptr<Producer> producer, rtp::Parameters parameters,
                                                     FBS::RtpParameters::Type type, bool paused,
                                                     std::optional<meeting::Layers> preferred_layers, Consumer::Events events);

  void forget_children() override;

 private:
  template <typename Child>
  using Children = std::unordered_map<std::string, std::shared_ptr<Child>>;

  // Keeps `child` until it closes. kNotFound when the transport closed while the child was being made.
  template <typename Child>
  Result<std::shared_ptr<Child>> adopt(Children<Child> Transport::*children, std::shared_ptr<Child> child);
  std::optional<std::uint16_t> allocate_stream_id();

  std::string router_;
  Cname cname_rule_;
  Data data_;
  std::string cname_;
  std::uint32_t next_mid_ = 0;
  std::vector<bool> stream_ids_;
  std::size_t next_stream_id_ = 0;
  Children<Producer> producers_;
  Children<Consumer> consumers_;
  Children<DataProducer> data_producers_;
  Children<DataConsumer> data_consumers_;
};

// The worker's limits on SCTP, mediasoup's defaults.
struct SctpLimits {
  static constexpr std::uint32_t kMaxMessageSize = 262'144;
  static constexpr std::uint32_t kSendBuffer = 2'000'000;
  static constexpr std::uint32_t kPerStreamQueue = 2'000'000;
  static constexpr std::uint32_t kReceiveWindow = 5'242'880;
  static constexpr std::uint32_t kBufferedAmountLow = 1024;
};

enum class Sctp { kNone, kPlain, kDataChannels };

flatbuffers::Offset<FBS::Transport::ListenInfo> encode_listen(flatbuffers::FlatBufferBuilder& builder, FBS::Transport::Protocol protocol,
                                                              const ListenAddress& address);
flatbuffers::Offset<FBS::Transport::Options> encode_base_options(flatbuffers::FlatBufferBuilder& builder, Sctp sctp,
                                                                 std::optional<std::uint32_t> initial_outgoing_bitrate = std::nullopt);

}  // namespace dd::media
