// SPDX-License-Identifier: MIT
// Two connections make the link: one writes and looks up positions, the other waits in XREAD BLOCK for all streams at once. A
// stream of our own, which nobody else knows, is among those it waits for: an entry there makes it look at a new list.
#include "net/redis_bus.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <unordered_map>
#include <variant>

#include "base/completion.hpp"
#include "base/random.hpp"
#include "net/redis_entries.hpp"
#include "observe/log.hpp"

namespace dd::net {

using observe::Metric;

namespace {

constexpr std::size_t kMaxSignal = 64 * 1024;
constexpr std::size_t kMaxReplicas = 64;      // remembered for each meeting
constexpr std::size_t kMaxMeetings = 50'000;  // whose last number is remembered
constexpr std::string_view kPerRead = "200";  // entries of a stream

// Errors that go away without the command being changed: the link is given up, and what was said is kept.
bool is_passing(std::string_view error) {
  constexpr std::array<std::string_view, 9> kPassing{"LOADING", "READONLY", "OOM",        "MISCONF",    "NOREPLICAS",
                                                     "BUSY",    "NOAUTH",   "MASTERDOWN", "CLUSTERDOWN"};
  return std::any_of(kPassing.begin(), kPassing.end(), [&](std::string_view word) { return error.starts_with(word); });
}

struct Subscription {
  std::uint64_t id = 0;  // tells it from an earlier one of the same meeting
  std::optional<StreamPosition> position;
  bool readable = false;                                 // its position is known on this link
  std::unordered_map<std::string, std::uint64_t> heard;  // of each replica, the last number
};

struct Outgoing {
  MeetingId meeting;
  std::variant<StreamSignal, control::KendraSignal> signal;
  bool heard_here = false;

  std::size_t bytes() const {
    const auto* ours = std::get_if<StreamSignal>(&signal);
    return ours != nullptr ? ours->text.size() : std::get<control::KendraSignal>(signal).payload.size();
  }
};

}  // namespace

struct RedisBus::State : std::enable_shared_from_this<RedisBus::State> {
  State(AsioLoop& home, observe::Metrics& counts, RedisAddress where, RedisBusSettings chosen)
      : loop(home), metrics(counts), address(std::move(where)), settings(chosen), replica(random_token(12)), pause(chosen.first_pause) {}

  // The link.
  static Task<void> keep_connected(std::shared_ptr<State> state);
  static Task<bool> connect(std::shared_ptr<State> state);
  void begin_link();
  void lose(std::string_view why);
  void close();

  // Writing.
  void accept(Outgoing outgoing);
  void send(const Outgoing& outgoing);
  void on_added(const RedisReply& reply);
  void drop(std::string_view reason) { metrics.add(Metric::kRedisDropped, {reason}); }
  void hear_here(Outgoing& outgoing);

  // Reading.
  void find_position(const MeetingId& meeting, bool missed);
  void look_again();
  void read();
  void on_read(const RedisReply& reply);
  void take(const MeetingId& meeting, StreamEntry entry);

  AsioLoop& loop;
  observe::Metrics& metrics;
  const RedisAddress address;
  const RedisBusSettings settings;
  const std::string replica;
  control::SignalListener* listener = nullptr;

  std::shared_ptr<RedisConnection> writer;
  std::shared_ptr<RedisConnection> reader;
  bool linked = false;
  bool closed = false;
  bool complained = false;
  Duration pause;
  std::optional<Completion<bool>> lost;  // of the present link, or the end of a pause

  std::uint64_t last_number = 0;
  std::unordered_map<MeetingId, std::uint64_t> last_on_meeting;
  std::size_t outgoing_bytes = 0;
  std::deque<Outgoing> outgoing;  // in order; while linked, all of them are under way

  std::uint64_t last_subscription = 0;
  std::unordered_map<MeetingId, Subscription> subscriptions;
  std::string wake_key;
  StreamPosition wake_position;
  bool reading = false;
  bool list_is_old = false;
};

RedisBus::RedisBus(AsioLoop& loop, observe::Metrics& metrics, RedisAddress address, RedisBusSettings settings)
    : state_(std::make_shared<State>(loop, metrics, std::move(address), settings)) {
  metrics.set(Metric::kRedisConnected, 0);
  loop.post([state = state_] { spawn(State::keep_connected(state)); });
}

RedisBus::~RedisBus() { state_->close(); }

void RedisBus::set_listener(control::SignalListener* listener) { state_->listener = listener; }
bool RedisBus::available() const { return state_->linked; }

void RedisBus::subscribe(const MeetingId& meeting) {
  auto [entry, added] = state_->subscriptions.try_emplace(meeting);
  if (!added) return;
  entry->second.id = ++state_->last_subscription;
  if (state_->linked) state_->find_position(meeting, false);
}

void RedisBus::unsubscribe(const MeetingId& meeting) { state_->subscriptions.erase(meeting); }

void RedisBus::publish(const MeetingId& meeting, std::string text) {
  if (text.size() > kMaxSignal) {
    observe::log_error("signal_too_large", {{"meeting", meeting}, {"bytes", text.size()}});
    return state_->drop("refused");
  }
  if (state_->last_on_meeting.size() > kMaxMeetings) state_->last_on_meeting.clear();
  std::uint64_t& last = state_->last_on_meeting[meeting];
  StreamSignal signal{state_->replica, ++state_->last_number, last, std::move(text)};
  last = signal.number;
  state_->accept({meeting, std::move(signal), false});
}

void RedisBus::publish_for_kendra(const MeetingId& meeting, control::KendraSignal signal) {
  if (signal.payload.size() > kMaxSignal) {
    observe::log_error("signal_too_large", {{"meeting", meeting}, {"bytes", signal.payload.size()}});
    return state_->drop("refused");
  }
  state_->accept({meeting, std::move(signal), false});
}

void RedisBus::State::close() {
  closed = true;
  linked = false;
  for (const auto& connection : {writer, reader}) {
    if (connection) connection->close();
  }
  if (lost) lost->resolve(true);
}

Task<bool> RedisBus::State::connect(std::shared_ptr<State> state) {
  state->writer = std::make_shared<RedisConnection>(state->loop, state->settings.patience);
  state->reader = std::make_shared<RedisConnection>(state->loop, state->settings.patience);
  // Held here as well: the members may be closed meanwhile.
  const auto writer = state->writer;
  const auto reader = state->reader;
  auto connected = co_await RedisConnection::connect(writer, state->address);
  if (connected && !state->closed) connected = co_await RedisConnection::connect(reader, state->address);
  if (state->closed) co_return false;
  if (connected) co_return true;
  if (!std::exchange(state->complained, true)) observe::log_warn("redis_away", {{"error", connected.error().message}});
  writer->close();
  reader->close();
  co_return false;
}

Task<void> RedisBus::State::keep_connected(std::shared_ptr<State> state) {
  while (!state->closed) {
    const bool connected = co_await connect(state);
    if (state->closed) co_return;
    state->lost.emplace(state->loop);
    if (connected) {
      const MonotonicTime since = state->loop.now();
      state->begin_link();
      const Completion<bool> over = *state->lost;
      co_await over;
      if (state->closed) co_return;
      // A link that held begins anew; one that is lost at once, because Redis takes nothing, is tried less and less often.
      if (state->loop.now() - since > state->settings.longest_pause) state->pause = state->settings.first_pause;
      state->lost.emplace(state->loop);
    }
    const auto spread = static_cast<Duration::rep>(random_u64() % static_cast<std::uint64_t>(state->pause.count() / 2 + 1));
    state->lost->resolve_after(state->pause / 2 + Duration(spread), true);
    state->pause = std::min(state->pause * 2, state->settings.longest_pause);
    const Completion<bool> waited = *state->lost;
    co_await waited;
  }
}

void RedisBus::State::begin_link() {
  linked = true;
  complained = false;
  reading = false;
  list_is_old = false;
  wake_key = "doordarshan-wake:" + random_token(16);
  wake_position = {};
  metrics.set(Metric::kRedisConnected, 1);
  observe::log_info("redis_connected", {{"kept", outgoing.size()}});
  for (const auto& connection : {writer, reader}) {
    connection->on_lost([weak = weak_from_this()](std::string_view why) {
      if (const auto self = weak.lock()) self->lose(why);
    });
  }
  // Positions first: what was kept comes after them, and so is nothing that was missed.
  for (auto& [meeting, subscription] : subscriptions) {
    subscription.readable = false;
    find_position(meeting, true);
  }
  for (const Outgoing& kept : outgoing) send(kept);
  read();
}

void RedisBus::State::lose(std::string_view why) {
  if (!std::exchange(linked, false)) return;
  writer->close();
  reader->close();
  metrics.set(Metric::kRedisConnected, 0);
  observe::log_warn("redis_away", {{"error", why}});
  complained = true;
  // Whether the last ones were taken is not known. They are said again, and their number tells who heard them already.
  for (Outgoing& unsure : outgoing) hear_here(unsure);
  while (outgoing.size() > settings.max_kept) {
    drop("away");
    outgoing_bytes -= outgoing.back().bytes();
    outgoing.pop_back();
  }
  if (lost) lost->resolve(true);
}

void RedisBus::State::accept(Outgoing said) {
  if (closed) return;
  if (!linked) hear_here(said);
  const std::size_t bound = linked ? settings.max_in_flight : settings.max_kept;
  if (outgoing.size() >= bound || outgoing_bytes + said.bytes() > settings.max_bytes) {
    drop("away");
    return hear_here(said);
  }
  outgoing_bytes += said.bytes();
  outgoing.push_back(std::move(said));
  if (linked) send(outgoing.back());
}

void RedisBus::State::send(const Outgoing& said) {
  const auto commands = std::holds_alternative<StreamSignal>(said.signal)
                            ? commands_for(said.meeting, std::get<StreamSignal>(said.signal), settings.stream_length)
                            : commands_for(said.meeting, std::get<control::KendraSignal>(said.signal));
  writer->command(commands.front(), [weak = weak_from_this()](RedisReply reply) {
    if (const auto self = weak.lock()) self->on_added(reply);
  });
  for (std::size_t i = 1; i < commands.size(); ++i) writer->command(commands[i], {});
}

// Replies come in the order of the commands, so this one is about the oldest.
void RedisBus::State::on_added(const RedisReply& reply) {
  if (!linked || outgoing.empty()) return;
  if (reply.is_error()) {
    if (is_passing(reply.text)) return lose(reply.text.substr(0, reply.text.find(' ')));
    observe::log_error("signal_refused_by_redis", {{"meeting", outgoing.front().meeting}, {"error", reply.text.substr(0, 100)}});
    drop("refused");
    hear_here(outgoing.front());
  }
  outgoing_bytes -= outgoing.front().bytes();
  outgoing.pop_front();
}

// Not at once: whoever publishes is in the middle of something.
void RedisBus::State::hear_here(Outgoing& said) {
  auto* const signal = std::get_if<StreamSignal>(&said.signal);
  if (signal == nullptr || std::exchange(said.heard_here, true)) return;
  const auto found = subscriptions.find(said.meeting);
  if (found == subscriptions.end()) return;
  std::uint64_t& heard = found->second.heard[replica];
  if (signal->number <= heard) return;  // from the stream already
  heard = signal->number;
  loop.post([weak = weak_from_this(), meeting = said.meeting, subscription = found->second.id, text = signal->text] {
    const auto self = weak.lock();
    if (!self || self->closed || self->listener == nullptr) return;
    const auto still = self->subscriptions.find(meeting);
    if (still != self->subscriptions.end() && still->second.id == subscription) self->listener->on_signal(meeting, text);
  });
}

// Where the stream ends now is where this replica begins to read.
void RedisBus::State::find_position(const MeetingId& meeting, bool missed) {
  const auto on_reply = [weak = weak_from_this(), meeting, id = subscriptions.at(meeting).id, missed](const RedisReply& reply) {
    const auto self = weak.lock();
    if (!self || !self->linked) return;
    const auto found = self->subscriptions.find(meeting);
    if (found == self->subscriptions.end() || found->second.id != id) return;
    if (reply.is_error()) {
      observe::log_error("signals_not_readable", {{"meeting", meeting}, {"error", reply.text.substr(0, 100)}});
      return;
    }
    StreamPosition last;
    if (!reply.list.empty()) last = entry_of(reply.list.front()).position;
    // A Redis that came back empty, or as an older copy of itself, counts from where it is.
    auto& position = found->second.position;
    position = position ? std::min(*position, last) : last;
    found->second.readable = true;
    self->look_again();
    if (missed && self->listener != nullptr) self->listener->on_signals_missed(meeting);
  };
  writer->command({"XREVRANGE", stream_key(meeting), "+", "-", "COUNT", "1"}, on_reply);
}

void RedisBus::State::look_again() {
  if (!reading || std::exchange(list_is_old, true)) return;
  writer->command({"XADD", wake_key, "MAXLEN", "1", "*", "look", "again"}, {});
  writer->command({"EXPIRE", wake_key, "60"}, {});
}

void RedisBus::State::read() {
  RedisConnection::Command command{"XREAD",
                                   "COUNT",
                                   std::string(kPerRead),
                                   "BLOCK",
                                   std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(settings.block).count()),
                                   "STREAMS"};
  std::vector<std::string> positions{wake_position.text()};
  command.push_back(wake_key);
  for (const auto& [meeting, subscription] : subscriptions) {
    if (!subscription.readable) continue;
    command.push_back(stream_key(meeting));
    positions.push_back(subscription.position->text());
  }
  command.insert(command.end(), positions.begin(), positions.end());
  reading = true;
  list_is_old = false;
  reader->command(
      command,
      [weak = weak_from_this()](RedisReply reply) {
        if (const auto self = weak.lock()) self->on_read(reply);
      },
      settings.block);
}

void RedisBus::State::on_read(const RedisReply& reply) {
  if (!linked) return;
  reading = false;
  if (reply.is_error()) return lose(reply.text.substr(0, reply.text.find(' ')));
  for (const RedisReply& stream : reply.list) {
    if (stream.list.size() != 2) continue;
    const std::string& key = stream.list[0].text;
    const MeetingId meeting = meeting_of_key(key);
    for (const RedisReply& entry : stream.list[1].list) {
      if (key == wake_key) {
        wake_position = entry_of(entry).position;
      } else {
        take(meeting, entry_of(entry));
      }
    }
  }
  if (linked) read();
}

void RedisBus::State::take(const MeetingId& meeting, StreamEntry entry) {
  const auto found = subscriptions.find(meeting);
  // Unsubscribed meanwhile; or subscribed again, which begins later.
  if (found == subscriptions.end() || !found->second.readable || entry.position <= *found->second.position) return;
  found->second.position = entry.position;
  if (!entry.ours) return;
  auto& all_heard = found->second.heard;
  if (all_heard.size() >= kMaxReplicas) all_heard.clear();
  std::uint64_t& heard = all_heard[entry.signal.replica];
  if (entry.signal.number <= heard) return;  // said twice
  const bool missed = heard != 0 && entry.signal.before > heard;
  heard = entry.signal.number;
  if (listener == nullptr) return;
  if (missed) listener->on_signals_missed(meeting);
  if (subscriptions.contains(meeting)) listener->on_signal(meeting, entry.signal.text);
}

}  // namespace dd::net
