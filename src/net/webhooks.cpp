// SPDX-License-Identifier: MIT
#include "net/webhooks.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "net/curl_client.hpp"
#include "net/digest.hpp"
#include "observe/log.hpp"

namespace dd::net {
namespace {

using observe::Metric;

constexpr std::size_t kShortestSecret = 16;

std::string target_of(const std::string& url) { return sha256_hex(url).substr(0, 16); }

struct Patience {
  MonotonicTime not_before{};
  std::chrono::milliseconds backoff{};
};

}  // namespace

std::string webhook_signature(std::string_view secret, std::int64_t timestamp, std::string_view body) {
  return "v1=" + hmac_sha256_hex(secret, fmt::format("{}.{}", timestamp, body));
}

struct Webhooks::State {
  State(WebhookSettings chosen, WebhookSpool opened, observe::Metrics& counts, const Clock& time)
      : settings(std::move(chosen)), metrics(counts), clock(time), spool(std::move(opened)) {
    for (const std::string& url : settings.urls) urls[target_of(url)] = url;
  }

  const WebhookSettings settings;
  observe::Metrics& metrics;
  const Clock& clock;
  std::map<std::string, std::string> urls;  // by target
  std::int64_t last_ms = 0;                 // the loop's: when the latest delivery was handed over

  // Guards what is handed over and the flag between the loop and the thread.
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Delivery> handed_over;
  bool stopping = false;

  // The thread's.
  WebhookSpool spool;
  // By name in the spool for what a receiver refused, by target for a receiver that does not answer: one bad delivery holds up
  // no other, and one dead receiver costs one timeout at a time, not one for each delivery.
  std::map<std::string, Patience> patience;
  CurlClient http;
  std::thread thread;

  void run();
  void keep(std::deque<Delivery> fresh);
  MonotonicTime not_before(const std::string& key) const;
  std::string next(MonotonicTime now, MonotonicTime& wake) const;
  void deliver(const std::string& name);
  bool refused_for_good(int status) const { return status == 410; }
};

void Webhooks::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    if (!handed_over.empty()) {
      auto fresh = std::exchange(handed_over, {});
      lock.unlock();
      keep(std::move(fresh));
      lock.lock();
      continue;
    }
    if (stopping) return;
    lock.unlock();
    if (patience.size() > spool.waiting().size() + urls.size()) {  // of deliveries that had to go
      std::erase_if(patience, [&](const auto& entry) { return !spool.waiting().contains(entry.first) && !urls.contains(entry.first); });
    }
    if (const auto expired = spool.expire(clock.wall_now()); expired > 0) {
      metrics.add(Metric::kWebhooks, {"dropped"}, static_cast<double>(expired));
    }
    metrics.set(Metric::kWebhooksWaiting, static_cast<double>(spool.waiting().size()));
    const MonotonicTime now = clock.now();
    MonotonicTime wake = now + std::chrono::minutes{1};
    const std::string name = next(now, wake);
    if (!name.empty()) deliver(name);
    lock.lock();
    if (name.empty()) changed.wait_for(lock, wake - now, [this] { return stopping || !handed_over.empty(); });
  }
}

void Webhooks::State::keep(std::deque<Delivery> fresh) {
  for (Delivery& delivery : fresh) {
    const std::string event = delivery.event;
    const auto dropped = spool.add(std::move(delivery));
    if (!dropped) {
      metrics.add(Metric::kWebhooks, {"dropped"});
      observe::log_error("webhook_not_kept", {{"event", event}, {"reason", dropped.error().message}});
    } else if (*dropped > 0) {
      metrics.add(Metric::kWebhooks, {"dropped"}, static_cast<double>(*dropped));
    }
  }
}

MonotonicTime Webhooks::State::not_before(const std::string& key) const {
  const auto known = patience.find(key);
  return known == patience.end() ? MonotonicTime::min() : known->second.not_before;
}

// The oldest whose time has come. Of one recording a later event can so overtake an earlier one that failed; bodies have the time.
std::string Webhooks::State::next(MonotonicTime now, MonotonicTime& wake) const {
  for (const auto& entry : spool.waiting()) {
    const MonotonicTime due = std::max(not_before(entry.first), not_before(entry.second.target));
    if (due <= now) return entry.first;
    wake = std::min(wake, due);
  }
  return {};
}

void Webhooks::State::deliver(const std::string& name) {
  const Delivery& delivery = spool.waiting().at(name);
  const auto url = urls.find(delivery.target);
  if (url == urls.end()) {  // the configuration names this URL no more
    metrics.add(Metric::kWebhooks, {"dropped"});
    spool.remove(std::string(name));
    return;
  }
  const auto timestamp = std::chrono::duration_cast<std::chrono::seconds>(clock.wall_now().time_since_epoch()).count();
  CurlClient::Request request;
  request.url = url->second;
  request.body = delivery.body;
  request.headers = {"Content-Type: application/json",
                     "User-Agent: doordarshan-webhooks/1",
                     "X-Doordarshan-Event: " + delivery.event,
                     "X-Doordarshan-Delivery: " + delivery.id,
                     fmt::format("X-Doordarshan-Timestamp: {}", timestamp),
                     "X-Doordarshan-Signature: " + webhook_signature(settings.secret, timestamp, delivery.body)};
  request.connect_timeout = settings.connect_timeout;
  request.total_timeout = settings.total_timeout;
  request.reach = settings.allow_private ? CurlClient::Reach::kAnywhere : CurlClient::Reach::kPublicOnly;
  const auto answer = http.send(request);
  {
    const std::lock_guard lock(mutex);
    if (stopping && !answer) return;
  }
  if (answer) patience.erase(url->first);
  const bool taken = answer && answer->status >= 200 && answer->status < 300;
  if (taken || (answer && refused_for_good(answer->status))) {
    metrics.add(Metric::kWebhooks, {taken ? "sent" : "dropped"});
    patience.erase(name);
    spool.remove(std::string(name));
    return;
  }
  auto& known = patience[answer ? name : url->first];
  known.backoff = known.backoff.count() == 0 ? settings.first_backoff : std::min(known.backoff * 2, settings.max_backoff);
  known.not_before = clock.now() + known.backoff;
  metrics.add(Metric::kWebhooks, {"failed"});
  observe::log_warn("webhook_failed",
                    {{"event", delivery.event}, {"reason", answer ? fmt::format("status {}", answer->status) : answer.error().message}});
}

Result<std::unique_ptr<Webhooks>> Webhooks::open(WebhookSettings settings, observe::Metrics& metrics, const Clock& clock) {
  for (const std::string& url : settings.urls) {
    auto checked = check_http_url(url);
    if (!checked) return std::move(checked.error()).during("WEBHOOK_URLS");
  }
  if (settings.secret.size() < kShortestSecret) {
    return make_error(Errc::kInvalidArgument, fmt::format("WEBHOOK_SECRET must have at least {} characters", kShortestSecret));
  }
  DD_TRY(auto spool, WebhookSpool::open(settings.spool, settings.limits));
  auto state = std::make_unique<State>(std::move(settings), std::move(spool), metrics, clock);
  State& running = *state;
  running.thread = std::thread([&running] { running.run(); });
  return std::unique_ptr<Webhooks>(new Webhooks(std::move(state)));
}

Webhooks::Webhooks(std::unique_ptr<State> state) : state_(std::move(state)) {}

Webhooks::~Webhooks() { close(); }

void Webhooks::notify(const recording::Notice& notice) {
  Delivery delivery;
  delivery.id = notice.id;
  delivery.event = recording::event_name(notice);
  delivery.body = recording::encode(notice);
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(state_->clock.wall_now().time_since_epoch()).count();
  // No two alike, since deliveries go out in the order of this time.
  state_->last_ms = std::max<std::int64_t>(now_ms, state_->last_ms + 1);
  delivery.created_ms = state_->last_ms;
  std::size_t dropped = 0;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& url : state_->urls) {
      delivery.target = url.first;
      state_->handed_over.push_back(delivery);
      if (state_->handed_over.size() > state_->settings.queue) {
        state_->handed_over.pop_front();
        ++dropped;
      }
    }
  }
  state_->changed.notify_all();
  if (dropped > 0) state_->metrics.add(Metric::kWebhooks, {"dropped"}, static_cast<double>(dropped));
}

void Webhooks::close() {
  if (!state_->thread.joinable()) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->http.cancel();
  state_->changed.notify_all();
  state_->thread.join();
}

}  // namespace dd::net
