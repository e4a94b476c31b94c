// SPDX-License-Identifier: MIT
#include "api/event_stream.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "api/event_json.hpp"
#include "base/random.hpp"

namespace dd::api {
namespace {

struct Entry {
  std::uint64_t number;
  MeetingId meeting;
  std::string text;  // as the client reads it, rendered once for all
};

// The newest entries, in the order of their numbers.
struct Ring {
  std::size_t bound;
  std::deque<Entry> entries;
  std::uint64_t overwritten = 0;  // the number of the newest entry that is gone

  void push(Entry entry) {
    entries.push_back(std::move(entry));
    if (entries.size() > bound) {
      overwritten = entries.front().number;
      entries.pop_front();
    }
  }
  std::deque<Entry>::const_iterator after(std::uint64_t number) const {
    return std::upper_bound(entries.begin(), entries.end(), number, [](std::uint64_t n, const Entry& entry) { return n < entry.number; });
  }
};

}  // namespace

struct EventStream::Log {
  Log(Loop& home, observe::Metrics& counts, EventStreamSettings chosen)
      : loop(home), metrics(counts), settings(std::move(chosen)), news{settings.max_events, {}}, readings{settings.max_readings, {}} {
    if (settings.boot.empty()) settings.boot = random_uuid().substr(0, 8);
  }

  std::string id_of(std::uint64_t number) const { return fmt::format("{}-{}", settings.boot, number); }

  // The number in one of our own ids.
  std::optional<std::uint64_t> number_of(std::string_view id) const {
    const auto dash = id.rfind('-');
    if (dash == std::string_view::npos || id.substr(0, dash) != settings.boot) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data() + dash + 1, id.data() + id.size(), number);
    if (error != std::errc{} || end != id.data() + id.size() || number > last) return std::nullopt;
    return number;
  }

  // One wake-up for all events of a turn.
  static void announce(const std::shared_ptr<Log>& log);

  Loop& loop;
  observe::Metrics& metrics;
  EventStreamSettings settings;
  Ring news;
  Ring readings;
  std::uint64_t last = 0;
  std::vector<Client*> clients;
  bool announced = false;
};

class EventStream::Client final : public BodyStream {
 public:
  Client(std::shared_ptr<Log> log, std::uint64_t position, MeetingId meeting, std::string greeting)
      : log_(std::move(log)), position_(position), meeting_(std::move(meeting)), pending_(std::move(greeting)) {
    log_->clients.push_back(this);
    log_->metrics.set(observe::Metric::kEventStreamClients, static_cast<double>(log_->clients.size()));
    beat();
  }

  ~Client() override {
    auto& clients = log_->clients;
    clients.erase(std::remove(clients.begin(), clients.end(), this), clients.end());
    log_->metrics.set(observe::Metric::kEventStreamClients, static_cast<double>(clients.size()));
  }

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  State read(std::string& out, std::size_t limit) override {
    if (position_ < log_->news.overwritten) {
      log_->metrics.add(observe::Metric::kEventsDropped, {"slow_client"});
      return State::kEnded;  // it comes back with its last id and is told to start over
    }
    const std::size_t before = out.size();
    out += std::exchange(pending_, {});
    auto news = log_->news.after(position_);
    auto reading = log_->readings.after(position_);
    const auto last_news = log_->news.entries.end();
    const auto last_reading = log_->readings.entries.end();
    while (out.size() - before < limit && (news != last_news || reading != last_reading)) {
      const bool news_first = reading == last_reading || (news != last_news && news->number < reading->number);
      const Entry& entry = news_first ? *news++ : *reading++;
      position_ = entry.number;
      if (concerns(entry)) out += entry.text;
    }
    if (out.size() > before) beat();
    return State::kOpen;
  }

  void on_ready(UniqueFunction<void()> wake) override { wake_ = std::move(wake); }

  void wake() {
    if (wake_) wake_();
  }

 private:
  bool concerns(const Entry& entry) const { return meeting_.empty() || entry.meeting.empty() || entry.meeting == meeting_; }

  void beat() {
    heartbeat_ = log_->loop.after(log_->settings.heartbeat, [this] {
      pending_ = ": still here\n\n";
      beat();
      wake();
    });
  }

  std::shared_ptr<Log> log_;
  std::uint64_t position_;  // the number of the last event that was read
  MeetingId meeting_;
  std::string pending_;
  UniqueFunction<void()> wake_;
  Timer heartbeat_;
};

void EventStream::Log::announce(const std::shared_ptr<Log>& log) {
  if (log->clients.empty() || std::exchange(log->announced, true)) return;
  log->loop.post([log] {
    log->announced = false;
    const std::vector<Client*> woken = log->clients;  // waking one may end it or another
    for (Client* client : woken) {
      if (std::find(log->clients.begin(), log->clients.end(), client) != log->clients.end()) client->wake();
    }
  });
}

EventStream::EventStream(Loop& loop, observe::Metrics& metrics, EventStreamSettings settings)
    : log_(std::make_shared<Log>(loop, metrics, std::move(settings))) {}

EventStream::~EventStream() = default;

void EventStream::on_event(const meeting::Event& event) {
  const std::string_view type = event_type(event.body);
  const std::uint64_t number = ++log_->last;
  const std::string id = log_->id_of(number);
  Entry entry{number, event.meeting, fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, type, to_text(event_json(event, id)))};
  (is_reading(event.body) ? log_->readings : log_->news).push(std::move(entry));
  log_->metrics.add(observe::Metric::kEventsEmitted, {type});
  Log::announce(log_);
}

Result<std::unique_ptr<BodyStream>> EventStream::open(std::string_view last_event_id, MeetingId meeting) {
  if (log_->clients.size() >= log_->settings.max_clients) {
    return make_error(Errc::kTooManyRequests, fmt::format("{} clients read the events already", log_->settings.max_clients));
  }
  std::uint64_t position = log_->last;
  // The id alone, without data, raises no event in a browser but is where it resumes if nothing ever happens.
  std::string greeting = fmt::format("retry: 1000\nid: {}\n\n", log_->id_of(position));
  if (!last_event_id.empty()) {
    const auto number = log_->number_of(last_event_id);
    if (number && *number >= log_->news.overwritten) {
      position = *number;
      greeting = "retry: 1000\n\n";
    } else {
      const std::string_view reason = number ? "overwritten" : "unknown_id";
      const std::string id = log_->id_of(position);
      OrderedJson data = OrderedJson::object();
      data["id"] = id;
      data["type"] = "resync";
      data["reason"] = reason;
      greeting = fmt::format("retry: 1000\nid: {}\nevent: resync\ndata: {}\n\n", id, to_text(data));
      log_->metrics.add(observe::Metric::kEventsDropped, {"resync"});
    }
  }
  return std::unique_ptr<BodyStream>(std::make_unique<Client>(log_, position, std::move(meeting), std::move(greeting)));
}

std::size_t EventStream::clients() const { return log_->clients.size(); }

void EventStream::set_max_clients(std::size_t bound) { log_->settings.max_clients = bound; }

}  // namespace dd::api
