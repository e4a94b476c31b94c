// SPDX-License-Identifier: MIT
#include "net/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/completion.hpp"
#include "net/http_connection.hpp"
#include "net/tls_certificate.hpp"
#include "observe/log.hpp"

namespace dd::net {

namespace asio = boost::asio;
using boost::system::error_code;
using observe::Metric;

struct HttpServer::State final : ConnectionOwner, std::enable_shared_from_this<HttpServer::State> {
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

  State(AsioLoop& home, api::HttpHandler& behind, observe::Metrics& measured, HttpSettings chosen)
      : asio_loop(home), api(behind), counts(measured), bounds(std::move(chosen)), acceptor(home.context()) {}

  api::HttpHandler& handler() override { return api; }
  const HttpSettings& settings() const override { return bounds; }
  Loop& loop() override { return asio_loop; }
  observe::Metrics& metrics() override { return counts; }
  bool stopping() const override { return stop_asked; }

  std::string_view date() override {
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(asio_loop.wall_now());
    if (now != date_of) {
      date_of = now;
      date_text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now.time_since_epoch().count()));
    }
    return date_text;
  }

  const SocketRoute* sockets_at(std::string_view path) const override {
    const auto found = socket_routes.find(path);
    return found == socket_routes.end() ? nullptr : &found->second;
  }

  void on_upgraded(Connection& before, std::shared_ptr<Connection> now) override {
    open.erase(&before);
    Connection* const key = now.get();
    open.emplace(key, std::move(now));
  }

  void on_closed(Connection& connection) override {
    open.erase(&connection);
    count();
    if (waiting_for_room) accept();
    if (open.empty() && all_closed) all_closed->resolve(true);
  }

  void count() { counts.set(Metric::kHttpConnections, static_cast<double>(open.size())); }

  void accept() {
    if (stop_asked || !acceptor.is_open()) return;
    waiting_for_room = open.size() >= bounds.max_connections + bounds.max_refusals;
    if (waiting_for_room) return;
    acceptor.async_accept(asio_loop.context(), [self = shared_from_this()](error_code error, Stream::Socket socket) {
      if (self->stop_asked) return;
      if (error) return self->on_accept_error(error);
      self->take(std::move(socket));
      self->accept();
    });
  }

  void take(Stream::Socket socket) {
    Stream stream(std::move(socket));
    if (certificate) stream.encrypt(certificate->current());
    auto connection = std::make_shared<HttpConnection>(shared_from_this(), std::move(stream));
    const bool room = open.size() < bounds.max_connections;
    open.emplace(connection.get(), connection);
    count();
    if (room) return connection->start();
    connection->start_refusing(api.refuse(503, "unavailable", "too many connections", "connections"));
  }

  // Without descriptors or memory accept() fails at once and would fail again at once, at the cost of a whole core.
  void on_accept_error(const error_code& error) {
    counts.add(Metric::kHttpRejected, {"accept"});
    const bool exhausted = error == asio::error::no_descriptors || error.value() == ENFILE || error == asio::error::no_buffer_space ||
                           error == asio::error::no_memory;
    if (!exhausted) return accept();
    const MonotonicTime now = asio_loop.now();
    if (now >= next_complaint) {
      next_complaint = now + std::chrono::seconds{10};
      observe::log_error("accept_failed", {{"error", error.message()}, {"connections", open.size()}});
    }
    backoff = asio_loop.after(bounds.accept_backoff, [this] { accept(); });
  }

  void sweep() {
    const MonotonicTime now = asio_loop.now();
    for (const auto& connection : snapshot()) connection->check_deadline(now);
    sweeper = asio_loop.after(bounds.sweep_interval, [this] { sweep(); });
  }

  std::vector<std::shared_ptr<Connection>> snapshot() const {
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(open.size());
    for (const auto& [key, connection] : open) all.push_back(connection);
    return all;
  }

  void stop_accepting() {
    stop_asked = true;
    error_code ignored;
    acceptor.close(ignored);
    backoff.cancel();
  }

  AsioLoop& asio_loop;
  api::HttpHandler& api;
  observe::Metrics& counts;
  HttpSettings bounds;
  Acceptor acceptor;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> open;
  std::map<std::string, SocketRoute, std::less<>> socket_routes;
  std::unique_ptr<TlsCertificate> certificate;
  bool stop_asked = false;
  bool waiting_for_room = false;
  std::optional<Completion<bool>> all_closed;
  MonotonicTime next_complaint{};
  Timer sweeper;
  Timer backoff;
  std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds> date_of{};
  std::string date_text;
};

HttpServer::HttpServer(AsioLoop& loop, api::HttpHandler& handler, observe::Metrics& metrics, HttpSettings settings)
    : state_(std::make_shared<State>(loop, handler, metrics, std::move(settings))) {}

HttpServer::~HttpServer() {
  state_->stop_accepting();
  state_->sweeper.cancel();
  state_->certificate.reset();
  for (const auto& connection : state_->snapshot()) connection->close();
}

void HttpServer::accept_sockets(std::string path, signaling::Acceptor& acceptor, SocketLimits limits) {
  state_->socket_routes.insert_or_assign(std::move(path), SocketRoute{&acceptor, std::move(limits)});
}

Result<void> HttpServer::listen() {
  const auto& bounds = state_->bounds;
  if (!bounds.tls.certificate.empty()) {
    DD_TRY(state_->certificate, TlsCertificate::open(state_->asio_loop, bounds.tls));
  }
  error_code error;
  const auto address = asio::ip::make_address(bounds.address, error);
  if (error) return invalid_field("address", fmt::format("'{}' is no IP address", bounds.address));
  const asio::ip::tcp::endpoint endpoint(address, bounds.port);
  auto& acceptor = state_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && address.is_v6() && address.is_unspecified()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(bounds.backlog, error);
  if (error) return make_error(Errc::kUnavailable, fmt::format("listen on {} port {}: {}", bounds.address, bounds.port, error.message()));
  state_->accept();
  state_->sweep();
  return ok();
}

std::uint16_t HttpServer::port() const {
  error_code error;
  const auto endpoint = state_->acceptor.local_endpoint(error);
  return error ? state_->bounds.port : endpoint.port();
}

std::size_t HttpServer::connections() const { return state_->open.size(); }

Task<void> HttpServer::stop(Duration deadline) {
  auto state = state_;
  state->stop_accepting();
  for (const auto& connection : state->snapshot()) connection->stop();
  if (!state->open.empty()) {
    state->all_closed.emplace(state->asio_loop);
    state->all_closed->resolve_after(deadline, false);
    Completion<bool> finished = *state->all_closed;
    co_await finished;
    state->all_closed.reset();
  }
  for (const auto& connection : state->snapshot()) connection->close();
  state->sweeper.cancel();
}

}  // namespace dd::net
