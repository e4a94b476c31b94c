// SPDX-License-Identifier: MIT
// Watching several producers in one call: all of them, or none and no trace.
#include <fmt/format.h>
#include <iterator>

#include "meeting/gather.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

// How many consume requests one call keeps in the engine at a time; enough to hide its latency, few enough not to starve others.
constexpr std::size_t kConsumeAtOnce = 32;

}  // namespace

Result<std::vector<Host::State::PlannedConsumer>> Host::State::plan_consumers(const CreateConsumer& command, Meeting& meeting,
                                                                              Participant& participant) const {
  std::vector<PlannedConsumer> plan;
  std::set<std::pair<ParticipantId, KindKey>> planned;
  for (const auto& target : command.targets) {
    const auto key = std::pair(target.participant, kind_key(target.kind));
    if (!planned.insert(key).second) continue;
    const Participant* owner = meeting.find_participant(target.participant);
    const bool known =
        owner != nullptr && owner->producers.contains(target.producer) && kind_key(owner->producers.at(target.producer).kind) == key.second;
    if (!known) {
      Error error = not_found("producer", target.producer.str());
      error.field = fmt::format("targetParticipants.{}.{}", target.participant.str(), target.kind);
      return error;
    }
    PlannedConsumer planned_consumer;
    planned_consumer.target = target;
    auto watched = participant.watching.find(key);
    if (watched != participant.watching.end()) {
      const Consumer& living = participant.consumers.at(watched->second);
      if (living.producer() == target.producer && living.transport == command.transport) planned_consumer.reused = watched->second;
    }
    if (planned_consumer.reused.empty()) {
      planned_consumer.request.id = make_id<ConsumerId>();
      planned_consumer.request.transport = command.transport;
      planned_consumer.request.producer = target.producer;
      planned_consumer.request.capabilities = command.capabilities;
      planned_consumer.request.paused = command.paused;
    }
    plan.push_back(std::move(planned_consumer));
  }
  return plan;
}

// The descriptions of the consumers that are new, in the order of the plan.
Task<Result<std::vector<ConsumerDescription>>> Host::State::consume_all(std::vector<PlannedConsumer> plan) {
  std::vector<ConsumerDescription> made;
  std::optional<Error> failure;
  std::erase_if(plan, [](const PlannedConsumer& consumer) { return !consumer.reused.empty(); });
  for (std::size_t begin = 0; begin < plan.size() && !failure; begin += kConsumeAtOnce) {
    const std::size_t end = std::min(plan.size(), begin + kConsumeAtOnce);
    std::vector<Task<Result<ConsumerDescription>>> consuming;
    for (std::size_t i = begin; i < end; ++i) consuming.push_back(media_.consume(std::move(plan[i].request)));
    auto gathering = gather(loop_, std::move(consuming));
    auto consumed = co_await std::move(gathering);
    for (std::size_t i = begin; i < end; ++i) {
      auto& answer = consumed[i - begin];
      if (answer) {
        made.push_back(std::move(*answer));
      } else if (!failure) {
        failure = std::move(answer.error());
        if (failure->code == Errc::kConflict || failure->code == Errc::kNotFound) {
          failure->field = fmt::format("targetParticipants.{}.{}", plan[i].target.participant.str(), plan[i].target.kind);
        }
      }
    }
  }
  if (failure) {
    for (const auto& consumer : made) media_.close_consumer(consumer.id);
    co_return std::move(*failure).during("create consumer");
  }
  co_return std::move(made);
}

void Host::State::adopt_consumers(const CreateConsumer& command, Meeting& meeting, Participant& participant,
                                  const std::vector<PlannedConsumer>& plan, std::vector<ConsumerDescription> made) {
  auto next = made.begin();
  for (const auto& planned : plan) {
    if (!planned.reused.empty()) continue;
    const auto key = std::pair(planned.target.participant, kind_key(planned.target.kind));
    auto stale = participant.watching.find(key);
    // The new row has replaced the old one's.
    if (stale != participant.watching.end()) {
      const ConsumerId old = stale->second;
      remove_consumer(meeting, participant, old, "replaced", Engine::kCloses);
    }
    const ConsumerId consumer_id = next->id;
    Consumer consumer;
    consumer.target = planned.target.participant;
    consumer.kind = planned.target.kind;
    consumer.transport = command.transport;
    consumer.description = std::move(*next++);
    meeting.participants.at(consumer.target)
        .producers.at(consumer.producer())
        .viewers.emplace(consumer_id, Viewer{participant.id, command.paused, std::nullopt});
    note_demand(consumer.producer());
    participant.watching[key] = consumer_id;
    participant.consumers.emplace(consumer_id, std::move(consumer));
    consumers_[consumer_id] = Place{meeting.id, participant.id};
  }
}

Task<Result<std::vector<ConsumerDetail>>> Host::State::create_consumers(CreateConsumer command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  DD_CO_TRY(Participant * participant, require_participant(meeting, command.participant));
  if (participant->instance != command.instance) {
    co_return make_error(Errc::kConflict, fmt::format("participant '{}' is present as another instance", command.participant.str()));
  }
  if (!participant->consumer_transport || participant->consumer_transport->id() != command.transport) {
    Error error = not_found("consumer transport", command.transport.str());
    error.field = "transportId";
    co_return error;
  }
  DD_CO_TRY(auto plan, plan_consumers(command, meeting, *participant));
  const auto is_new = [](const PlannedConsumer& planned) { return planned.reused.empty(); };
  const auto fresh = static_cast<std::size_t>(std::count_if(plan.begin(), plan.end(), is_new));
  if (participant->consumers.size() + fresh > settings_.max_consumers_per_participant) {
    co_return make_error(Errc::kTooManyRequests,
                         fmt::format("the participant may have {} consumers", settings_.max_consumers_per_participant));
  }

  if (fresh > 0) {
    DD_CO_TRY_VOID(may_consume(meeting, participant->consumer_transport->router, plan));
    DD_CO_TRY_VOID(require_store());
    auto consuming = consume_all(plan);
    DD_CO_TRY(auto made, co_await std::move(consuming));
    std::vector<ConsumerRow> rows;
    auto next = made.begin();
    for (const auto& planned : plan) {
      if (!planned.reused.empty()) continue;
      rows.push_back({meeting.id, participant->id, planned.target.participant, (next++)->id, command.transport, planned.target.kind});
    }
    auto opening = open_entry();
    auto entry = co_await std::move(opening);
    auto writing = write_if(entry.has_value(), store_.put_consumers(std::move(rows)));
    auto written = co_await std::move(writing);
    if (!written) {
      for (const auto& consumer : made) media_.close_consumer(consumer.id);
      co_return std::move(written.error());
    }
    adopt_consumers(command, meeting, *participant, plan, std::move(made));
  }

  std::vector<ConsumerDetail> answer;
  for (const auto& planned : plan) {
    const auto watched = participant->watching.find({planned.target.participant, kind_key(planned.target.kind)});
    const Consumer& consumer = participant->consumers.at(watched->second);
    answer.push_back({consumer.description, planned.target.participant, planned.target.kind});
  }
  co_return std::move(answer);
}

}  // namespace dd::meeting
