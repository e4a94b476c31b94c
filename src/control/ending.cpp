// SPDX-License-Identifier: MIT
// The end of a meeting: for all, or because nobody is there any more.
#include "control/media_calls.hpp"
#include "control/meetings_state.hpp"
#include "control/signals.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

// Whoever was let in so recently may be on the way to the server.
constexpr std::chrono::seconds kOnTheWay{20};
constexpr std::chrono::seconds kCloseLater{5};

bool gone(const Error& error) {
  return error.code == Errc::kUnavailable || error.code == Errc::kDeadlineExceeded || error.code == Errc::kNotFound;
}

}  // namespace

Task<Result<void>> Meetings::State::end(MeetingId meeting, std::string reason) {
  auto taking = take_turn(meeting);
  DD_CO_TRY(const auto turn, co_await std::move(taking));
  auto reading = refresh(meeting, turn.known, Duration{0});
  DD_CO_TRY_VOID(co_await std::move(reading));
  auto ending = end_in_turn(meeting, turn.known, std::move(reason));
  co_return co_await std::move(ending);
}

Task<Result<void>> Meetings::State::end_if_empty(MeetingId meeting) {
  auto taking = take_turn(meeting);
  DD_CO_TRY(const auto turn, co_await std::move(taking));
  if (turn.known->admitted != MonotonicTime{} && loop.now() - turn.known->admitted < kOnTheWay) co_return ok();
  auto reading = refresh(meeting, turn.known, Duration{0});
  DD_CO_TRY_VOID(co_await std::move(reading));
  if (!turn.known->placed) co_return ok();
  const ContainerId server = turn.known->placed->server;
  auto calling = fleet.call(server, "/v1/getMeeting", meeting_body(meeting));
  const auto answer = co_await std::move(calling);
  if (answer) {
    DD_CO_TRY(const auto count, read_participant_count(*answer));
    if (count > 0) co_return ok();
  } else if (answer.error().code != Errc::kNotFound && !watch.dead(server, loop.now())) {
    co_return Error(answer.error());  // it may be full of people
  }
  auto ending = end_in_turn(meeting, turn.known, "empty");
  co_return co_await std::move(ending);
}

Task<Result<void>> Meetings::State::end_in_turn(MeetingId meeting, KnownPtr known, std::string reason) {
  if (known->placed) {
    const ContainerId server = known->placed->server;
    auto calling = fleet.call(server, "/v1/endMeeting", meeting_body(meeting));
    auto answer = co_await std::move(calling);
    if (!answer && !gone(answer.error())) co_return Error(answer.error());
    if (!answer) {
      // Any server removes the rows of a meeting it does not carry, so a dead one's meeting ends, too.
      const auto living = [this](const ServerRecord& each) { return is_living(each); };
      const auto others = candidates(watch.servers(), settings.pool, 0, living);
      for (const auto* other : others) {
        if (other->server == server) continue;
        auto again = fleet.call(other->server, "/v1/endMeeting", meeting_body(meeting));
        answer = co_await std::move(again);
        break;
      }
      if (!answer) observe::log_warn("meeting_ended_without_its_server", {{"meeting", meeting}, {"problem", answer.error().message}});
      leave_behind(server, meeting, kCloseLater);
    }
  }
  auto forgetting = store.forget(meeting);
  DD_CO_TRY_VOID(co_await std::move(forgetting));
  known->placed.reset();
  known->routers.clear();
  known->seats.clear();
  known->refresh = true;
  bus.publish(meeting, make_signal(EndedSignal{std::move(reason)}));
  co_return ok();
}

}  // namespace dd::control
