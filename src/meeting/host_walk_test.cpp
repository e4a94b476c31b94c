// SPDX-License-Identifier: MIT
// Random walks over the host's commands: whatever is asked, in whatever order, with whatever failing, memory, engine and rows
// tell the same story once everything has settled. A failing walk prints its seed; DD_WALK_SEED repeats one, and DD_WALKS
// says how many to take.
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "meeting/testing/sample_rtp.hpp"
#include "meeting/testing/stage.hpp"

namespace dd::meeting {
namespace {

using namespace std::chrono_literals;

class Walk {
 public:
  explicit Walk(unsigned seed) : random_(seed), stage_({WorkerId("w1"), WorkerId("w2"), WorkerId("w3")}, settings()) {}

  // One command; with faults, now and then something breaks or slows down first.
  std::string step(bool with_faults) {
    if (with_faults && pick(12) == 0) return break_something();
    switch (pick(19)) {
      case 0: return create_meeting();
      case 1: return end_or_replace();
      case 2:
      case 3:
      case 4: return recreate_transport();
      case 5:
      case 6:
      case 7: return create_producer();
      case 8:
      case 9:
      case 10: return create_consumers();
      case 11: return change_producers();
      case 12: return change_consumers();
      case 13: return leave();
      case 14: return close_transport();
      case 15: return data();
      case 16: return lose_transport();
      case 17: return add_routers();
      default: return pass_time();
    }
  }

  // Everything that was broken is whole again, and everything begun has ended.
  std::vector<std::string> settle() {
    stage_.media.faults().clear();
    stage_.store.faults().clear();
    for (const auto& worker : stage_.media.workers()) {
      if (!worker.alive) stage_.media.restore_worker(worker.id);
    }
    bring_store_back();
    stage_.loop.advance(10s);
    auto lines = stage_.disagreements();
    compare_demand(lines);
    if (*open_ != 0) lines.push_back(fmt::format("{} operations have not ended", *open_));
    return lines;
  }

  // What was told on the way, as positions in EventBody.
  void collect_news(std::set<std::size_t>& kinds) const {
    for (const auto& event : stage_.events) kinds.insert(event.body.index());
  }

  std::vector<std::string> finish_step() {
    stage_.loop.advance(2s);
    return stage_.disagreements();
  }

 private:
  static HostSettings settings() {
    HostSettings settings;
    settings.max_meetings = 4;
    settings.max_participants_per_meeting = 5;
    settings.max_consumers_per_participant = 6;
    settings.absence_limit = 20s;
    return settings;
  }

  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  MeetingId meeting() { return MeetingId(fmt::format("m{}", pick(3))); }
  ParticipantId participant() { return ParticipantId(fmt::format("p{}", pick(6))); }
  InstanceId instance() { return InstanceId(fmt::format("i{}", pick(8) == 0 ? 2 : 1)); }
  template <typename T>
  T any(const std::vector<T>& values, T otherwise) {
    return values.empty() ? otherwise : values[pick(values.size())];
  }

  template <typename T>
  static Task<void> count(Task<T> task, std::shared_ptr<int> open) {
    ++*open;
    auto answer = co_await std::move(task);
    static_cast<void>(answer);
    --*open;
  }
  template <typename T>
  void begin(Task<T> task) {
    auto counted = count(std::move(task), open_);
    spawn(std::move(counted));
    stage_.loop.run_ready();
  }

  CreateMeeting placement() {
    CreateMeeting command;
    command.meeting = meeting();
    command.container = ContainerId(testing::Stage::kContainer);
    const std::size_t routers = 1 + pick(3);
    for (std::size_t i = 0; i < routers; ++i) {
      const auto role = routers == 1 ? RouterRole::kBoth : i == 0 ? RouterRole::kProducer : RouterRole::kConsumer;
      command.routers.push_back({WorkerId(fmt::format("w{}", 1 + pick(3))), 10, role});
    }
    return command;
  }

  std::string create_meeting() {
    auto command = placement();
    const std::string text = "create " + command.meeting.str();
    begin(stage_.host->create_meeting(std::move(command)));
    return text;
  }

  std::string end_or_replace() {
    if (pick(3) == 0) {
      const auto id = meeting();
      begin(stage_.host->end_meeting(id));
      return "end " + id.str();
    }
    if (pick(3) != 0) return create_meeting();
    ReplaceMeetings command;
    command.meetings = {placement(), placement()};
    begin(stage_.host->replace_meetings(std::move(command)));
    return "replace";
  }

  std::string recreate_transport() {
    RecreateTransport command;
    command.meeting = meeting();
    command.participant = participant();
    command.instance = instance();
    command.role = pick(2) == 0 ? TransportRole::kProducer : TransportRole::kConsumer;
    command.force_new = pick(6) == 0;
    for (const auto& rows : stage_.host->snapshot().meetings) {
      if (rows.meeting == command.meeting) command.router = any(rows.routers, RouterRow{}).router;
    }
    const std::string text = fmt::format("recreate {} {} {}", command.meeting.str(), command.participant.str(), command.instance.str());
    begin(stage_.host->recreate_transport(std::move(command)));
    return text;
  }

  // Now and then of the wrong role.
  TransportRow transport_for(TransportRole role) {
    auto transports = stage_.host->snapshot().transports;
    if (pick(10) != 0) std::erase_if(transports, [&](const TransportRow& row) { return row.role != role; });
    return any(transports, TransportRow{});
  }

  std::string create_producer() {
    const auto transport = transport_for(TransportRole::kProducer);
    static const char* const kKinds[] = {"audio", "video", "screenshare"};
    CreateProducer command;
    command.meeting = transport.meeting;
    command.participant = pick(10) == 0 ? participant() : transport.participant;
    command.instance = transport.instance;
    command.transport = transport.transport;
    command.kind = kKinds[pick(3)];
    command.parameters = command.kind == "audio" ? testing::sample_audio() : testing::sample_video();
    for (const auto& rows : stage_.host->snapshot().meetings) {
      if (rows.meeting == command.meeting) command.consumer_routers.push_back(any(rows.routers, RouterRow{}).router);
    }
    const std::string text = fmt::format("produce {} {}", command.participant.str(), command.kind);
    begin(stage_.host->create_producer(std::move(command)));
    return text;
  }

  std::string create_consumers() {
    const auto snapshot = stage_.host->snapshot();
    const auto transport = transport_for(TransportRole::kConsumer);
    CreateConsumer command;
    command.meeting = transport.meeting;
    command.participant = transport.participant;
    command.instance = transport.instance;
    command.transport = transport.transport;
    command.capabilities = testing::sample_router_capabilities();
    if (pick(10) == 0) command.capabilities.codecs.pop_back();
    for (const auto& producer : snapshot.producers) {
      if (pick(2) != 0 || (producer.meeting != command.meeting && pick(40) != 0)) continue;
      command.targets.push_back({producer.participant, producer.kind, producer.producer});
    }
    const std::string text = fmt::format("consume {} x{}", command.participant.str(), command.targets.size());
    begin(stage_.host->create_consumers(std::move(command)));
    return text;
  }

  std::string change_producers() {
    const auto row = any(stage_.host->snapshot().producers, ProducerRow{});
    ProducersCommand command{row.meeting, pick(5) == 0 ? participant() : row.participant, {row.producer}, std::nullopt};
    const auto what = pick(3);
    begin(what == 0   ? stage_.host->pause_producers(std::move(command))
          : what == 1 ? stage_.host->resume_producers(std::move(command))
                      : stage_.host->close_producers(std::move(command)));
    return "change producer " + row.producer.str();
  }

  std::string change_consumers() {
    const auto row = any(stage_.host->snapshot().consumers, ConsumerRow{});
    ConsumersCommand command{row.meeting, pick(5) == 0 ? participant() : row.participant, {row.consumer}};
    const auto what = pick(4);
    begin(what < 2    ? stage_.host->pause_consumers(std::move(command))
          : what == 2 ? stage_.host->resume_consumers(std::move(command))
                      : stage_.host->close_consumers(std::move(command)));
    return "change consumer " + row.consumer.str();
  }

  std::string add_routers() {
    AddRouters command;
    command.meeting = meeting();
    for (std::size_t i = 0; i < 1 + pick(2); ++i)
      command.routers.push_back({WorkerId(fmt::format("w{}", 1 + pick(3))), 10, RouterRole::kBoth});
    const std::string text = "add routers to " + command.meeting.str();
    begin(stage_.host->add_routers(std::move(command)));
    return text;
  }

  // What the owner of each producer was told last, against the consumers that the engine has.
  void compare_demand(std::vector<std::string>& lines) const {
    std::map<ProducerId, bool> told;
    for (const auto& event : stage_.events) {
      if (const auto* demand = std::get_if<ProducerDemand>(&event.body)) told[demand->producer] = demand->wanted;
    }
    for (const auto& producer : stage_.media.producers()) {
      bool wanted = false;
      for (const auto& consumer : stage_.media.consumers()) {
        wanted = wanted || (consumer.second.producer == producer.first && !consumer.second.paused);
      }
      const auto last = told.find(producer.first);
      if (last == told.end() || last->second != wanted)
        lines.push_back(fmt::format("the demand for {} was told wrongly", producer.first.str()));
    }
  }

  std::string leave() {
    const auto row = any(stage_.host->snapshot().transports, TransportRow{});
    LeaveMeeting command{row.meeting, row.participant, pick(5) == 0 ? instance() : row.instance};
    begin(stage_.host->leave(std::move(command)));
    return "leave " + row.participant.str();
  }

  std::string close_transport() {
    const auto row = any(stage_.host->snapshot().transports, TransportRow{});
    begin(stage_.host->close_transport({row.meeting, pick(4) == 0 ? participant() : row.participant, row.transport}));
    return "close transport of " + row.participant.str();
  }

  std::string data() {
    const auto row = any(stage_.host->snapshot().transports, TransportRow{});
    const auto& producers = stage_.media.data_producers();
    if (pick(2) == 0 || producers.empty()) {
      begin(stage_.host->create_data_producer({row.meeting, row.participant, row.transport, {}, "chat", ""}));
      return "produce data";
    }
    const auto producer = std::next(producers.begin(), static_cast<std::ptrdiff_t>(pick(producers.size())))->first;
    if (pick(3) == 0) {
      begin(stage_.host->close_data({row.meeting, row.participant, {producer}, {}}));
      return "close data";
    }
    begin(stage_.host->create_data_consumer({row.meeting, row.participant, row.transport, producer}));
    return "consume data";
  }

  std::string lose_transport() {
    const auto row = any(stage_.host->snapshot().transports, TransportRow{});
    if (pick(2) == 0) {
      stage_.media.establish(row.transport);
      return "transport connects";
    }
    stage_.media.fail_transport(row.transport, TransportEnd::kIceTimeout);
    stage_.loop.run_ready();
    return "transport fails";
  }

  std::string pass_time() {
    stage_.loop.advance(std::chrono::milliseconds(pick(400)));
    return "time passes";
  }

  void bring_store_back() {
    stage_.store.bring_back();
    stage_.host->store_recovered();
  }

  std::string break_something() {
    static const char* const kEngineCalls[] = {"create_router", "create_transport", "produce",
                                               "consume",       "pipe_producer",    "pause_producer"};
    static const char* const kStoreCalls[] = {"create_meeting",   "put_transport",    "insert_producer",   "put_consumers",
                                              "delete_producers", "delete_consumers", "delete_transports", "delete_participant"};
    static const Errc kCodes[] = {Errc::kUnavailable, Errc::kDeadlineExceeded, Errc::kInternal};
    switch (pick(9)) {
      case 0: stage_.media.faults().fail_next(kEngineCalls[pick(6)], kCodes[pick(3)]); return "engine fails once";
      case 1: stage_.store.faults().fail_next(kStoreCalls[pick(8)], kCodes[pick(2)]); return "store fails once";
      case 2: stage_.store.lose_next_answer(pick(2) == 0); return "store loses an answer";
      case 3: stage_.media.faults().slow_down(std::chrono::milliseconds(pick(60))); return "engine slows down";
      case 4: stage_.store.faults().slow_down(std::chrono::milliseconds(pick(60))); return "store slows down";
      case 5: stage_.store.take_away(); return "store goes away";
      case 6: bring_store_back(); return "store comes back";
      case 7:
        if (stage_.store.available()) return pass_time();
        stage_.store.hand_over(meeting(), ContainerId("c9"));
        return "another server takes a meeting";
      default: {
        const auto workers = stage_.media.workers();
        const auto& worker = workers[pick(workers.size())];
        if (worker.alive) {
          stage_.media.kill_worker(worker.id);
        } else {
          stage_.media.restore_worker(worker.id);
        }
        return (worker.alive ? "dies " : "returns ") + worker.id.str();
      }
    }
  }

  std::mt19937 random_;
  testing::Stage stage_;
  std::shared_ptr<int> open_ = std::make_shared<int>(0);
};

std::vector<unsigned> seeds(unsigned count) {
  if (const char* chosen = std::getenv("DD_WALK_SEED")) return {static_cast<unsigned>(std::strtoul(chosen, nullptr, 10))};
  if (const char* more = std::getenv("DD_WALKS")) count = static_cast<unsigned>(std::strtoul(more, nullptr, 10));
  std::vector<unsigned> all;
  for (unsigned seed = 1; seed <= count; ++seed) all.push_back(seed);
  return all;
}

std::string story_of(const std::vector<std::string>& steps) {
  const std::size_t from = steps.size() > 40 ? steps.size() - 40 : 0;
  return fmt::format("{}", fmt::join(steps.begin() + static_cast<std::ptrdiff_t>(from), steps.end(), "\n  "));
}

TEST(HostWalk, OneCommandAfterAnotherKeepsMemoryEngineAndRowsTogether) {
  for (unsigned seed : seeds(30)) {
    Walk walk(seed);
    std::vector<std::string> steps;
    for (int i = 0; i < 150; ++i) {
      steps.push_back(walk.step(false));
      const auto lines = walk.finish_step();
      ASSERT_TRUE(lines.empty()) << "DD_WALK_SEED=" << seed << "\n"
                                 << fmt::format("{}", fmt::join(lines, "\n")) << "\nafter\n  " << story_of(steps);
    }
  }
}

template <typename T, std::size_t I = 0>
constexpr std::size_t position_of() {
  if constexpr (std::is_same_v<T, std::variant_alternative_t<I, EventBody>>) {
    return I;
  } else {
    return position_of<T, I + 1>();
  }
}

TEST(HostWalk, CommandsAtOnceWithFailuresSettleToTheSame) {
  std::set<std::size_t> kinds;
  for (unsigned seed : seeds(60)) {
    Walk walk(seed);
    std::vector<std::string> steps;
    for (int i = 0; i < 12; ++i) {
      const std::size_t before = steps.size();
      while (steps.size() < before + 25) steps.push_back(walk.step(true));
      steps.push_back("settle");
      const auto lines = walk.settle();
      ASSERT_TRUE(lines.empty()) << "DD_WALK_SEED=" << seed << "\n"
                                 << fmt::format("{}", fmt::join(lines, "\n")) << "\nafter\n  " << story_of(steps);
    }
    walk.collect_news(kinds);
  }
  if (std::getenv("DD_WALK_SEED") != nullptr) return;
  // Walks that get nowhere prove nothing.
  for (std::size_t kind : {position_of<MeetingEnded>(), position_of<ParticipantLeft>(), position_of<TransportFailed>(),
                           position_of<ProducerClosed>(), position_of<ConsumerClosed>(), position_of<ConsumerPaused>(),
                           position_of<DataConsumerClosed>(), position_of<WorkerDied>(), position_of<WorkerRestored>()}) {
    EXPECT_TRUE(kinds.contains(kind)) << "no walk came to event " << kind;
  }
}

}  // namespace
}  // namespace dd::meeting
