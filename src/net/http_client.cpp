// SPDX-License-Identifier: MIT
#include "net/http_client.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/error.hpp>
#include <deque>
#include <fmt/format.h>
#include <map>

#include "base/completion.hpp"
#include "net/http_client_connection.hpp"

namespace dd::net {

namespace http = boost::beast::http;
using boost::system::error_code;
using Link = std::shared_ptr<ClientConnection>;

namespace {

constexpr std::size_t kPiece = 64 * 1024;

// What Beast would otherwise write into the head as it is.
bool is_sendable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Result<ClientConnection::Request> make_request(const HttpCall& call, const HttpOrigin& origin, const std::string& api_key) {
  ClientConnection::Request request;
  bool sendable =
      is_sendable(call.method) && is_sendable(call.target) && call.target.starts_with('/') && call.target.find(' ') == std::string::npos;
  request.version(11);
  request.method_string(call.method);
  request.target(call.target);
  request.set(http::field::host, origin.host_header());
  request.set(http::field::user_agent, "doordarshan");
  if (!api_key.empty()) request.set("X-API-Key", api_key);
  if (!call.body.empty()) request.set(http::field::content_type, "application/json");
  for (const auto& [name, value] : call.headers) {
    sendable = sendable && is_sendable(name) && is_sendable(value);
    request.set(name, value);
  }
  if (!sendable) return make_error(Errc::kInvalidArgument, "the request cannot be written");
  request.body() = call.body;
  request.prepare_payload();
  return request;
}

std::string lower_case_name(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

Error failure_of(const ClientConnection& link, std::string_view doing, const error_code& error) {
  if (link.timed_out()) return make_error(Errc::kDeadlineExceeded, fmt::format("{}: the server did not answer in time", doing));
  return make_error(Errc::kUnavailable, fmt::format("{}: {}", doing, error.message()));
}

}  // namespace

std::optional<std::string_view> HttpAnswer::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return std::nullopt;
}

api::HttpResponse as_response(HttpAnswer answer) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kAboutContent{
      {{"content-type", "Content-Type"},
       {"content-range", "Content-Range"},
       {"content-disposition", "Content-Disposition"},
       {"content-encoding", "Content-Encoding"},
       {"accept-ranges", "Accept-Ranges"},
       {"etag", "ETag"},
       {"last-modified", "Last-Modified"},
       {"cache-control", "Cache-Control"},
       {"location", "Location"},
       {"retry-after", "Retry-After"},
       {"x-content-type-options", "X-Content-Type-Options"}}};
  api::HttpResponse response;
  response.status = answer.status;
  response.content_type = {};
  for (const auto& [lower, name] : kAboutContent) {
    if (const auto value = answer.header(lower)) response.headers.emplace_back(name, std::string(*value));
  }
  response.body = std::move(answer.body);
  response.stream = std::move(answer.stream);
  response.length = answer.length;
  return response;
}

// Connections to one server.
struct Pool {
  std::vector<Link> kept;
  std::size_t in_use = 0;
  std::deque<Completion<bool>> waiting;  // for one to be free
};

struct HttpClient::State : std::enable_shared_from_this<HttpClient::State> {
  State(AsioLoop& home, HttpClientSettings chosen) : loop(home), settings(std::move(chosen)) {}

  // Gives the place of a connection to whoever waits for one.
  void leave(const std::string& origin) {
    Pool& pool = pools[origin];
    while (!pool.waiting.empty()) {
      const auto next = pool.waiting.front();
      pool.waiting.pop_front();
      if (next.resolve(true)) return;
    }
    if (--pool.in_use == 0 && pool.kept.empty()) pools.erase(origin);
  }

  void keep(const std::string& origin, Link link) {
    auto& kept = pools[origin].kept;
    if (closed || !link->open() || kept.size() >= settings.max_kept) return link->close();
    const std::weak_ptr<State> weak = weak_from_this();
    ClientConnection* const key = link.get();
    link->rest([weak, origin, key] {
      if (auto self = weak.lock()) self->forget(origin, key);
    });
    link->close_after(settings.keep_for);  // which ends its rest
    kept.push_back(std::move(link));
  }

  void forget(const std::string& origin, const ClientConnection* link) {
    const auto found = pools.find(origin);
    if (found == pools.end()) return;
    auto& kept = found->second.kept;
    const auto at = std::find_if(kept.begin(), kept.end(), [&](const Link& one) { return one.get() == link; });
    if (at == kept.end()) return;
    (*at)->close();
    kept.erase(at);
    if (kept.empty() && found->second.in_use == 0) pools.erase(found);
  }

  Link take_kept(const std::string& origin) {
    auto& kept = pools[origin].kept;
    while (!kept.empty()) {
      Link link = std::move(kept.back());  // the one used last is the likeliest to be alive
      kept.pop_back();
      if (!link->open()) continue;
      link->no_deadline();
      link->wake_up();
      return link;
    }
    return nullptr;
  }

  static Task<Result<void>> enter(std::shared_ptr<State> state, std::string origin, Duration patience);
  static Task<Result<HttpAnswer>> exchange(std::shared_ptr<State> state, std::shared_ptr<const HttpCall> call, HttpOrigin origin, Link link,
                                           MonotonicTime until);
  static Task<Result<HttpAnswer>> read_answer(std::shared_ptr<State> state, std::shared_ptr<const HttpCall> call, Link link);

  AsioLoop& loop;
  HttpClientSettings settings;
  std::shared_ptr<const TlsContext> tls;
  std::map<std::string, Pool> pools;
  std::vector<std::weak_ptr<ClientConnection>> running;
  bool closed = false;
};

namespace {

// The rest of an answer, read one piece ahead.
class AnswerBody final : public api::BodyStream {
 public:
  struct Progress {
    Loop& loop;
    Link link;
    Duration silence;
    UniqueFunction<void(bool whole)> finish;  // once; gives the connection back or away
    UniqueFunction<void()> wake;
    std::string ready;
    bool reading = false;
    bool ended = false;
    bool failed = false;
    bool abandoned = false;
  };

  explicit AnswerBody(std::shared_ptr<Progress> progress) : progress_(std::move(progress)) { read_on(progress_); }
  ~AnswerBody() override {
    progress_->abandoned = true;
    progress_->wake = {};
    settle(*progress_, false);
  }

  State read(std::string& out, std::size_t) override {
    const std::string ready = std::exchange(progress_->ready, {});
    out += ready;
    if (progress_->ended) return State::kEnded;
    if (progress_->failed) return ready.empty() ? State::kFailed : State::kOpen;  // first what came before
    read_on(progress_);
    return State::kOpen;
  }

  void on_ready(UniqueFunction<void()> wake) override { progress_->wake = std::move(wake); }

 private:
  static void settle(Progress& progress, bool whole) {
    if (auto finish = std::exchange(progress.finish, {})) finish(whole);
  }

  static void read_on(const std::shared_ptr<Progress>& progress) {
    if (progress->reading || progress->ended || progress->failed) return;
    if (progress->link->parser().is_done()) {
      progress->ended = true;
      return settle(*progress, true);
    }
    progress->reading = true;
    progress->link->close_after(progress->silence);
    progress->link->read_some(kPiece, [progress](error_code error) {
      progress->reading = false;
      progress->link->no_deadline();
      if (progress->abandoned) return;
      progress->ready += progress->link->piece();
      if (error && error != http::error::end_of_stream) {
        progress->failed = true;
        settle(*progress, false);
      } else if (progress->link->parser().is_done()) {
        progress->ended = true;
        settle(*progress, true);
      } else if (progress->ready.empty()) {
        return read_on(progress);  // a frame's head without its content
      }
      if (progress->wake) progress->wake();
    });
  }

  std::shared_ptr<Progress> progress_;
};

}  // namespace

HttpClient::HttpClient(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpClient::~HttpClient() {
  state_->closed = true;
  for (const auto& weak : state_->running) {
    if (const auto link = weak.lock()) link->close();
  }
  for (auto& [origin, pool] : state_->pools) {
    for (const auto& link : pool.kept) link->close();
    for (const auto& waiting : pool.waiting) waiting.resolve(false);
  }
}

Result<std::unique_ptr<HttpClient>> HttpClient::open(AsioLoop& loop, HttpClientSettings settings) {
  auto state = std::make_shared<State>(loop, std::move(settings));
  DD_TRY(state->tls, TlsContext::for_client(state->settings.ca_file));
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(state)));
}

Task<Result<void>> HttpClient::State::enter(std::shared_ptr<State> state, std::string origin, Duration patience) {
  Pool& pool = state->pools[origin];
  if (pool.in_use < state->settings.max_connections) {
    ++pool.in_use;
    co_return ok();
  }
  if (pool.waiting.size() >= state->settings.max_waiting)
    co_return make_error(Errc::kTooManyRequests, "too many calls wait for this server");
  Completion<bool> turn(state->loop);
  turn.resolve_after(patience, false);
  pool.waiting.push_back(turn);
  const bool entered = co_await turn;
  if (!entered) co_return make_error(Errc::kDeadlineExceeded, "the server was too busy to be asked in time");
  co_return ok();
}

Task<Result<HttpAnswer>> HttpClient::send(HttpCall call) {
  auto state = state_;
  const MonotonicTime until = state->loop.now() + call.deadline;
  DD_CO_TRY(const HttpOrigin origin, parse_http_origin(call.origin));
  const auto shared = std::make_shared<const HttpCall>(std::move(call));
  DD_CO_TRY_VOID(co_await State::enter(state, shared->origin, shared->deadline));
  for (int attempt = 0;; ++attempt) {
    Link link = attempt == 0 ? state->take_kept(shared->origin) : nullptr;
    if (!link) link = std::make_shared<ClientConnection>(state->loop);
    auto& running = state->running;
    running.erase(std::remove_if(running.begin(), running.end(), [](const auto& weak) { return weak.expired(); }), running.end());
    running.push_back(link);
    auto answer = co_await State::exchange(state, shared, origin, link, until);
    if (answer) co_return answer;
    const bool was_closing =
        link->used_before() && link->nothing_received() && !link->timed_out() && answer.error().code == Errc::kUnavailable;
    link->close();
    if (attempt == 0 && was_closing && !state->closed) continue;
    state->leave(shared->origin);
    co_return answer;
  }
}

Task<Result<HttpAnswer>> HttpClient::State::exchange(std::shared_ptr<State> state, std::shared_ptr<const HttpCall> call, HttpOrigin origin,
                                                     Link link, MonotonicTime until) {
  if (state->closed) co_return unavailable("the client is closed");
  DD_CO_TRY(auto request, make_request(*call, origin, state->settings.api_key));
  if (!link->used_before()) {
    link->close_after(std::min<Duration>(state->settings.connect_timeout, until - state->loop.now()));
    std::shared_ptr<const TlsContext> tls;
    if (origin.tls) tls = state->tls;
    const error_code error = co_await ClientConnection::connect(link, origin, tls);
    if (error) co_return failure_of(*link, "connect", error);
  }
  link->close_after(until - state->loop.now());
  error_code error = co_await ClientConnection::send(link, std::move(request));
  // A server that refuses a body early has answered already and may have closed its side; the answer is what counts.
  if (error && !link->open()) co_return failure_of(*link, "send", error);
  error = co_await ClientConnection::read_header(link, state->settings.header_limit, call->method == "HEAD");
  if (error) co_return failure_of(*link, "read the answer", error);
  auto answer = co_await read_answer(state, call, link);
  co_return answer;
}

Task<Result<HttpAnswer>> HttpClient::State::read_answer(std::shared_ptr<State> state, std::shared_ptr<const HttpCall> call, Link link) {
  const auto& parser = link->parser();
  HttpAnswer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    answer.headers.emplace_back(lower_case_name({field.name_string().data(), field.name_string().size()}), std::string(field.value()));
  }
  if (const auto length = parser.content_length()) answer.length = *length;
  const std::weak_ptr<State> weak = state;
  const bool kept_open = parser.keep_alive();
  auto finish = [weak, link, kept_open, origin = call->origin](bool whole) {
    const auto self = weak.lock();
    if (whole && kept_open && self) {
      self->keep(origin, link);
    } else {
      link->close();
    }
    if (self) self->leave(origin);
  };
  if (call->answer == HttpCall::Body::kStreamed && !parser.is_done()) {
    link->no_deadline();
    auto progress = std::make_shared<AnswerBody::Progress>(
        AnswerBody::Progress{state->loop, link, call->silence, std::move(finish), {}, {}, false, false, false, false});
    answer.stream = std::make_unique<AnswerBody>(std::move(progress));
    co_return answer;
  }
  while (!link->parser().is_done()) {
    Completion<error_code> read(state->loop);
    link->read_some(kPiece, [read](error_code error) { read.resolve(error); });
    const error_code error = co_await read;
    if (error) co_return failure_of(*link, "read the answer", error);
    answer.body += link->piece();
    if (answer.body.size() > call->max_answer_bytes) co_return make_error(Errc::kPayloadTooLarge, "the server's answer is too large");
  }
  finish(true);
  co_return answer;
}

}  // namespace dd::net
