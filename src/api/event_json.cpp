// SPDX-License-Identifier: MIT
#include "api/event_json.hpp"

#include <chrono>

namespace dd::api {
namespace {

using namespace meeting;

std::string_view to_string(TransportRole role) { return role == TransportRole::kProducer ? "producer" : "consumer"; }

// One name and one set of members per kind of news.
struct Names {
  std::string_view operator()(const MeetingCreated&) const { return "meeting.created"; }
  std::string_view operator()(const MeetingEnded&) const { return "meeting.ended"; }
  std::string_view operator()(const ParticipantJoined&) const { return "participant.joined"; }
  std::string_view operator()(const ParticipantLeft&) const { return "participant.left"; }
  std::string_view operator()(const TransportConnected&) const { return "transport.connected"; }
  std::string_view operator()(const TransportFailed&) const { return "transport.failed"; }
  std::string_view operator()(const ProducerCreated&) const { return "producer.created"; }
  std::string_view operator()(const ProducerPaused&) const { return "producer.paused"; }
  std::string_view operator()(const ProducerResumed&) const { return "producer.resumed"; }
  std::string_view operator()(const ProducerClosed&) const { return "producer.closed"; }
  std::string_view operator()(const ProducerScore&) const { return "producer.score"; }
  std::string_view operator()(const ConsumerClosed&) const { return "consumer.closed"; }
  std::string_view operator()(const ConsumerPaused&) const { return "consumer.paused"; }
  std::string_view operator()(const ConsumerResumed&) const { return "consumer.resumed"; }
  std::string_view operator()(const ConsumerScore&) const { return "consumer.score"; }
  std::string_view operator()(const ConsumerLayers&) const { return "consumer.layers"; }
  std::string_view operator()(const DataProducerCreated&) const { return "dataProducer.created"; }
  std::string_view operator()(const DataProducerClosed&) const { return "dataProducer.closed"; }
  std::string_view operator()(const DataConsumerClosed&) const { return "dataConsumer.closed"; }
  std::string_view operator()(const AudioLevels&) const { return "audio.levels"; }
  std::string_view operator()(const ActiveSpeaker&) const { return "speaker.active"; }
  std::string_view operator()(const WorkerDied&) const { return "worker.died"; }
  std::string_view operator()(const WorkerRestored&) const { return "worker.restored"; }
  std::string_view operator()(const WorkerOverload&) const { return "worker.overload"; }
  std::string_view operator()(const Draining&) const { return "server.draining"; }
  std::string_view operator()(const RecordingWanted&) const { return "recording.wanted"; }
  std::string_view operator()(const RecordingStarted&) const { return "recording.started"; }
  std::string_view operator()(const RecordingPart&) const { return "recording.part"; }
  std::string_view operator()(const RecordingTrouble&) const { return "recording.trouble"; }
  std::string_view operator()(const RecordingStopped&) const { return "recording.stopped"; }
  std::string_view operator()(const RecordingProgress&) const { return "recording.progress"; }
  std::string_view operator()(const RecordingComposed&) const { return "recording.composed"; }
  std::string_view operator()(const RecordingUploaded&) const { return "recording.uploaded"; }
  std::string_view operator()(const RecordingFailed&) const { return "recording.failed"; }
  std::string_view operator()(const ParticipantRenamed&) const { return "participant.renamed"; }
  std::string_view operator()(const ProducerDemand&) const { return "producer.demand"; }
  std::string_view operator()(const ProducerLimited&) const { return "producer.limited"; }
  std::string_view operator()(const MeetingUsage&) const { return "meeting.usage"; }
};

struct Members {
  OrderedJson& json;

  void operator()(const MeetingCreated&) const {}
  void operator()(const MeetingEnded& e) const { json["reason"] = e.reason; }
  void operator()(const ParticipantJoined& e) const {
    json["instanceId"] = e.instance.str();
    if (!e.name.empty()) json["name"] = e.name;
  }
  void operator()(const ParticipantRenamed& e) const { json["name"] = e.name; }
  void operator()(const ProducerDemand& e) const {
    producer(e.producer, e.kind);
    json["wanted"] = e.wanted;
    if (e.max_spatial_layer) json["maxSpatialLayer"] = *e.max_spatial_layer;
  }
  void operator()(const ProducerLimited& e) const {
    producer(e.producer, e.kind);
    json["bitrate"] = e.bitrate;
    json["maxBitrate"] = e.max_bitrate;
  }
  void operator()(const MeetingUsage& e) const {
    json["participantSeconds"] = e.participant_seconds;
    json["bytesIn"] = e.bytes_in;
    json["bytesOut"] = e.bytes_out;
  }
  void operator()(const ParticipantLeft& e) const {
    json["instanceId"] = e.instance.str();
    json["reason"] = e.reason;
  }
  void operator()(const TransportConnected& e) const {
    json["transportId"] = e.transport.str();
    json["role"] = to_string(e.role);
  }
  void operator()(const TransportFailed& e) const {
    json["transportId"] = e.transport.str();
    json["role"] = to_string(e.role);
    json["reason"] = e.reason;
  }
  void operator()(const ProducerCreated& e) const {
    producer(e.producer, e.kind);
    json["paused"] = e.paused;
  }
  void operator()(const ProducerPaused& e) const { producer(e.producer, e.kind); }
  void operator()(const ProducerResumed& e) const { producer(e.producer, e.kind); }
  void operator()(const ProducerClosed& e) const {
    producer(e.producer, e.kind);
    json["reason"] = e.reason;
  }
  void operator()(const ProducerScore& e) const {
    json["producerId"] = e.producer.str();
    OrderedJson scores = OrderedJson::array();
    for (const auto& score : e.scores) {
      OrderedJson entry = OrderedJson::object();
      entry["encoding"] = score.encoding;
      entry["ssrc"] = score.ssrc;
      if (score.rid) entry["rid"] = *score.rid;
      entry["score"] = score.score;
      scores.push_back(std::move(entry));
    }
    json["scores"] = std::move(scores);
  }
  void operator()(const ConsumerClosed& e) const {
    consumer(e.consumer, e.producer);
    json["reason"] = e.reason;
  }
  void operator()(const ConsumerPaused& e) const { consumer(e.consumer, e.producer); }
  void operator()(const ConsumerResumed& e) const { consumer(e.consumer, e.producer); }
  void operator()(const ConsumerScore& e) const {
    json["consumerId"] = e.consumer.str();
    json["score"] = e.score;
    json["producerScore"] = e.producer_score;
  }
  void operator()(const ConsumerLayers& e) const {
    json["consumerId"] = e.consumer.str();
    if (!e.layers) {
      json["layers"] = nullptr;
      return;
    }
    OrderedJson layers = OrderedJson::object();
    layers["spatialLayer"] = e.layers->spatial;
    if (e.layers->temporal) layers["temporalLayer"] = *e.layers->temporal;
    json["layers"] = std::move(layers);
  }
  void operator()(const DataProducerCreated& e) const {
    json["dataProducerId"] = e.data_producer.str();
    json["label"] = e.label;
  }
  void operator()(const DataProducerClosed& e) const {
    json["dataProducerId"] = e.data_producer.str();
    json["reason"] = e.reason;
  }
  void operator()(const DataConsumerClosed& e) const {
    json["dataConsumerId"] = e.data_consumer.str();
    json["reason"] = e.reason;
  }
  void operator()(const AudioLevels& e) const {
    OrderedJson levels = OrderedJson::array();
    for (const auto& [participant, level] : e.levels) {
      OrderedJson entry = OrderedJson::object();
      entry["participantId"] = participant.str();
      entry["level"] = level;
      levels.push_back(std::move(entry));
    }
    json["levels"] = std::move(levels);
  }
  void operator()(const ActiveSpeaker& e) const { json["producerId"] = e.producer.str(); }
  void operator()(const WorkerDied& e) const { json["workerId"] = e.worker.str(); }
  void operator()(const WorkerRestored& e) const { json["workerId"] = e.worker.str(); }
  void operator()(const WorkerOverload& e) const {
    json["workerId"] = e.worker.str();
    json["step"] = to_string(e.step);
    json["busyPercent"] = e.busy_percent;
  }
  void operator()(const Draining& e) const { json["deadlineSeconds"] = e.deadline.count(); }
  void operator()(const RecordingWanted& e) const {
    producer(e.producer, e.kind);
    json["wanted"] = e.wanted;
  }
  void operator()(const RecordingStarted& e) const { recording(e.recording); }
  void operator()(const RecordingPart& e) const {
    recording(e.recording);
    json["part"] = e.part;
  }
  void operator()(const RecordingTrouble& e) const { failure(e); }
  void operator()(const RecordingStopped& e) const {
    recording(e.recording);
    json["reason"] = e.reason;
  }
  void operator()(const RecordingProgress& e) const {
    recording(e.recording);
    json["job"] = e.job;
    json["kind"] = e.kind;
    if (!e.file.empty()) json["file"] = e.file;
    json["percent"] = e.percent;
    json["speed"] = e.speed;
    if (e.eta_seconds) json["etaSeconds"] = *e.eta_seconds;
  }
  void operator()(const RecordingComposed& e) const {
    recording(e.recording);
    json["job"] = e.job;
    json["file"] = e.file;
  }
  void operator()(const RecordingUploaded& e) const { recording(e.recording); }
  void operator()(const RecordingFailed& e) const { failure(e); }

  void recording(const RecordingId& id) const { json["recordingId"] = id.str(); }
  template <typename Failure>
  void failure(const Failure& e) const {
    recording(e.recording);
    json["reason"] = e.reason;
    if (!e.detail.empty()) json["detail"] = e.detail;
  }

  void producer(const ProducerId& id, const std::string& kind) const {
    json["producerId"] = id.str();
    json["kind"] = kind;
  }
  void consumer(const ConsumerId& id, const ProducerId& of) const {
    json["consumerId"] = id.str();
    json["producerId"] = of.str();
  }
};

}  // namespace

std::string_view event_type(const EventBody& body) { return std::visit(Names{}, body); }

bool is_reading(const EventBody& body) {
  return std::holds_alternative<AudioLevels>(body) || std::holds_alternative<ActiveSpeaker>(body) ||
         std::holds_alternative<ProducerScore>(body) || std::holds_alternative<ConsumerScore>(body) ||
         std::holds_alternative<ConsumerLayers>(body) || std::holds_alternative<RecordingProgress>(body);
}

OrderedJson event_json(const Event& event, std::string_view id) {
  OrderedJson json = OrderedJson::object();
  json["id"] = id;
  json["type"] = event_type(event.body);
  json["time"] = std::chrono::duration_cast<std::chrono::milliseconds>(event.time.time_since_epoch()).count();
  if (!event.meeting.empty()) json["meetingId"] = event.meeting.str();
  if (!event.participant.empty()) json["participantId"] = event.participant.str();
  if (!event.tenant.empty()) json["tenant"] = event.tenant;
  std::visit(Members{json}, event.body);
  return json;
}

}  // namespace dd::api
