// SPDX-License-Identifier: MIT
#include "net/http_connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <fmt/format.h>

#include "net/origin.hpp"
#include "net/web_socket.hpp"

namespace dd::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kStreamPiece = 64 * 1024;
constexpr std::size_t kFilePiece = 256 * 1024;
constexpr std::size_t kMaxDiscarded = 8 * 1024 * 1024;  // of a refused request; a peer that goes on sending is cut off

api::PeerAddress peer_of(const Stream::Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  const auto address = endpoint.address();
  const auto v6 = address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()) : address.to_v6();
  api::PeerAddress bytes{};
  const auto all = v6.to_bytes();
  std::copy(all.begin(), all.end(), bytes.begin());
  return bytes;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// "http://host/path" as proxies write it becomes "/path".
std::string origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : std::string(target.substr(slash));
  }
  return std::string(target);
}

std::string_view as_std(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<ConnectionOwner> owner, Stream stream)
    : owner_(std::move(owner)), stream_(std::move(stream)), peer_(peer_of(stream_.socket())), buffer_(64 * 1024) {}

void HttpConnection::start() {
  error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  shake_hands([this] { next_request(); });
}

void HttpConnection::start_refusing(api::HttpResponse refusal) {
  keep_alive_ = false;
  response_ = std::move(refusal);
  shake_hands([this] { respond(std::move(response_)); });
}

void HttpConnection::shake_hands(UniqueFunction<void()> then) {
  if (!stream_.encrypted()) return then();
  enter(Phase::kHandshaking, owner_->settings().handshake_timeout);
  stream_.async_handshake([self = shared_from_this(), then = std::move(then)](error_code error) mutable {
    if (self->phase_ == Phase::kClosed) return;
    if (!error) return then();
    self->owner_->metrics().add(observe::Metric::kHttpRejected, {"tls"});
    self->linger();  // also plain HTTP ends here: what it has sent is read, so that it sees an end and no reset
  });
}

void HttpConnection::enter(Phase phase, Duration limit) {
  phase_ = phase;
  timed_out_ = false;
  deadline_ = owner_->loop().now() + limit;
}

void HttpConnection::enter_unbounded(Phase phase) {
  phase_ = phase;
  timed_out_ = false;
  deadline_ = MonotonicTime::max();
}

void HttpConnection::next_request() {
  response_ = api::HttpResponse{};
  parser_.emplace();
  parser_->header_limit(owner_->settings().header_limit);
  parser_->body_limit(owner_->settings().body_limit);
  if (owner_->stopping()) return linger();
  if (buffer_.size() > 0) return read_header();  // a request that came along with the last one
  enter(Phase::kIdle, owner_->settings().idle_timeout);
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t size) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->close();
    self->buffer_.commit(size);
    self->read_header();
  });
}

void HttpConnection::read_header() {
  enter(Phase::kReadingHeader, owner_->settings().header_timeout);
  http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->on_read_error(error);
    self->on_header();
  });
}

void HttpConnection::on_header() {
  const auto& request = parser_->get();
  keep_alive_ = request.keep_alive();
  http_1_0_ = request.version() < 11;
  const auto target = as_std(request.target());
  if (const auto* route = owner_->sockets_at(target.substr(0, target.find('?')))) return upgrade(*route);
  if (parser_->is_done()) return handle_request();
  if (http_1_0_ || !beast::iequals(request[http::field::expect], "100-continue")) return read_body();
  enter(Phase::kReadingBody, owner_->settings().body_timeout);
  static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(kGoOn), [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->close();
    self->read_body();
  });
}

void HttpConnection::read_body() {
  enter(Phase::kReadingBody, owner_->settings().body_timeout);
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->on_read_error(error);
    self->handle_request();
  });
}

void HttpConnection::on_read_error(error_code error) {
  keep_alive_ = false;
  if (timed_out_) return refuse(408, "request_timeout", "the request did not arrive in time", "timeout");
  if (error == http::error::end_of_stream) return close();
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return refuse(431, "header_too_large", fmt::format("the headers are larger than {} bytes", owner_->settings().header_limit),
                  "header_limit");
  }
  if (error == http::error::body_limit) {
    return refuse(413, "payload_too_large", fmt::format("the body is larger than {} bytes", owner_->settings().body_limit), "body_limit");
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return refuse(400, "bad_request", "this is not an HTTP/1.1 request", "not_http");
  }
  close();  // the socket itself failed
}

api::HttpRequest HttpConnection::release_request() {
  auto message = parser_->release();
  api::HttpRequest request;
  request.method = as_std(message.method_string());
  request.target = origin_form(as_std(message.target()));
  for (const auto& field : message) {
    request.headers.emplace_back(lower_case(as_std(field.name_string())), std::string(as_std(field.value())));
  }
  request.body = std::move(message.body());
  request.peer = peer_;
  return request;
}

void HttpConnection::handle_request() {
  api::HttpRequest request = release_request();
  enter_unbounded(Phase::kHandling);  // each operation behind the handler ends by itself
  spawn(answer(shared_from_this(), std::move(request)));
}

void HttpConnection::upgrade(const SocketRoute& route) {
  const auto& request = parser_->get();
  if (!beast::websocket::is_upgrade(request) || !parser_->is_done() || buffer_.size() > 0) {
    return refuse(426, "upgrade_required", "a WebSocket is spoken here", "not_a_socket");
  }
  const auto origin = request.find(http::field::origin);
  if (origin != request.end() &&
      !is_allowed_origin(as_std(origin->value()), as_std(request[http::field::host]), route.limits.allowed_origins)) {
    return refuse(403, "forbidden", "pages of this origin are not let in", "origin");
  }
  if (owner_->stopping()) return refuse(503, "unavailable", "the server stops", "stopping");
  const http::request<http::empty_body> asked(request.base());
  phase_ = Phase::kClosed;
  deadline_ = MonotonicTime::max();
  auto socket = std::make_shared<WebSocketConnection>(owner_, std::move(stream_), route, release_request());
  owner_->on_upgraded(*this, socket);
  socket->start(asked);
}

Task<void> HttpConnection::answer(std::shared_ptr<HttpConnection> self, api::HttpRequest request) {
  auto response = co_await self->owner_->handler().handle(std::move(request));
  if (self->phase_ == Phase::kHandling) self->respond(std::move(response));
}

void HttpConnection::refuse(int status, std::string_view code, std::string_view message, std::string_view reason) {
  keep_alive_ = false;
  respond(owner_->handler().refuse(status, code, message, reason));
}

std::string HttpConnection::render_head(const api::HttpResponse& response) const {
  std::string head;
  head.reserve(512);
  auto out = std::back_inserter(head);
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, as_std(reason), owner_->date());
  if (!response.content_type.empty()) fmt::format_to(out, "Content-Type: {}\r\n", response.content_type);
  for (const auto& [name, value] : response.headers) fmt::format_to(out, "{}: {}\r\n", name, value);
  if (response.length) {
    fmt::format_to(out, "Content-Length: {}\r\n", *response.length);
  } else if (response.stream) {
    if (!http_1_0_) head += "Transfer-Encoding: chunked\r\n";
  } else if (response.status != 304) {
    fmt::format_to(out, "Content-Length: {}\r\n", response.content().size());
  }
  if (!keep_alive_) {
    head += "Connection: close\r\n";
  } else if (http_1_0_) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
  return head;
}

void HttpConnection::respond(api::HttpResponse response) {
  const bool endless = response.stream && !response.length;
  if (owner_->stopping() || endless) keep_alive_ = false;
  response_ = std::move(response);
  head_ = render_head(response_);
  enter(Phase::kWriting, owner_->settings().write_timeout);
  const std::string_view body = response_.head_only ? std::string_view{} : response_.content();
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(body)};
  asio::async_write(stream_, parts, [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->close();
    if (self->response_.stream) return self->start_stream();
    self->finish();
  });
}

void HttpConnection::finish() {
  if (keep_alive_) return next_request();
  linger();
}

void HttpConnection::start_stream() {
  enter_unbounded(Phase::kStreaming);
  response_.stream->on_ready([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->pump();
  });
  // What has a length ends by itself, and a peer that has gone is noticed by writing to it; so its next request may wait.
  if (response_.length) return pump();
  // What a slow reader has not taken waits in the kernel; that too should be little, so that what it reads is fresh.
  error_code ignored;
  stream_.socket().set_option(asio::socket_base::send_buffer_size(static_cast<int>(kStreamPiece)), ignored);
  watching_peer_ = true;
  watch_peer();
  pump();
}

void HttpConnection::pump() {
  if (phase_ != Phase::kStreaming || writing_stream_) return;
  piece_.clear();
  const bool sized = response_.length.has_value();
  const auto state = response_.stream->read(piece_, sized ? kFilePiece : kStreamPiece);
  if (state == api::BodyStream::State::kFailed) return close();
  stream_ended_ = state == api::BodyStream::State::kEnded || (!sized && owner_->stopping());
  if (piece_.empty() && !stream_ended_) return;
  head_.clear();
  if (!http_1_0_ && !sized) {
    if (!piece_.empty()) {
      head_ = fmt::format("{:x}\r\n", piece_.size());
      piece_ += "\r\n";
    }
    if (stream_ended_) piece_ += "0\r\n\r\n";
  }
  writing_stream_ = true;
  deadline_ = owner_->loop().now() + owner_->settings().write_timeout;
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(piece_)};
  asio::async_write(stream_, parts, [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->close();
    self->writing_stream_ = false;
    self->deadline_ = MonotonicTime::max();
    if (!self->stream_ended_) return self->pump();
    self->response_.stream.reset();
    self->finish();
  });
}

// While a stream runs the peer has nothing to say; reading is how its departure is noticed.
void HttpConnection::watch_peer() {
  stream_.async_read_some(asio::buffer(scratch_), [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->close();
    if (self->phase_ == Phase::kLingering) return self->discard();
    self->watch_peer();
  });
}

// Closing a socket with unread input makes the kernel reset the connection, and the peer may then lose our answer. So we
// say that we are done, and read on until the peer is too.
void HttpConnection::linger() {
  enter(Phase::kLingering, owner_->settings().linger_timeout);
  if (stream_.finish_sending()) return close();
  discarded_ = 0;
  if (!watching_peer_) discard();
}

void HttpConnection::discard() {
  stream_.socket().async_read_some(asio::buffer(scratch_), [self = shared_from_this()](error_code error, std::size_t size) {
    if (self->phase_ == Phase::kClosed) return;
    self->discarded_ += size;
    if (error || self->discarded_ > kMaxDiscarded) return self->close();
    self->discard();
  });
}

void HttpConnection::check_deadline(MonotonicTime now) {
  if (now < deadline_) return;
  deadline_ = MonotonicTime::max();
  if (phase_ == Phase::kReadingHeader || phase_ == Phase::kReadingBody) {
    timed_out_ = true;
    error_code ignored;
    stream_.socket().cancel(ignored);  // the read comes back aborted and is answered with 408
  } else {
    close();
  }
}

void HttpConnection::stop() {
  if (phase_ == Phase::kIdle) return close();
  keep_alive_ = false;
  if (phase_ == Phase::kStreaming) pump();
}

void HttpConnection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  deadline_ = MonotonicTime::max();
  stream_.close();
  response_.stream.reset();
  owner_->on_closed(*this);
}

}  // namespace dd::net
