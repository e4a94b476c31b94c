// SPDX-License-Identifier: MIT
// What the host remembers of a meeting: participants and the media objects each of them owns.
// These are values without behaviour; removal.cpp takes them apart and the operations put them together, only while they
// hold the meeting's turn. Owned by Host::State, on the control loop.
#pragma once

#include <map>
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

struct Transport {
  TransportRole role = TransportRole::kProducer;
  RouterId router;
  TransportDescription description;
  bool connected = false;  // DTLS is up

  const TransportId& id() const { return description.id; }
};

struct Producer {
  std::string kind;  // as the caller wrote it
  rtp::MediaKind media = rtp::MediaKind::kAudio;
  TransportId transport;
  bool paused = false;
  bool recording_flag_used = false;             // its owner has said `recordingEnabled: true` at some time
  std::map<ConsumerId, ParticipantId> viewers;  // consumers of it, and whose they are
};

struct Consumer {
  ParticipantId target;
  std::string kind;  // as the caller wrote it
  ConsumerDescription description;
  TransportId transport;

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

struct Meeting {
  MeetingId id;
  ContainerId container;
  std::vector<RouterRow> routers;
  MonotonicTime placed;  // when it was created or replaced
  std::unordered_map<ParticipantId, Participant> participants;

  Participant* find_participant(const ParticipantId& participant);
  const RouterRow* find_router(const RouterId& router) const;
};

}  // namespace dd::meeting
