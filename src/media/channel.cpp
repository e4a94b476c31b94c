// SPDX-License-Identifier: MIT
#include "media/channel.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "observe/log.hpp"

namespace dd::media {
namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string_view text(const flatbuffers::String* string) {
  return string ? std::string_view(string->c_str(), string->size()) : std::string_view();
}

Error refusal(FBS::Request::Method method, const FBS::Response::Response& response) {
  const auto kind = text(response.error());
  Errc code = Errc::kConflict;
  if (kind == "TypeError") code = Errc::kInvalidArgument;
  if (kind == "NotFoundError") code = Errc::kNotFound;
  return make_error(code, fmt::format("the media worker refused {}: {}", FBS::Request::EnumNameMethod(method), text(response.reason())));
}

}  // namespace

const FBS::Response::Response* Response::message() const {
  return flatbuffers::GetSizePrefixedRoot<FBS::Message::Message>(frame_.data())->data_as_Response();
}

Channel::Subscription& Channel::Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    channel_ = std::exchange(other.channel_, {});
    id_ = std::move(other.id_);
  }
  return *this;
}

void Channel::Subscription::cancel() {
  if (auto channel = std::exchange(channel_, {}).lock()) channel->subscribers_.erase(id_);
}

Channel::Channel(Loop& loop, observe::Metrics& metrics, ChannelSettings settings, Send send)
    : loop_(loop), metrics_(metrics), settings_(settings), send_(std::move(send)), last_heard_(loop.now()) {}

Completion<Reply> Channel::request(FBS::Request::Method method, std::string_view handler, FBS::Request::Body body_type,
                                   flatbuffers::Offset<void> body) {
  Completion<Reply> answer(loop_);
  auto sent = send_request(method, handler, body_type, body, answer);
  if (!sent) answer.resolve(Reply(std::move(sent.error())));
  return answer;
}

void Channel::post(FBS::Request::Method method, std::string_view handler, FBS::Request::Body body_type, flatbuffers::Offset<void> body) {
  auto sent = send_request(method, handler, body_type, body, std::nullopt);
  if (!sent && !closed_) metrics_.add(observe::Metric::kWorkerMessagesDropped, {"unsent"});
}

Result<void> Channel::send_request(FBS::Request::Method method, std::string_view handler, FBS::Request::Body body_type,
                                   flatbuffers::Offset<void> body, std::optional<Completion<Reply>> answer) {
  loop_.assert_current();
  if (closed_) {
    builder_.Clear();
    return unavailable(closed_why_);
  }
  if (pending_.size() >= settings_.max_in_flight) {
    builder_.Clear();
    metrics_.add(observe::Metric::kWorkerMessagesDropped, {"in_flight"});
    return unavailable("the media worker has too many requests to answer");
  }
  // Ids are never 0 and never one that still waits for its answer.
  do {
    ++next_id_;
  } while (next_id_ == 0 || pending_.count(next_id_) > 0);
  const auto handler_offset = builder_.CreateString(handler.data(), handler.size());
  const auto request = FBS::Request::CreateRequest(builder_, next_id_, method, handler_offset, body_type, body);
  builder_.FinishSizePrefixed(FBS::Message::CreateMessage(builder_, FBS::Message::Body::Request, request.Union()));
  auto sent = send_({builder_.GetBufferPointer(), builder_.GetSize()});
  builder_.Clear();
  if (!sent) return sent;
  const auto now = loop_.now();
  pending_.emplace(next_id_, Pending{std::move(answer), now, method});
  deadlines_.emplace_back(now + settings_.request_deadline, next_id_);
  if (deadlines_.size() == 1) arm_expiry();
  return ok();
}

bool Channel::notify(FBS::Notification::Event event, std::string_view handler, FBS::Notification::Body body_type,
                     flatbuffers::Offset<void> body) {
  if (closed_) {
    builder_.Clear();
    return false;
  }
  const auto handler_offset = builder_.CreateString(handler.data(), handler.size());
  const auto notification = FBS::Notification::CreateNotification(builder_, handler_offset, event, body_type, body);
  builder_.FinishSizePrefixed(FBS::Message::CreateMessage(builder_, FBS::Message::Body::Notification, notification.Union()));
  const bool sent = send_({builder_.GetBufferPointer(), builder_.GetSize()}).has_value();
  builder_.Clear();
  if (!sent) metrics_.add(observe::Metric::kWorkerMessagesDropped, {"unsent"});
  return sent;
}

Channel::Subscription Channel::subscribe(std::string id, OnNotification on_notification) {
  const bool first = subscribers_.try_emplace(id, std::make_shared<OnNotification>(std::move(on_notification))).second;
  if (!first) return {};
  return {weak_from_this(), std::move(id)};
}

bool Channel::handle_frame(std::span<const std::uint8_t> frame) {
  if (closed_) return true;
  last_heard_ = loop_.now();
  // The worker parses what strangers send, so what it says is checked before it is read.
  flatbuffers::Verifier verifier(frame.data(), frame.size(), 64, 1'000'000);
  if (!verifier.VerifySizePrefixedBuffer<FBS::Message::Message>(nullptr)) {
    metrics_.add(observe::Metric::kWorkerMessagesDropped, {"malformed"});
    return false;
  }
  const auto* message = flatbuffers::GetSizePrefixedRoot<FBS::Message::Message>(frame.data());
  switch (message->data_type()) {
    case FBS::Message::Body::Response: handle_response(*message->data_as_Response(), frame); return true;
    case FBS::Message::Body::Notification: {
      if (!subscribed(text(message->data_as_Notification()->handlerId()))) return true;
      // In a turn of its own: who awaits the answer that came just before must have had it first.
      loop_.post([weak = weak_from_this(), copy = std::vector<std::uint8_t>(frame.begin(), frame.end())] {
        if (auto self = weak.lock()) self->dispatch(copy);
      });
      return true;
    }
    case FBS::Message::Body::Log: handle_log(text(message->data_as_Log()->data())); return true;
    case FBS::Message::Body::Request:
    case FBS::Message::Body::NONE: break;
  }
  metrics_.add(observe::Metric::kWorkerMessagesDropped, {"malformed"});
  return false;
}

void Channel::handle_response(const FBS::Response::Response& response, std::span<const std::uint8_t> frame) {
  auto found = pending_.find(response.id());
  if (found == pending_.end()) return;  // its deadline has passed, and whoever waited knows
  Pending pending = std::move(found->second);
  pending_.erase(found);
  // Answers come in order, so almost always this was the oldest; keeping the line short keeps its memory flat.
  while (!deadlines_.empty() && pending_.count(deadlines_.front().second) == 0) deadlines_.pop_front();
  count(response.accepted() ? "ok" : "refused", pending);
  if (!pending.answer) return;
  if (response.accepted()) {
    pending.answer->resolve(Reply(Response(std::vector<std::uint8_t>(frame.begin(), frame.end()))));
  } else {
    pending.answer->resolve(Reply(refusal(pending.method, response)));
  }
}

void Channel::dispatch(const std::vector<std::uint8_t>& frame) {
  if (closed_) return;
  const auto* notification = flatbuffers::GetSizePrefixedRoot<FBS::Message::Message>(frame.data())->data_as_Notification();
  auto found = subscribers_.find(text(notification->handlerId()));
  if (found == subscribers_.end()) return;
  const auto subscriber = found->second;  // it may unsubscribe itself
  (*subscriber)(*notification);
}

void Channel::handle_log(std::string_view line) {
  if (line.empty()) return;
  const auto rest = line.substr(1, 2000);
  switch (line.front()) {
    case 'E': observe::log_error("worker_says", {{"line", rest}}); break;
    case 'W': observe::log_warn("worker_says", {{"line", rest}}); break;
    default: observe::log_debug("worker_says", {{"line", rest}}); break;
  }
}

void Channel::arm_expiry() {
  if (deadlines_.empty()) return expiry_.cancel();
  const Duration delay = std::max(Duration{0}, deadlines_.front().first - loop_.now());
  expiry_ = loop_.after(delay, [this] { expire(); });
}

void Channel::expire() {
  const auto now = loop_.now();
  while (!deadlines_.empty() && deadlines_.front().first <= now) {
    auto found = pending_.find(deadlines_.front().second);
    deadlines_.pop_front();
    if (found == pending_.end()) continue;
    Pending pending = std::move(found->second);
    pending_.erase(found);
    count("timeout", pending);
    if (pending.answer) {
      pending.answer->resolve(Reply(make_error(Errc::kDeadlineExceeded, fmt::format("the media worker did not answer {} in time",
                                                                                    FBS::Request::EnumNameMethod(pending.method)))));
    }
  }
  arm_expiry();
}

void Channel::count(std::string_view outcome, const Pending& pending) {
  metrics_.add(observe::Metric::kWorkerRequests, {outcome});
  metrics_.observe(observe::Metric::kWorkerRequestSeconds, seconds(loop_.now() - pending.sent));
}

void Channel::close(std::string why) {
  if (std::exchange(closed_, true)) return;
  closed_why_ = std::move(why);
  expiry_.cancel();
  deadlines_.clear();
  for (auto& [id, pending] : std::exchange(pending_, {})) {
    count("died", pending);
    if (pending.answer) pending.answer->resolve(Reply(unavailable(closed_why_)));
  }
}

}  // namespace dd::media
