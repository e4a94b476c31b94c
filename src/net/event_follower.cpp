// SPDX-License-Identifier: MIT
#include "net/event_follower.hpp"

#include <algorithm>

#include "base/completion.hpp"
#include "base/random.hpp"
#include "net/sse_parser.hpp"
#include "observe/log.hpp"

namespace dd::net {

struct EventFollower::State {
  State(Loop& home, HttpClient& caller, std::string where, EventListener& hears, EventFollowerSettings chosen)
      : loop(home), client(caller), origin(std::move(where)), listener(hears), settings(chosen), pause(chosen.first_pause) {}

  static Task<void> follow(std::shared_ptr<State> state);
  static Task<void> read_events(std::shared_ptr<State> state);
  static void wake(const std::shared_ptr<State>& state) {
    if (state->waiting) state->waiting->resolve(true);
  }
  HttpCall call() const;
  void take(const SseEvent& event);
  void complain(std::string_view why);

  Loop& loop;
  HttpClient& client;
  std::string origin;
  EventListener& listener;
  EventFollowerSettings settings;
  Duration pause;
  std::string last_id;
  bool stopped = false;
  bool connected = false;
  bool seen_before = false;
  bool complained = false;
  std::unique_ptr<api::BodyStream> stream;
  std::optional<Completion<bool>> waiting;  // for the stream or a pause
};

EventFollower::EventFollower(Loop& loop, HttpClient& client, std::string origin, EventListener& listener, EventFollowerSettings settings)
    : state_(std::make_shared<State>(loop, client, std::move(origin), listener, settings)) {
  loop.post([state = state_] { spawn(State::follow(state)); });
}

EventFollower::~EventFollower() {
  state_->stopped = true;
  state_->stream.reset();
  State::wake(state_);
}

bool EventFollower::connected() const { return state_->connected; }

HttpCall EventFollower::State::call() const {
  HttpCall call;
  call.origin = origin;
  call.target = "/v1/events";
  call.headers = {{"Accept", "text/event-stream"}};
  if (!last_id.empty()) call.headers.emplace_back("Last-Event-ID", last_id);
  call.answer = HttpCall::Body::kStreamed;
  call.silence = settings.silence;
  return call;
}

// Once for each time that it was lost: a server may be away for days.
void EventFollower::State::complain(std::string_view why) {
  if (std::exchange(complained, true)) return;
  observe::log_warn("events_of_server_lost", {{"error", why}});
}

Task<void> EventFollower::State::follow(std::shared_ptr<State> state) {
  while (!state->stopped) {
    auto asked = state->call();
    auto answer = co_await state->client.send(std::move(asked));
    if (state->stopped) co_return;
    if (!answer) {
      state->complain(answer.error().message);
    } else if (answer->status != 200 || !answer->stream) {
      state->complain("the server answered with status " + std::to_string(answer->status));
    } else {
      state->stream = std::move(answer->stream);
      state->connected = true;
      state->complained = false;
      if (!std::exchange(state->seen_before, true)) state->listener.on_resync();
      co_await read_events(state);
      state->connected = false;
      if (state->stopped) co_return;
      state->stream.reset();
    }
    // Servers that were lost together are not asked together again.
    const auto spread = static_cast<Duration::rep>(random_u64() % static_cast<std::uint64_t>(state->pause.count() / 2 + 1));
    const Duration pause = state->pause / 2 + Duration(spread);
    state->pause = std::min(state->pause * 2, state->settings.longest_pause);
    state->waiting.emplace(state->loop);
    state->waiting->resolve_after(pause, true);
    const Completion<bool> over = *state->waiting;
    co_await over;
  }
}

Task<void> EventFollower::State::read_events(std::shared_ptr<State> state) {
  if (state->stopped) co_return;
  SseParser parser;
  UniqueFunction<void(const SseEvent&)> take_one = [state, &parser](const SseEvent& event) {
    state->last_id = parser.last_id();
    if (!state->stopped) state->take(event);
  };
  state->stream->on_ready([weak = std::weak_ptr(state)] {
    if (const auto self = weak.lock()) wake(self);
  });
  for (;;) {
    state->waiting.emplace(state->loop);  // before reading, so that no call is missed
    std::string bytes;
    const auto now = state->stream->read(bytes, 64 * 1024);
    const bool readable = parser.feed(bytes, take_one);
    if (state->stopped) co_return;
    if (!parser.last_id().empty()) state->last_id = parser.last_id();
    if (!bytes.empty()) state->pause = state->settings.first_pause;
    if (!readable) {
      state->last_id = {};
      state->seen_before = false;  // the event that was too large is missed
      state->complain("an event is too large");
      co_return;
    }
    if (now != api::BodyStream::State::kOpen) co_return;
    if (!bytes.empty()) continue;
    const Completion<bool> more = *state->waiting;
    co_await more;
    if (state->stopped) co_return;
  }
}

void EventFollower::State::take(const SseEvent& event) {
  if (event.type == "resync") return listener.on_resync();
  listener.on_event(event.data);
}

}  // namespace dd::net
