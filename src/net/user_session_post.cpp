// SPDX-License-Identifier: MIT
// The body and the headers are the reference's, byte for byte where a reader could notice; its blocking queue and its
// endless, untimed calls are not.
#include "net/user_session_post.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "net/curl_post.hpp"
#include "observe/log.hpp"

namespace dd::net {
namespace {

using observe::Metric;

constexpr std::chrono::seconds kWarningInterval{10};

struct Event {
  std::string id;  // the same in every attempt, so that the service can recognise a repetition
  meeting::UserSession session;
};

std::int64_t milliseconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string body_of(const Event& event, WallTime now) {
  const std::int64_t sent = milliseconds_of(now);
  nlohmann::ordered_json body;
  body["name"] = "doordarshan-user-session-events";
  body["clientReferenceId"] = std::to_string(sent);
  body["eventTimestamp"] = sent;
  auto& inner = body["event"];
  inner["event_id"] = event.id;
  inner["user_id"] = event.session.participant.str();
  inner["event_type"] = event.session.kind == meeting::UserSession::Kind::kJoin ? "JOIN" : "LEAVE";
  inner["event_time"] = milliseconds_of(event.session.time);
  inner["instance_id"] = event.session.instance.str();
  inner["meeting_id"] = event.session.meeting.str();
  return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

bool same_name(const std::string& a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

bool has_control(const std::string& text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return true;
  }
  return false;
}

Result<std::vector<std::string>> header_lines(const std::map<std::string, std::string>& headers) {
  std::vector<std::string> lines;
  for (const auto& entry : headers) {
    const std::string& name = entry.first;
    if (name.empty() || name.find_first_of(" :\t") != std::string::npos || has_control(name) || has_control(entry.second)) {
      return make_error(Errc::kInvalidArgument, "a header that cannot be sent");
    }
    if (same_name(name, "content-length") || same_name(name, "transfer-encoding")) {
      return make_error(Errc::kInvalidArgument, "the header " + name + " is not yours to set");
    }
    if (same_name(name, "user-agent") || same_name(name, "content-type")) continue;
    // libcurl takes "Name:" for "leave the header out" and "Name;" for an empty one.
    lines.push_back(entry.second.empty() ? name + ";" : name + ": " + entry.second);
  }
  lines.emplace_back("User-Agent: analytic-metric-client/1.0");
  lines.emplace_back("Content-Type: application/json");
  return lines;
}

}  // namespace

struct UserSessionPost::State {
  State(UserSessionPostSettings s, std::vector<std::string> h, observe::Metrics& m, const Clock& c)
      : settings(std::move(s)), headers(std::move(h)), metrics(m), clock(c) {}

  const UserSessionPostSettings settings;
  const std::vector<std::string> headers;
  observe::Metrics& metrics;
  const Clock& clock;

  // Guards the queue and the flags between the control loop, which appends, and the thread, which takes.
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Event> waiting;
  bool draining = false;  // end when the queue is empty
  bool stopping = false;  // end now
  bool ended = false;

  CurlPost http;
  std::thread thread;
  MonotonicTime last_warning{};  // the thread's

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stopping || draining || !waiting.empty(); });
      if (stopping || waiting.empty()) break;
      const Event event = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      const bool sent = deliver(event);
      lock.lock();
      metrics.add(Metric::kUserSessionEvents, {sent ? "sent" : "failed"});
    }
    ended = true;
    changed.notify_all();
  }

  bool deliver(const Event& event) {
    std::chrono::milliseconds backoff = settings.first_backoff;
    for (unsigned attempt = 1;; ++attempt) {
      CurlPost::Request request;
      request.url = settings.endpoint;
      request.headers = headers;
      request.body = body_of(event, clock.wall_now());
      request.connect_timeout = settings.connect_timeout;
      request.total_timeout = settings.total_timeout;
      const auto status = http.post(request);
      if (status && *status >= 200 && *status < 300) return true;
      // A 4xx will not get better; overload and a server's own errors may.
      const bool again = !status || *status >= 500 || *status == 429;
      if (!again || attempt >= settings.attempts || !pause(backoff)) {
        warn(attempt, status ? "status " + std::to_string(*status) : status.error().message);
        return false;
      }
      backoff *= 4;
    }
  }

  // False when the thread is to end instead.
  bool pause(std::chrono::milliseconds backoff) {
    std::unique_lock lock(mutex);
    return !changed.wait_for(lock, backoff, [this] { return stopping; });
  }

  void warn(unsigned attempts, const std::string& reason) {
    const MonotonicTime now = clock.now();
    if (last_warning != MonotonicTime{} && now - last_warning < kWarningInterval) return;  // the metric counts them all
    last_warning = now;
    observe::log_warn("user_session_event_failed", {{"attempts", attempts}, {"reason", reason}});
  }
};

Result<std::unique_ptr<UserSessionPost>> UserSessionPost::open(UserSessionPostSettings settings, observe::Metrics& metrics,
                                                               const Clock& clock) {
  auto url = check_http_url(settings.endpoint);
  if (!url) return std::move(url.error()).during("CLIENT_CONFIG_SERVICE_ENDPOINT");
  auto headers = header_lines(settings.headers);
  if (!headers) return std::move(headers.error()).during("CLIENT_CONFIG_SERVICE_HEADERS");
  auto state = std::make_unique<State>(std::move(settings), std::move(*headers), metrics, clock);
  State& running = *state;
  running.thread = std::thread([&running] { running.run(); });
  return std::unique_ptr<UserSessionPost>(new UserSessionPost(std::move(state)));
}

UserSessionPost::UserSessionPost(std::unique_ptr<State> state) : state_(std::move(state)) {}

UserSessionPost::~UserSessionPost() { close(std::chrono::milliseconds{0}); }

void UserSessionPost::on_user_session(const meeting::UserSession& session) {
  Event event{random_uuid(), session};
  bool dropped = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->draining || state_->stopping) {
      dropped = true;
    } else {
      // The oldest goes: a LEAVE that is still to come is worth more than a JOIN that is minutes old.
      dropped = state_->waiting.size() >= state_->settings.queue;
      if (dropped) state_->waiting.pop_front();
      state_->waiting.push_back(std::move(event));
    }
  }
  state_->changed.notify_all();
  if (dropped) state_->metrics.add(Metric::kUserSessionEvents, {"dropped"});
}

void UserSessionPost::close(std::chrono::milliseconds flush) {
  if (!state_->thread.joinable()) return;
  std::size_t left = 0;
  {
    std::unique_lock lock(state_->mutex);
    state_->draining = true;
    state_->changed.notify_all();
    state_->changed.wait_for(lock, flush, [this] { return state_->ended; });
    state_->stopping = true;
    left = state_->waiting.size();
    state_->waiting.clear();
  }
  state_->http.cancel();
  state_->changed.notify_all();
  state_->thread.join();
  if (left > 0) state_->metrics.add(Metric::kUserSessionEvents, {"dropped"}, static_cast<double>(left));
}

}  // namespace dd::net
