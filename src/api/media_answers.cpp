// SPDX-License-Identifier: MIT
#include "api/media_answers.hpp"

#include "api/rtp_json.hpp"
#include "api/transport_json.hpp"

namespace dd::api {
namespace {

std::string_view to_string(meeting::ProducerType type) {
  switch (type) {
    case meeting::ProducerType::kSimple: return "simple";
    case meeting::ProducerType::kSimulcast: return "simulcast";
    case meeting::ProducerType::kSvc: return "svc";
  }
  return "simple";
}

std::string_view to_string(meeting::RouterRole role) {
  switch (role) {
    case meeting::RouterRole::kProducer: return "producer";
    case meeting::RouterRole::kConsumer: return "consumer";
    case meeting::RouterRole::kBoth: return "both";
  }
  return "both";
}

}  // namespace

OrderedJson response_answer(std::string_view text) {
  OrderedJson json = OrderedJson::object();
  json["response"] = text;
  return json;
}

std::string capabilities_answer(const meeting::MeetingCapabilities& capabilities, std::string_view more) {
  const std::string producer = to_text(to_json(capabilities.producer));
  const bool same = capabilities.producer == capabilities.consumer;
  const std::string different = same ? std::string{} : to_text(to_json(capabilities.consumer));
  const std::string& consumer = same ? producer : different;
  std::string text;
  text.reserve(producer.size() + consumer.size() + more.size() + 64);
  text += R"({"producerRtpCapabilities":)";
  text += producer;
  text += R"(,"consumerRtpCapabilities":)";
  text += consumer;
  if (!more.empty()) {
    text += ',';
    text += more;
  }
  text += '}';
  return text;
}

OrderedJson producer_detail_json(const meeting::ProducerDetail& detail) {
  OrderedJson json = OrderedJson::object();
  json["producerId"] = detail.producer.str();
  json["participantId"] = detail.participant.str();
  json["kind"] = detail.kind;
  return json;
}

OrderedJson producer_details_json(const std::vector<meeting::ProducerDetail>& details) {
  OrderedJson list = OrderedJson::array();
  for (const auto& detail : details) list.push_back(producer_detail_json(detail));
  return list;
}

OrderedJson producer_details_answer(const std::vector<meeting::ProducerDetail>& details) {
  OrderedJson json = OrderedJson::object();
  json["producerDetails"] = producer_details_json(details);
  return json;
}

namespace {

OrderedJson routers_json(const std::vector<meeting::RouterRow>& routers) {
  OrderedJson list = OrderedJson::array();
  for (const auto& router : routers) {
    OrderedJson entry = OrderedJson::object();
    entry["routerId"] = router.router.str();
    entry["workerId"] = router.worker.str();
    entry["role"] = to_string(router.role);
    entry["capacity"] = router.capacity;
    list.push_back(std::move(entry));
  }
  return list;
}

OrderedJson own_producers_json(const meeting::ParticipantDetail& detail) {
  OrderedJson list = OrderedJson::array();
  for (const auto& producer : detail.producers) {
    OrderedJson entry = OrderedJson::object();
    entry["producerId"] = producer.producer.str();
    entry["kind"] = producer.kind;
    entry["paused"] = producer.paused;
    list.push_back(std::move(entry));
  }
  return list;
}

OrderedJson own_data_producers_json(const meeting::ParticipantDetail& detail) {
  OrderedJson list = OrderedJson::array();
  for (const auto& producer : detail.data_producers) {
    OrderedJson entry = OrderedJson::object();
    entry["dataProducerId"] = producer.data_producer.str();
    entry["label"] = producer.label;
    list.push_back(std::move(entry));
  }
  return list;
}

OrderedJson presence_json(const meeting::ParticipantDetail& detail) {
  OrderedJson json = OrderedJson::object();
  json["participantId"] = detail.participant.str();
  json["instanceId"] = detail.instance.str();
  json["name"] = detail.name;
  return json;
}

}  // namespace

OrderedJson routers_answer(const std::vector<meeting::RouterRow>& routers) {
  OrderedJson json = OrderedJson::object();
  json["routers"] = routers_json(routers);
  return json;
}

OrderedJson meeting_answer(const meeting::MeetingDetail& detail) {
  OrderedJson json = OrderedJson::object();
  json["meetingId"] = detail.meeting.str();
  json["tenant"] = detail.tenant;
  json["routers"] = routers_json(detail.routers);
  OrderedJson participants = OrderedJson::array();
  for (const auto& participant : detail.participants) {
    OrderedJson entry = presence_json(participant);
    entry["producers"] = own_producers_json(participant);
    entry["dataProducers"] = own_data_producers_json(participant);
    participants.push_back(std::move(entry));
  }
  json["participants"] = std::move(participants);
  return json;
}

OrderedJson participant_answer(const meeting::ParticipantDetail& detail) {
  OrderedJson json = presence_json(detail);
  json["producerTransportId"] = detail.producer_transport.str();
  json["consumerTransportId"] = detail.consumer_transport.str();
  json["producers"] = own_producers_json(detail);
  OrderedJson consumers = OrderedJson::array();
  for (const auto& consumer : detail.consumers) {
    OrderedJson entry = OrderedJson::object();
    entry["consumerId"] = consumer.consumer.str();
    entry["producerId"] = consumer.producer.str();
    entry["targetParticipantId"] = consumer.target.str();
    entry["kind"] = consumer.kind;
    entry["paused"] = consumer.paused;
    consumers.push_back(std::move(entry));
  }
  json["consumers"] = std::move(consumers);
  json["dataProducers"] = own_data_producers_json(detail);
  return json;
}

OrderedJson recreated_transport_answer(const meeting::RecreatedTransport& recreated, meeting::TransportRole role) {
  OrderedJson json = OrderedJson::object();
  json["transportOptions"] = to_json(recreated.transport);
  if (role == meeting::TransportRole::kProducer) {
    json["closedProducerDetails"] = producer_details_json(recreated.closed_producers);
  } else {
    json["producerDetails"] = producer_details_json(recreated.meeting_producers);
    // The reference closes an evicted instance's producers here without telling anyone; this member is an addition.
    json["closedProducerDetails"] = producer_details_json(recreated.closed_producers);
  }
  return json;
}

OrderedJson ice_restart_answer(const std::map<TransportId, meeting::IceParameters>& restarted) {
  OrderedJson result = OrderedJson::object();
  for (const auto& [id, ice] : restarted) result[id.str()] = to_json(ice);
  OrderedJson json = OrderedJson::object();
  json["result"] = std::move(result);
  return json;
}

OrderedJson consumer_details_answer(const std::vector<meeting::ConsumerDetail>& details) {
  OrderedJson list = OrderedJson::array();
  for (const auto& detail : details) {
    OrderedJson entry = OrderedJson::object();
    entry["consumerId"] = detail.consumer.id.str();
    entry["producerId"] = detail.consumer.producer.str();
    entry["targetParticipantId"] = detail.target.str();
    entry["kind"] = detail.kind;
    entry["rtpParameters"] = to_json(detail.consumer.parameters);
    entry["type"] = to_string(detail.consumer.type);  // these two are additions
    entry["producerPaused"] = detail.consumer.producer_paused;
    list.push_back(std::move(entry));
  }
  OrderedJson json = OrderedJson::object();
  json["consumerDetails"] = std::move(list);
  return json;
}

OrderedJson leave_answer(meeting::Left left) {
  const bool gone = left == meeting::Left::kLeft;
  OrderedJson json = response_answer(gone ? "Participant left the meeting" : "Participant not found in the meeting");
  json["sendSignal"] = gone;
  return json;
}

OrderedJson layers_json(const std::optional<meeting::Layers>& layers) {
  if (!layers) return nullptr;
  OrderedJson json = OrderedJson::object();
  json["spatialLayer"] = layers->spatial;
  if (layers->temporal) json["temporalLayer"] = *layers->temporal;
  return json;
}

OrderedJson stats_answer(const meeting::StatReport& report) {
  OrderedJson list = OrderedJson::array();
  for (const auto& entry : report) {
    OrderedJson object = OrderedJson::object();
    for (const auto& [name, value] : entry) {
      std::visit([&object, &name_of = name](const auto& plain) { object[name_of] = plain; }, value);
    }
    list.push_back(std::move(object));
  }
  OrderedJson json = OrderedJson::object();
  json["stats"] = std::move(list);
  return json;
}

OrderedJson data_consumer_answer(const meeting::DataConsumerDescription& consumer) {
  OrderedJson json = OrderedJson::object();
  json["dataConsumerId"] = consumer.id.str();
  json["dataProducerId"] = consumer.data_producer.str();
  json["sctpStreamParameters"] = to_json(consumer.stream);
  json["label"] = consumer.label;
  json["protocol"] = consumer.protocol;
  return json;
}

OrderedJson server_answer(const meeting::HostStatus& status, std::string_view version) {
  OrderedJson json = OrderedJson::object();
  json["version"] = version;
  json["containerId"] = status.container.str();
  json["tenant"] = status.tenant;
  json["draining"] = status.draining;
  json["storeAvailable"] = status.store_available;
  OrderedJson workers = OrderedJson::array();
  for (const auto& worker : status.workers) {
    OrderedJson entry = OrderedJson::object();
    entry["workerId"] = worker.id.str();
    entry["alive"] = worker.alive;
    entry["restarts"] = worker.restarts;
    entry["pid"] = worker.pid;
    entry["routers"] = worker.routers;
    entry["transports"] = worker.transports;
    entry["consumers"] = worker.consumers;
    entry["busyPercent"] = worker.busy_percent;
    entry["overload"] = to_string(worker.overload);
    workers.push_back(std::move(entry));
  }
  json["workers"] = std::move(workers);
  json["meetings"] = status.meetings;
  json["participants"] = status.participants;
  json["transports"] = status.transports;
  json["producers"] = status.producers;
  json["consumers"] = status.consumers;
  json["dataProducers"] = status.data_producers;
  json["dataConsumers"] = status.data_consumers;
  return json;
}

}  // namespace dd::api
