// SPDX-License-Identifier: MIT
#include "tests/scenario/answers.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dd::scenario {
namespace {

using namespace dd::meeting;

std::string_view role_name(TransportRole role) { return role == TransportRole::kProducer ? "producer" : "consumer"; }

struct EventWords {
  const Event& event;
  const std::string& who() const { return event.participant.str(); }

  std::string operator()(const MeetingCreated&) const { return fmt::format("meeting_created {}", event.meeting.str()); }
  std::string operator()(const MeetingEnded& e) const { return fmt::format("meeting_ended {} {}", event.meeting.str(), e.reason); }
  std::string operator()(const ParticipantJoined& e) const {
    return fmt::format("participant_joined {} {}{}{}", who(), e.instance.str(), e.name.empty() ? "" : " ", e.name);
  }
  std::string operator()(const ParticipantRenamed& e) const { return fmt::format("participant_renamed {} {}", who(), e.name); }
  std::string operator()(const ParticipantLeft& e) const {
    return fmt::format("participant_left {} {} {}", who(), e.instance.str(), e.reason);
  }
  std::string operator()(const TransportConnected& e) const { return fmt::format("transport_connected {} {}", who(), e.transport.str()); }
  std::string operator()(const TransportFailed& e) const {
    return fmt::format("transport_failed {} {} {} {}", who(), role_name(e.role), e.transport.str(), e.reason);
  }
  std::string operator()(const ProducerCreated& e) const {
    return fmt::format("producer_created {} {} {}", who(), e.kind, e.producer.str());
  }
  std::string operator()(const ProducerPaused& e) const { return fmt::format("producer_paused {} {}", who(), e.kind); }
  std::string operator()(const ProducerResumed& e) const { return fmt::format("producer_resumed {} {}", who(), e.kind); }
  std::string operator()(const ProducerDemand& e) const {
    if (!e.wanted) return fmt::format("producer_demand {} {} none", who(), e.kind);
    return fmt::format("producer_demand {} {} {}", who(), e.kind, e.max_spatial_layer ? std::to_string(*e.max_spatial_layer) : "all");
  }
  std::string operator()(const ProducerLimited& e) const {
    return fmt::format("producer_limited {} {} {} {}", who(), e.kind, e.bitrate, e.max_bitrate);
  }
  std::string operator()(const MeetingUsage& e) const {
    return fmt::format("meeting_usage {} {} {}s in={} out={}", event.meeting.str(), event.tenant, e.participant_seconds, e.bytes_in,
                       e.bytes_out);
  }
  std::string operator()(const ProducerClosed& e) const {
    return fmt::format("producer_closed {} {} {} {}", who(), e.kind, e.producer.str(), e.reason);
  }
  std::string operator()(const ProducerScore& e) const { return fmt::format("producer_score {} {}", who(), e.scores.at(0).score); }
  std::string operator()(const ConsumerClosed& e) const {
    return fmt::format("consumer_closed {} {} {}", who(), e.consumer.str(), e.reason);
  }
  std::string operator()(const ConsumerPaused& e) const { return fmt::format("consumer_paused {} {}", who(), e.consumer.str()); }
  std::string operator()(const ConsumerResumed& e) const { return fmt::format("consumer_resumed {} {}", who(), e.consumer.str()); }
  std::string operator()(const ConsumerScore& e) const { return fmt::format("consumer_score {} {}", who(), e.score); }
  std::string operator()(const ConsumerLayers& e) const {
    return fmt::format("consumer_layers {} {}", who(), e.layers ? e.layers->spatial : -1);
  }
  std::string operator()(const DataProducerCreated& e) const {
    return fmt::format("data_producer_created {} {} {}", who(), e.label, e.data_producer.str());
  }
  std::string operator()(const DataProducerClosed& e) const {
    return fmt::format("data_producer_closed {} {} {}", who(), e.data_producer.str(), e.reason);
  }
  std::string operator()(const DataConsumerClosed& e) const {
    return fmt::format("data_consumer_closed {} {} {}", who(), e.data_consumer.str(), e.reason);
  }
  std::string operator()(const AudioLevels& e) const {
    std::string text = "audio_levels";
    for (const auto& level : e.levels) text += fmt::format(" {}={}", level.first.str(), level.second);
    return e.levels.empty() ? text + " silence" : text;
  }
  std::string operator()(const ActiveSpeaker&) const { return fmt::format("active_speaker {}", who()); }
  std::string operator()(const WorkerOverload& e) const { return fmt::format("worker_overload {} {}", e.worker.str(), to_string(e.step)); }
  std::string operator()(const WorkerDied& e) const { return fmt::format("worker_died {}", e.worker.str()); }
  std::string operator()(const WorkerRestored& e) const { return fmt::format("worker_restored {}", e.worker.str()); }
  std::string operator()(const Draining& e) const { return fmt::format("draining {}s", e.deadline.count()); }
  std::string operator()(const RecordingWanted& e) const {
    return fmt::format("recording_wanted {} {} {}", who(), e.kind, e.wanted ? "yes" : "no");
  }
  // The studio's, which no scenario of the control flow has.
  template <typename OfRecording>
  std::string operator()(const OfRecording&) const {
    return "recording";
  }
};

// In the order of the alphabet, because ids have none.
std::string sorted(std::string_view title, std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return fmt::format("{}{}{}", title, words.empty() ? "" : " ", fmt::join(words, " "));
}

}  // namespace

std::string say(const Error& error) {
  std::string text = fmt::format("error {}", to_string(error.code));
  if (!error.reason.empty()) text += fmt::format(" reason={}", error.reason);
  if (!error.field.empty()) text += fmt::format(" field={}", error.field);
  if (error.retry_after) text += fmt::format(" retry_after={}s", error.retry_after->count());
  return text + " # " + error.message;
}

std::string say(const std::vector<ProducerDetail>& answer) {
  std::vector<std::string> words;
  for (const auto& detail : answer) words.push_back(fmt::format("{}.{}={}", detail.participant.str(), detail.kind, detail.producer.str()));
  return sorted("producers", words);
}

std::string say(const std::vector<ConsumerDetail>& answer) {
  std::vector<std::string> words;
  for (const auto& detail : answer) words.push_back(fmt::format("{}.{}={}", detail.target.str(), detail.kind, detail.consumer.id.str()));
  return sorted("consumers", words);
}

std::string say(const RecreatedTransport& answer) {
  std::string text = fmt::format("transport {}", answer.transport.id.str());
  if (!answer.closed_producers.empty()) text += " closed " + say(answer.closed_producers);
  if (!answer.meeting_producers.empty()) text += " sees " + say(answer.meeting_producers);
  return text;
}

std::string say(const std::vector<RouterRow>& answer) {
  std::string text = "routers";
  for (const auto& row : answer) text += " " + row.worker.str();
  return text;
}

std::string say(const MeetingDetail& answer) {
  std::vector<std::string> words;
  for (const auto& participant : answer.participants) {
    std::string word = participant.participant.str() + (participant.name.empty() ? "" : ":" + participant.name);
    for (const auto& producer : participant.producers) word += "," + producer.kind + (producer.paused ? "(paused)" : "");
    for (const auto& producer : participant.data_producers) word += "," + producer.label;
    words.push_back(word);
  }
  return sorted(fmt::format("meeting {} of {}", answer.meeting.str(), answer.tenant), words);
}

std::string say(const ParticipantDetail& answer) {
  std::string text =
      fmt::format("participant {} {} {}", answer.participant.str(), answer.instance.str(), answer.name.empty() ? "-" : answer.name);
  text += answer.producer_transport.empty() ? " -" : " " + answer.producer_transport.str();
  text += answer.consumer_transport.empty() ? " -" : " " + answer.consumer_transport.str();
  for (const auto& producer : answer.producers)
    text += fmt::format(" {}={}{}", producer.kind, producer.producer.str(), producer.paused ? " paused" : "");
  for (const auto& consumer : answer.consumers) {
    text += fmt::format(" {}.{}={}{}", consumer.target.str(), consumer.kind, consumer.consumer.str(), consumer.paused ? " paused" : "");
  }
  return text;
}

std::string say(const Event& event) { return std::visit(EventWords{event}, event.body); }

std::string say(const UserSession& session) {
  return fmt::format("{} {} {}", session.kind == UserSession::Kind::kJoin ? "JOIN" : "LEAVE", session.participant.str(),
                     session.instance.str());
}

}  // namespace dd::scenario
