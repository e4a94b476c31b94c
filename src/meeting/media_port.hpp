// SPDX-License-Identifier: MIT
// What a meeting needs from the media engine: routers on workers, transports, producers, consumers, and news of them.
// It knows no mediasoup message, process or socket; media/ implements it and tests fake it, both under one contract test.
// Called on the control loop; every task ends by itself within the engine's request deadline (kDeadlineExceeded).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "meeting/overload.hpp"
#include "rtp/parameters.hpp"

namespace dd::meeting {

struct IceParameters {
  std::string username_fragment;
  std::string password;
  bool ice_lite = true;
};

struct IceCandidate {
  std::string foundation;
  std::uint32_t priority = 0;
  std::string address;
  std::string protocol;  // "udp" or "tcp"
  std::uint16_t port = 0;
  std::string type = "host";
  std::optional<std::string> tcp_type;  // "passive" for tcp
};

struct DtlsFingerprint {
  std::string algorithm;  // "sha-1", "sha-224", "sha-256", "sha-384", "sha-512"
  std::string value;      // upper-case hex pairs with colons
};

enum class DtlsRole { kAuto, kClient, kServer };

struct DtlsParameters {
  DtlsRole role = DtlsRole::kAuto;
  std::vector<DtlsFingerprint> fingerprints;
};

struct SctpParameters {
  std::uint16_t port = 5000;
  std::uint16_t os = 0;
  std::uint16_t mis = 0;
  std::uint32_t max_message_size = 0;  // bytes
};

struct TransportDescription {
  TransportId id;
  IceParameters ice_parameters;
  std::vector<IceCandidate> ice_candidates;
  DtlsParameters dtls_parameters;
  std::optional<SctpParameters> sctp_parameters;
};

struct TransportBitrates {  // bits a second; 0 leaves the engine's own
  std::uint32_t max_incoming = 0;
  std::uint32_t min_outgoing = 0;
  std::uint32_t max_outgoing = 0;
};

struct TransportRequest {
  TransportId id;
  RouterId router;
  TransportBitrates bitrates;
  std::uint32_t initial_available_outgoing_bitrate = 600'000;
  bool enable_sctp = true;
  bool prefer_tcp = false;
  bool udp = true;  // false offers only the TCP candidate
};

enum class ProducerType { kSimple, kSimulcast, kSvc };

struct ProduceRequest {
  ProducerId id;
  TransportId transport;
  rtp::MediaKind kind = rtp::MediaKind::kAudio;
  rtp::Parameters parameters;
  bool paused = false;
};

struct ProducerDescription {
  ProducerId id;
  ProducerType type = ProducerType::kSimple;
};

struct Layers {
  std::uint8_t spatial = 0;
  std::optional<std::uint8_t> temporal;
  friend bool operator==(const Layers&, const Layers&) = default;
};

struct ConsumeRequest {
  ConsumerId id;
  TransportId transport;
  ProducerId producer;
  rtp::Capabilities capabilities;
  bool paused = false;
  std::optional<Layers> preferred_layers;
  bool enable_rtx = true;  // video always repairs with RTX where both ends know it; audio when this is set
};

struct ConsumerDescription {
  ConsumerId id;
  ProducerId producer;
  rtp::MediaKind kind = rtp::MediaKind::kAudio;
  rtp::Parameters parameters;
  ProducerType type = ProducerType::kSimple;
  bool producer_paused = false;
};

struct ProduceDataRequest {
  DataProducerId id;
  TransportId transport;
  rtp::SctpStreamParameters stream;
  std::string label;
  std::string protocol;
};

struct ConsumeDataRequest {
  DataConsumerId id;
  TransportId transport;
  DataProducerId data_producer;
};

struct DataConsumerDescription {
  DataConsumerId id;
  DataProducerId data_producer;
  rtp::SctpStreamParameters stream;
  std::string label;
  std::string protocol;
};

// Statistics as the engine gives them: each entry is one stream or transport, in the engine's own (camelCase) names.
using StatValue = std::variant<bool, std::int64_t, double, std::string>;
using StatEntry = std::vector<std::pair<std::string, StatValue>>;
using StatReport = std::vector<StatEntry>;

struct WorkerStatus {
  WorkerId id;
  bool alive = false;
  std::uint64_t restarts = 0;
  std::size_t routers = 0;
  std::size_t transports = 0;
  std::size_t consumers = 0;
  std::int64_t pid = 0;
  std::uint32_t busy_percent = 0;               // of a core, in the last second, waiting for it included
  OverloadStep overload = OverloadStep::kNone;  // the host's judgement, which the engine leaves alone
};

enum class TransportEnd { kIceTimeout, kDtlsFailed, kDtlsClosed, kWorkerDied };
enum class TransportState { kIceConnected, kIceCompleted, kIceDisconnected, kDtlsConnected };

struct EncodingScore {
  std::size_t encoding = 0;
  std::uint32_t ssrc = 0;
  std::optional<std::string> rid;
  int score = 0;  // 0 to 10
};

struct AudioLevel {
  ProducerId producer;
  int volume = -127;  // dBov, -127 to 0
};

// News from the engine, on the control loop, never from inside a call into MediaPort. Ids that the meeting has already
// closed may still arrive once; the receiver ignores ids it does not know.
class MediaEvents {
 public:
  virtual ~MediaEvents() = default;
  // All transports of the worker are gone and `lost_transports` names them; its routers come back under their ids.
  virtual void on_worker_died(const WorkerId& worker, const std::vector<TransportId>& lost_transports) = 0;
  // The worker and its routers are usable again.
  virtual void on_worker_restored(const WorkerId& worker) = 0;
  virtual void on_transport_state(const TransportId& transport, TransportState state) = 0;
  // The transport cannot recover (DTLS failed, or ICE consent ran out). It still exists: the owner closes it.
  virtual void on_transport_failed(const TransportId& transport, TransportEnd reason) = 0;
  virtual void on_producer_score(const ProducerId& producer, const std::vector<EncodingScore>& scores) = 0;
  virtual void on_consumer_score(const ConsumerId& consumer, int score, int producer_score) = 0;
  virtual void on_consumer_layers(const ConsumerId& consumer, const std::optional<Layers>& layers) = 0;
  virtual void on_consumer_producer_paused(const ConsumerId& consumer, bool paused) = 0;
  // The engine closed the consumer because its producer ended.
  virtual void on_consumer_closed(const ConsumerId& consumer) = 0;
  virtual void on_data_consumer_closed(const DataConsumerId& consumer) = 0;
  virtual void on_audio_levels(const RouterId& router, const std::vector<AudioLevel>& levels) = 0;  // empty: silence
  virtual void on_active_speaker(const RouterId& router, const ProducerId& producer) = 0;
  // About once a second, how busy the worker was since the last time: 0 to 100 percent of a core.
  virtual void on_worker_load(const WorkerId& worker, std::uint32_t busy_percent) = 0;
};

class MediaPort {
 public:
  virtual ~MediaPort() = default;

  // Where news goes; set before the first call, replaceable at any time, and outlives the port's use.
  virtual void set_events(MediaEvents* events) = 0;

  virtual std::vector<WorkerStatus> workers() const = 0;
  virtual const rtp::Capabilities& router_capabilities() const = 0;  // the same for every router

  // kNotFound for an unknown worker, kUnavailable while it is being restarted.
  virtual Task<Result<void>> create_router(WorkerId worker, RouterId router) = 0;
  // The close_* calls take effect at once, close everything beneath, and ignore unknown ids.
  virtual void close_router(const RouterId& router) = 0;

  virtual Task<Result<TransportDescription>> create_transport(TransportRequest request) = 0;
  // kConflict when it is already connected.
  virtual Task<Result<void>> connect_transport(TransportId transport, DtlsParameters dtls) = 0;
  virtual Task<Result<IceParameters>> restart_ice(TransportId transport) = 0;
  virtual Task<Result<void>> set_bitrates(TransportId transport, TransportBitrates bitrates) = 0;
  virtual Task<Result<StatReport>> transport_stats(TransportId transport) = 0;
  virtual void close_transport(const TransportId& transport) = 0;

  virtual Task<Result<ProducerDescription>> produce(ProduceRequest request) = 0;
  virtual Task<Result<void>> pause_producer(ProducerId producer) = 0;
  virtual Task<Result<void>> resume_producer(ProducerId producer) = 0;
  virtual Task<Result<StatReport>> producer_stats(ProducerId producer) = 0;
  virtual void close_producer(const ProducerId& producer) = 0;
  // Makes the producer consumable on another router, of the same or another worker; again is a no-op.
  virtual Task<Result<void>> pipe_producer(ProducerId producer, RouterId to) = 0;

  // Pipes the producer to the transport's router first when it is not there yet.
  // kConflict when the capabilities cannot consume the producer.
  virtual Task<Result<ConsumerDescription>> consume(ConsumeRequest request) = 0;
  virtual Task<Result<void>> pause_consumer(ConsumerId consumer) = 0;
  virtual Task<Result<void>> resume_consumer(ConsumerId consumer) = 0;
  virtual Task<Result<std::optional<Layers>>> set_preferred_layers(ConsumerId consumer, Layers layers) = 0;
  virtual Task<Result<std::uint8_t>> set_priority(ConsumerId consumer, std::uint8_t priority) = 0;
  virtual Task<Result<void>> request_key_frame(ConsumerId consumer) = 0;
  virtual Task<Result<StatReport>> consumer_stats(ConsumerId consumer) = 0;
  virtual void close_consumer(const ConsumerId& consumer) = 0;

  virtual Task<Result<void>> produce_data(ProduceDataRequest request) = 0;
  virtual Task<Result<DataConsumerDescription>> consume_data(ConsumeDataRequest request) = 0;
  virtual void close_data_producer(const DataProducerId& producer) = 0;
  virtual void close_data_consumer(const DataConsumerId& consumer) = 0;
};

}  // namespace dd::meeting
