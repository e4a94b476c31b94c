// SPDX-License-Identifier: MIT
// What the host remembers of a meeting: participants and the media objects each of them owns.
// These are values without behaviour; removal.cpp takes them apart and the operations put them together, only while they
// hold the meeting's turn. Owned by Host::State, on the control loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/loop.hpp"
#include "meeting/command.hpp"
#include "meeting/media_port.hpp"
#include "meeting/store_port.hpp"

namespace dd::meeting {

// What a transport had carried when it was last asked, for its meeting's usage.
struct ByteCount {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

struct Transport {
  TransportRole role = TransportRole::kProducer;
  RouterId router;
  TransportDescription description;
  bool connected = false;          // DTLS is up
  std::uint32_t max_incoming = 0;  // bits a second, as last asked of the engine; 0: its own
  std::shared_ptr<ByteCount> counted = std::make_shared<ByteCount>();

  const TransportId& id() const { return description.id; }
};

struct Viewer {  // a consumer as its producer sees it
  ParticipantId participant;
  bool paused = false;                  // by the viewer
  std::optional<std::uint8_t> spatial;  // the layer it is to get; absent: the highest
};

struct Demand {
  bool wanted = false;
  std::optional<std::uint8_t> max_spatial_layer;
  friend bool operator==(const Demand&, const Demand&) = default;
};

struct Producer {
  std::string kind;  // as the caller wrote it
  rtp::MediaKind media = rtp::MediaKind::kAudio;
  TransportId transport;
  bool paused = false;
  bool recording_flag_used = false;  // its owner has said `recordingEnabled: true` at some time
  std::map<ConsumerId, Viewer> viewers;
  bool recorded = false;
  std::optional<Demand> told;     // the demand that its owner knows of
  MonotonicTime told_at{};        // and since when; before the first one, since it exists
  std::uint32_t max_bitrate = 0;  // bits a second; 0: no bound
  unsigned over_bound = 0;        // samples in a row that were above it
  struct Sample {
    MonotonicTime at;
    std::uint64_t bytes = 0;
  };
  std::optional<Sample> sample;  // the last
};

struct Consumer {
  ParticipantId target;
  std::string kind;  // as the caller wrote it
  ConsumerDescription description;
  TransportId transport;
  std::optional<Layers> wish;       // what its viewer prefers; absent: the highest
  std::optional<std::uint8_t> cap;  // the highest spatial layer while its worker has too much to do

  const ProducerId& producer() const { return description.producer; }
};

struct DataProducer {
  TransportId transport;
  std::string label;
  std::map<DataConsumerId, ParticipantId> viewers;
};

struct DataConsumer {
  DataProducerId producer;
  TransportId transport;
};

// Application kinds are compared without case, as the database's collation does.
using KindKey = std::string;
KindKey kind_key(const std::string& kind);

struct Participant {
  ParticipantId id;
  InstanceId instance;
  std::string name;               // for people to read
  MonotonicTime present_since{};  // or since its presence was last counted
  std::optional<Transport> producer_transport;
  std::optional<Transport> consumer_transport;
  std::map<ProducerId, Producer> producers;
  std::map<ConsumerId, Consumer> consumers;
  std::map<std::pair<ParticipantId, KindKey>, ConsumerId> watching;
  std::map<DataProducerId, DataProducer> data_producers;
  std::map<DataConsumerId, DataConsumer> data_consumers;
  // Producers that ended without a call of this instance; its next recreate of a producer transport reports them, by which
  // a control plane without the event stream learns whose pictures froze.
  std::vector<ProducerDetail> unreported;
  std::optional<MonotonicTime> absent_since;  // its last connected transport failed then and it made none since
  Timer absence;

  std::optional<Transport>& transport(TransportRole role) {
    return role == TransportRole::kProducer ? producer_transport : consumer_transport;
  }
  const Producer* find_producer_of_kind(const KindKey& kind, ProducerId& id) const;
};

// What a meeting has used since that was last told.
struct Usage {
  Duration present{};
  ByteCount bytes;
};

struct Meeting {
  MeetingId id;
  ContainerId container;
  std::string tenant;
  std::vector<RouterRow> routers;  // those it was placed with first, then those added
  std::size_t placed_routers = 0;
  MonotonicTime placed;  // when it was created or replaced
  Usage usage;
  ParticipantId speaker;  // who spoke last; empty: nobody yet
  std::unordered_map<ParticipantId, Participant> participants;

  Participant* find_participant(const ParticipantId& participant);
  const RouterRow* find_router(const RouterId& router) const;
};

}  // namespace dd::meeting
