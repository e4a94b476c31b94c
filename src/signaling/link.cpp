// SPDX-License-Identifier: MIT
#include "signaling/link.hpp"

#include <fmt/format.h>

#include "signaling/join.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using observe::Metric;

constexpr Duration kAnswerTime = std::chrono::milliseconds{200};
constexpr unsigned kFaultsBeforeClose = 20;  // requests that are none, of a peer that does speak JSON

}  // namespace

Link::Link(std::shared_ptr<Hub> hub, std::shared_ptr<Socket> socket)
    : hub_(std::move(hub)),
      socket_(std::move(socket)),
      rate_(hub_->settings.requests_per_second, hub_->settings.request_burst, hub_->loop.now()) {}

void Link::open() {
  ++hub_->connections;
  await_first_call();
}

void Link::await_first_call() {
  if (!usable()) return;
  const std::weak_ptr<Link> weak = weak_from_this();
  deadline_ = hub_->loop.after(hub_->settings.join_deadline, [weak] {
    if (const auto link = weak.lock()) link->close(CloseCode::kBadMessage, "no join in time");
  });
}

bool Link::within_rate() {
  if (rate_.take(hub_->loop.now())) {
    if (refusals_ > 0) --refusals_;
    return true;
  }
  hub_->metrics.add(Metric::kSignalingRefused, {"rate"});
  if (++refusals_ > hub_->settings.refusals_before_close) close(CloseCode::kTooManyMessages, "too many requests");
  return false;
}

void Link::receive(std::string text) {
  if (!usable()) return;
  hub_->metrics.add(Metric::kSignalingMessages, {"in"});
  const bool in_time = within_rate();
  if (!usable()) return;
  auto parsed = parse_call(text);
  if (auto* fault = std::get_if<CallFault>(&parsed)) {
    hub_->metrics.add(Metric::kSignalingRefused, {"malformed"});
    send(fault_text(*fault));
    if (!fault->speaks_json_rpc || ++faults_ > kFaultsBeforeClose) close(CloseCode::kBadMessage, "not JSON-RPC");
    return;
  }
  Call call = std::move(std::get<Call>(parsed));
  if (!in_time) {
    Error error = make_error(Errc::kTooManyRequests, "too many requests");
    error.retry_after = std::chrono::seconds{1};
    send(refusal_text(call.id, error));
    return;
  }
  if (session_) {
    session_->on_call(std::move(call), shared_from_this());
  } else {
    first_call(std::move(call));
  }
}

void Link::first_call(Call call) {
  if (call.method == "ping") return send(answer_text(call.id, pong(hub_->loop.wall_now())));
  if (joining_) return send(refusal_text(call.id, make_error(Errc::kConflict, "the first request is not answered yet")));
  if (call.method == "resume") {
    auto resumed = resume(*hub_, shared_from_this(), call);
    if (!resumed) send(refusal_text(call.id, resumed.error()));
    return;
  }
  if (call.method != "join") {
    return send(refusal_text(call.id, refused(Errc::kUnauthorized, "", "the first request must be join or resume")));
  }
  joining_ = true;
  deadline_.cancel();  // join has its own bounds: each call it waits for has one
  auto joining = answer_join(shared_from_this(), std::move(call));
  spawn(std::move(joining));
}

Task<void> Link::answer_join(std::shared_ptr<Link> self, Call call) {
  auto running = join(self->hub_, self, call.id, std::move(call.params));
  const auto joined = co_await std::move(running);
  self->joining_ = false;
  self->hub_->metrics.add(Metric::kSignalingJoins, {joined ? std::string_view("ok") : outcome_of(joined.error())});
  if (joined) co_return;  // it was answered in the turn in which the session began
  self->send(refusal_text(call.id, joined.error()));
  self->await_first_call();
}

void Link::send(std::string text) {
  if (!usable()) return;
  if (socket_->queued_bytes() + text.size() > hub_->settings.slow_reader_bytes) {
    hub_->metrics.add(Metric::kSignalingRefused, {"slow_reader"});
    return close(CloseCode::kSlowReader, "too slow a reader");
  }
  hub_->metrics.add(Metric::kSignalingMessages, {"out"});
  socket_->send(std::move(text));
}

void Link::close(CloseCode code, std::string_view reason) {
  if (!usable()) return;
  closing_ = true;
  deadline_.cancel();
  hub_->metrics.add(Metric::kSignalingCloses, {fmt::format("{}", static_cast<unsigned>(code))});
  const auto socket = socket_;  // on_closed() may come from within
  socket->close(code, reason);
}

void Link::close_soon(CloseCode code, std::string reason) {
  const std::weak_ptr<Link> weak = weak_from_this();
  deadline_ = hub_->loop.after(kAnswerTime, [weak, code, reason = std::move(reason)] {
    if (const auto link = weak.lock()) link->close(code, reason);
  });
}

void Link::on_closed() {
  if (socket_ == nullptr) return;
  if (!closing_) hub_->metrics.add(Metric::kSignalingCloses, {"peer"});
  socket_.reset();
  deadline_.cancel();
  --hub_->connections;
  if (const auto session = std::exchange(session_, nullptr)) session->detach(*this);
}

void Link::bind(std::shared_ptr<Session> session) {
  deadline_.cancel();
  session_ = std::move(session);
}

}  // namespace dd::signaling
