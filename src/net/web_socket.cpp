// SPDX-License-Identifier: MIT
// Beast's stream allows one read, one write, one ping and one close at a time, all four at once; so each has its flag here.
#include "net/web_socket.hpp"

#include <boost/asio/buffer.hpp>

#include "base/random.hpp"

namespace dd::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using observe::Metric;

namespace {

constexpr std::uint16_t kUnsupported = 1003;
constexpr std::uint16_t kTryAgainLater = 1013;
constexpr std::size_t kKeptBuffer = 4 * 1024;  // a larger one goes after the message that needed it
constexpr std::size_t kMaxCloseReason = 123;   // RFC 6455 section 5.5

// The metric's closed set of labels.
std::string_view outcome_of(std::uint16_t code) {
  if (code == 1000 || code == 1005) return "normal";  // 1005: the peer gave no code
  if (code == 1001) return "going_away";
  if (code >= 4000 && code <= 4999) return "application";
  return "protocol";
}

bool is_of_websocket(const error_code& error) {
  return error.category() == websocket::make_error_code(websocket::error::closed).category();
}

}  // namespace

WebSocketConnection::WebSocketConnection(std::shared_ptr<ConnectionOwner> owner, Stream stream, const SocketRoute& route,
                                         api::HttpRequest request)
    : owner_(std::move(owner)),
      route_(route),
      socket_(std::move(stream)),
      request_(std::make_unique<api::HttpRequest>(std::move(request))) {}

WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::start(const beast::http::request<beast::http::empty_body>& asked) {
  deadline_ = loop().now() + owner_->settings().write_timeout;
  socket_.read_message_max(route_.limits.message_bytes);
  socket_.auto_fragment(false);
  socket_.control_callback([this](websocket::frame_type, beast::string_view) { heard(); });
  socket_.async_accept(asked, [self = shared_from_this()](error_code error) {
    if (self->phase_ != Phase::kAccepting) return;
    if (error && is_of_websocket(error)) return self->linger("protocol");  // no handshake of ours, and Beast has said so
    if (error) return self->drop("lost");
    self->on_accepted();
  });
}

void WebSocketConnection::on_accepted() {
  phase_ = Phase::kOpen;
  deadline_ = MonotonicTime::max();
  accepted_ = true;
  owner_->metrics().add(Metric::kWebSockets);
  // Sockets that came together, after a restart, are not asked together.
  next_ping_ = loop().now() +
               Duration(static_cast<Duration::rep>(random_u64() % static_cast<std::uint64_t>(route_.limits.ping_interval.count() + 1)));
  const auto request = std::move(request_);
  if (owner_->stopping()) {
    stop();
  } else {
    receiver_ = route_.acceptor->accept(*request, shared_from_this());
    if (!receiver_) begin_close(kTryAgainLater, "try again later");
  }
  read();
}

void WebSocketConnection::read() {
  socket_.async_read(incoming_, [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kLingering || self->phase_ == Phase::kClosed) return;
    if (error) return self->on_read_error(error);
    if (self->phase_ == Phase::kOpen) self->on_message();
    if (self->phase_ == Phase::kOpen || (self->phase_ == Phase::kClosing && !self->close_sent_)) self->read();
  });
}

void WebSocketConnection::on_message() {
  heard();
  const auto bytes = incoming_.data();
  std::string text(static_cast<const char*>(bytes.data()), bytes.size());
  incoming_.consume(incoming_.size());
  if (incoming_.capacity() > kKeptBuffer) incoming_.shrink_to_fit();
  if (!socket_.got_text()) return begin_close(kUnsupported, "texts only");
  receiver_->on_text(std::move(text));
}

void WebSocketConnection::on_read_error(error_code error) {
  if (error == websocket::error::closed) return linger(outcome_of(close_sent_ ? close_code_ : socket_.reason().code));
  if (close_sent_) return;  // the closing handshake's own end says what became of it
  // Beast has answered a broken frame, a text that is no UTF-8 or a message that is too large with a close frame already.
  if (is_of_websocket(error)) return linger("protocol");
  drop("lost");
}

// Whatever the peer sends shows that it is there.
void WebSocketConnection::heard() {
  pong_deadline_ = MonotonicTime::max();
  next_ping_ = loop().now() + route_.limits.ping_interval;
}

void WebSocketConnection::send(std::string text) {
  if (phase_ != Phase::kOpen) return;
  queued_bytes_ += text.size();
  queue_.push_back(std::move(text));
  if (queued_bytes_ > route_.limits.max_queued_bytes) {
    // Not at once: the receiver is calling us.
    loop().post([self = shared_from_this()] { self->drop("slow_reader"); });
    return;
  }
  if (!writing_) write();
}

void WebSocketConnection::write() {
  writing_ = true;
  write_deadline_ = loop().now() + route_.limits.write_timeout;
  socket_.text(true);
  socket_.async_write(asio::buffer(queue_.front()), [self = shared_from_this()](error_code error, std::size_t) {
    self->writing_ = false;
    self->write_deadline_ = MonotonicTime::max();
    if (self->phase_ == Phase::kLingering || self->phase_ == Phase::kClosed) return;
    // The read that is always under way says what has happened.
    if (error) return;
    self->queued_bytes_ -= self->queue_.front().size();
    self->queue_.pop_front();
    if (!self->queue_.empty()) return self->write();
    if (self->phase_ == Phase::kClosing) self->send_close();
  });
}

void WebSocketConnection::close(signaling::CloseCode code, std::string_view reason) {
  begin_close(static_cast<std::uint16_t>(code), reason);
}

void WebSocketConnection::begin_close(std::uint16_t code, std::string_view reason) {
  if (phase_ != Phase::kOpen) return;
  phase_ = Phase::kClosing;
  deadline_ = loop().now() + route_.limits.close_timeout;
  close_code_ = code;
  close_reason_ = reason.substr(0, kMaxCloseReason);
  if (!writing_) send_close();
}

void WebSocketConnection::send_close() {
  close_sent_ = true;
  const websocket::close_reason reason(static_cast<websocket::close_code>(close_code_), close_reason_);
  socket_.async_close(reason, [self = shared_from_this()](error_code error) {
    if (self->phase_ != Phase::kClosing) return;
    if (error && error != websocket::error::closed) return self->drop("lost");
    self->linger(outcome_of(self->close_code_));
  });
}

void WebSocketConnection::ping() {
  next_ping_ = loop().now() + route_.limits.ping_interval;
  pong_deadline_ = std::min(pong_deadline_, loop().now() + route_.limits.pong_timeout);
  if (pinging_) return;  // the last one is not even written
  pinging_ = true;
  socket_.async_ping({}, [self = shared_from_this()](error_code) { self->pinging_ = false; });
}

// Both have said goodbye and we have ended our half; the peer's half ends now, or does not matter.
void WebSocketConnection::linger(std::string_view outcome) {
  if (phase_ == Phase::kLingering || phase_ == Phase::kClosed) return;
  phase_ = Phase::kLingering;
  deadline_ = loop().now() + owner_->settings().linger_timeout;
  tell_closed(outcome);
  incoming_.clear();
  socket_.next_layer().finish_sending();
  discard();
}

void WebSocketConnection::discard() {
  auto& raw = socket_.next_layer().socket();
  raw.async_read_some(incoming_.prepare(kKeptBuffer), [self = shared_from_this()](error_code error, std::size_t) {
    if (self->phase_ == Phase::kClosed) return;
    if (error) return self->drop("lost");
    self->discard();
  });
}

void WebSocketConnection::check_deadline(MonotonicTime now) {
  if (now >= deadline_) return drop("lost");
  if (now >= write_deadline_) return drop("slow_reader");
  if (phase_ != Phase::kOpen) return;
  if (now >= pong_deadline_) return drop("silent");
  if (now >= next_ping_) ping();
}

void WebSocketConnection::stop() { begin_close(static_cast<std::uint16_t>(signaling::CloseCode::kGoingAway), "the server stops"); }

void WebSocketConnection::close() { drop("going_away"); }

void WebSocketConnection::drop(std::string_view outcome) {
  if (phase_ == Phase::kClosed) return;
  tell_closed(outcome);
  phase_ = Phase::kClosed;
  deadline_ = MonotonicTime::max();
  write_deadline_ = MonotonicTime::max();
  socket_.next_layer().close();
  owner_->on_closed(*this);
}

// Exactly once for a socket that was accepted.
void WebSocketConnection::tell_closed(std::string_view outcome) {
  if (!std::exchange(accepted_, false)) return;
  owner_->metrics().add(Metric::kWebSockets, {}, -1);
  owner_->metrics().add(Metric::kWebSocketsClosed, {outcome});
  auto receiver = std::move(receiver_);
  if (!receiver) return;
  receiver->on_closed();
  // It may have called us, in which case it is still on the stack.
  loop().post([gone = std::move(receiver)] {});
}

}  // namespace dd::net
