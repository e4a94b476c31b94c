// SPDX-License-Identifier: MIT
#include "bench/load/signaling_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "base/completion.hpp"
#include "net/stream.hpp"

namespace dd::load {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration kConnectLimit = 10s;
constexpr Duration kCallLimit = 20s;
constexpr Duration kBetweenCalls = 25ms;                 // 40 a second; the server lets 50 through
constexpr std::size_t kMessageLimit = 16 * 1024 * 1024;  // the answer to a join names everybody in the meeting

Error no_connection(std::string_view doing, const error_code& error) {
  return make_error(Errc::kUnavailable, fmt::format("{}: {}", doing, error.message()));
}

// A refusal as the server words it; its reason is the finer word (docs/signaling.md).
Error refusal(const std::string& method, const json& error) {
  const json data = error.value("data", json::object());
  Error result = make_error(Errc::kUnavailable, fmt::format("{}: {}", method, error.value("message", "refused")));
  result.reason = data.value("reason", data.value("code", std::string{}));
  if (data.value("code", std::string{}) == "too_many_requests" || data.contains("retryAfter")) {
    result.code = Errc::kTooManyRequests;
    result.retry_after = std::chrono::seconds(data.value("retryAfter", 1));
  }
  return result;
}

}  // namespace

struct SignalingClient::State : std::enable_shared_from_this<State> {
  State(AsioLoop& home, Notification notify)
      : loop(home), on_notification(std::move(notify)), socket(net::Stream(net::Stream::Socket(home.context()))) {}

  void read() {
    socket.async_read(incoming, [self = shared_from_this()](error_code error, std::size_t) {
      if (error)
        return self->end(error == websocket::error::closed ? fmt::format("closed with {}", self->socket.reason().code) : error.message());
      const auto bytes = self->incoming.data();
      const json message =
          json::parse(static_cast<const char*>(bytes.data()), static_cast<const char*>(bytes.data()) + bytes.size(), nullptr, false);
      self->incoming.consume(self->incoming.size());
      self->take(message);
      if (!self->ended) self->read();
    });
  }

  void take(const json& message) {
    if (!message.is_object()) return;
    if (message.contains("method")) {
      if (on_notification) on_notification(message.value("method", ""), message.value("params", json::object()));
      return;
    }
    const auto waiting = calls.find(message.contains("id") && message["id"].is_number_integer() ? message["id"].get<int>() : 0);
    if (waiting == calls.end()) return;
    const auto call = std::move(waiting->second);
    calls.erase(waiting);
    if (message.contains("error")) {
      call.answer.resolve(refusal(call.method, message["error"]));
    } else {
      call.answer.resolve(message.value("result", json::object()));
    }
  }

  void end(std::string why) {
    if (ended) return;
    ended = std::move(why);
    on_notification = nullptr;
    for (auto& [id, call] : std::exchange(calls, {})) {
      call.answer.resolve(make_error(Errc::kUnavailable, fmt::format("{}: the socket ended: {}", call.method, *ended)));
    }
    socket.next_layer().close();
  }

  void write() {
    writing = true;
    socket.text(true);
    socket.async_write(asio::buffer(outgoing.front()), [self = shared_from_this()](error_code error, std::size_t) {
      self->writing = false;
      self->outgoing.pop_front();
      if (error) return self->end(error.message());
      if (!self->outgoing.empty() && !self->ended) self->write();
    });
  }

  struct Call {
    std::string method;
    Completion<Result<json>> answer;
  };

  AsioLoop& loop;
  Notification on_notification;
  websocket::stream<net::Stream> socket;
  boost::beast::flat_buffer incoming;
  std::deque<std::string> outgoing;
  bool writing = false;
  std::map<int, Call> calls;
  int last_id = 0;
  MonotonicTime next_call;
  std::optional<std::string> ended;
};

Task<Result<Server>> find_server(AsioLoop& loop, net::HttpOrigin origin) {
  Server server;
  if (origin.tls) {
    DD_CO_TRY(server.tls, net::TlsContext::for_client(""));
  }
  error_code no_address;
  const auto address = asio::ip::make_address(origin.host, no_address);
  if (!no_address) {
    server.addresses.push_back(address);
  } else {
    const auto resolver = std::make_shared<tcp::resolver>(loop.context());
    Completion<Result<std::vector<asio::ip::address>>> resolved(loop);
    resolver->async_resolve(origin.host, std::to_string(origin.port),
                            [resolved, resolver](error_code error, const tcp::resolver::results_type& found) {
                              if (error) return (void)resolved.resolve(no_connection("look --url up", error));
                              std::vector<asio::ip::address> addresses;
                              for (const auto& one : found) addresses.push_back(one.endpoint().address());
                              resolved.resolve(std::move(addresses));
                            });
    resolved.resolve_after(kConnectLimit, make_error(Errc::kDeadlineExceeded, "look --url up: no answer"));
    DD_CO_TRY(server.addresses, co_await resolved);
  }
  server.origin = std::move(origin);
  co_return server;
}

Task<Result<std::unique_ptr<SignalingClient>>> SignalingClient::connect(AsioLoop& loop, const Server& server,
                                                                        Notification on_notification) {
  const auto state = std::make_shared<State>(loop, std::move(on_notification));
  const auto endpoints = std::make_shared<std::vector<tcp::endpoint>>();
  for (const auto& address : server.addresses) endpoints->emplace_back(address, server.origin.port);
  Timer limit = loop.after(kConnectLimit, [state] { state->socket.next_layer().close(); });

  Completion<error_code> connected(loop);
  asio::async_connect(state->socket.next_layer().socket(), *endpoints,
                      [connected, endpoints, state](error_code error, const tcp::endpoint&) { connected.resolve(error); });
  if (const error_code error = co_await connected) co_return no_connection("connect to --url", error);
  error_code ignored;
  state->socket.next_layer().socket().set_option(tcp::no_delay(true), ignored);
  if (server.tls) {
    state->socket.next_layer().encrypt(server.tls, server.origin.host);
    Completion<error_code> shaken(loop);
    state->socket.next_layer().async_handshake([shaken, state](error_code error) { shaken.resolve(error); });
    if (const error_code error = co_await shaken) co_return no_connection("TLS with --url", error);
  }
  state->socket.read_message_max(kMessageLimit);
  Completion<error_code> upgraded(loop);
  const auto host = std::make_shared<std::string>(server.origin.host_header());
  state->socket.async_handshake(*host, "/signaling", [upgraded, state, host](error_code error) { upgraded.resolve(error); });
  if (const error_code error = co_await upgraded) co_return no_connection("open a WebSocket at --url", error);
  limit.cancel();
  state->read();
  co_return std::make_unique<SignalingClient>(state);
}

SignalingClient::~SignalingClient() { state_->end("no longer needed"); }

std::optional<std::string> SignalingClient::ended() const { return state_->ended; }

Task<Result<json>> SignalingClient::call(std::string method, json params) {
  const auto state = state_;
  // A place in the queue first, so that calls at once keep their order.
  const MonotonicTime now = state->loop.now();
  const MonotonicTime turn = std::max(now, state->next_call);
  state->next_call = turn + kBetweenCalls;
  if (turn > now) co_await sleep_for(state->loop, turn - now);
  if (state->ended) co_return make_error(Errc::kUnavailable, fmt::format("{}: the socket ended: {}", method, *state->ended));

  const int id = ++state->last_id;
  Completion<Result<json>> answer(state->loop);
  answer.resolve_after(kCallLimit, make_error(Errc::kDeadlineExceeded, fmt::format("{}: no answer within 20 s", method)));
  state->outgoing.push_back(json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}}.dump());
  state->calls.emplace(id, State::Call{std::move(method), answer});
  if (!state->writing) state->write();
  co_return co_await answer;
}

}  // namespace dd::load
