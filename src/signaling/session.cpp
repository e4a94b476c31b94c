// SPDX-License-Identifier: MIT
#include "signaling/session.hpp"

#include "base/random.hpp"
#include "signaling/methods.hpp"
#include "signaling/room.hpp"

namespace dd::signaling {

namespace {

// 22 letters of a 64-letter alphabet are 132 random bits.
constexpr std::size_t kTokenLength = 22;

}  // namespace

Session::Session(std::shared_ptr<Hub> hub, std::shared_ptr<Room> room, Visitor who, Member as_member)
    : id(random_token(kTokenLength)),
      resume_token(random_token(kTokenLength)),
      visitor(std::move(who)),
      member(std::move(as_member)),
      hub_(std::move(hub)),
      room_(std::move(room)),
      replay_(hub_->settings.replay_notices, hub_->settings.replay_bytes) {
  member.session = id;
  member.replica = hub_->settings.replica;
}

void Session::attach(std::shared_ptr<Link> link) {
  grace_.cancel();
  const auto older = std::exchange(link_, std::move(link));
  link_->bind(shared_from_this());
  if (older && older != link_) older->close(CloseCode::kReplaced, "the session goes on over another socket");
}

void Session::detach(const Link& link) {
  if (link_.get() != &link) return;  // it goes on over another socket already
  link_.reset();
  queue_.clear();  // nobody is there to be answered; the client asks again
  if (ended()) return;
  const std::weak_ptr<Session> weak = weak_from_this();
  grace_ = hub_->loop.after(hub_->settings.grace, [weak] {
    const auto session = weak.lock();
    if (session && !session->ended()) session->room()->leave(session, "vanished", CloseCode::kGoingAway);
  });
  room_->connection_changed(*this);
}

void Session::on_call(Call call, std::shared_ptr<Link> from) {
  if (ended() || from != link_) return;
  if (call.method == "ping") return from->send(answer_text(call.id, pong(hub_->loop.wall_now())));
  if (queue_.size() >= hub_->settings.max_queued_requests) {
    hub_->metrics.add(observe::Metric::kSignalingRefused, {"queue"});
    Error error = make_error(Errc::kTooManyRequests, "too many requests wait for their turn");
    error.retry_after = std::chrono::seconds{1};
    return from->send(refusal_text(call.id, error));
  }
  queue_.push_back({std::move(call), std::move(from)});
  if (std::exchange(working_, true)) return;
  auto working = work(shared_from_this());
  spawn(std::move(working));
}

// One request after another, so that those that depend on each other may be sent at once.
Task<void> Session::work(std::shared_ptr<Session> self) {
  while (!self->queue_.empty() && !self->ended()) {
    Waiting next = std::move(self->queue_.front());
    self->queue_.pop_front();
    const std::string id = next.call.id;
    auto carrying_out = carry_out(self, std::move(next.call));
    const auto result = co_await std::move(carrying_out);
    // Also when it has ended meanwhile: whoever leaves is answered before the socket closes.
    next.from->send(result ? answer_text(id, *result) : refusal_text(id, result.error()));
    if (result && self->leaving_) {
      self->leaving_ = false;
      if (!self->ended()) self->room_->leave(self, "left", CloseCode::kNormal);
    }
  }
  self->working_ = false;
}

void Session::notify(const Notice& notice) {
  if (ended()) return;
  if (notice.reading) {
    if (link_ && link_->queued_bytes() <= hub_->settings.skip_readings_bytes) link_->send(notice_text(notice, 0));
    return;
  }
  std::string text = notice_text(notice, replay_.next());
  replay_.keep(text);
  const auto link = link_;  // a reader that is too slow is closed by this, and may be let go of
  if (link) link->send(std::move(text));
}

bool Session::may_resume(std::string_view token) const {
  if (token.size() != resume_token.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < token.size(); ++i) difference |= static_cast<unsigned char>(token[i] ^ resume_token[i]);
  return difference == 0;
}

void Session::resume(std::shared_ptr<Link> link, std::uint64_t seq, std::string answer) {
  const auto missed = replay_.after(seq);
  const bool was_away = !connected();
  attach(link);
  link->send(std::move(answer));
  for (const auto& text : missed) link->send(text);
  if (was_away && !ended()) room_->connection_changed(*this);
}

void Session::end(CloseCode code, std::string_view reason) {
  const auto self = shared_from_this();  // the room and the hub may hold the last of it
  const auto room = std::exchange(room_, nullptr);
  if (!room) return;
  grace_.cancel();
  queue_.clear();
  hub_->forget_session(id);
  const auto link = std::exchange(link_, nullptr);
  if (!link) return;
  // Whoever ended the meeting is told so, and answered.
  if (code == CloseCode::kEnded) return link->close_soon(code, std::string(reason));
  link->close(code, reason);
}

}  // namespace dd::signaling
