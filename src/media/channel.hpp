// SPDX-License-Identifier: MIT
// The conversation with one worker process: requests that are answered once or run into their deadline, and notifications
// handed to whoever subscribed to the object they are about. It knows no process: it is given a way to send and is handed frames.
// Lives on the control loop; ends once, when the worker does.
#pragma once

#include <FBS/message.h>
#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "observe/metrics.hpp"

namespace dd::media {

// What the worker accepted: owns the bytes that body() points into.
class Response {
 public:
  explicit Response(std::vector<std::uint8_t> frame) : frame_(std::move(frame)) {}

  // Null when the answer has another body, or none.
  template <typename Body>
  const Body* body() const {
    return message()->template body_as<Body>();
  }

 private:
  const FBS::Response::Response* message() const;
  std::vector<std::uint8_t> frame_;
};

using Reply = Result<Response>;

struct ChannelSettings {
  Duration request_deadline = std::chrono::seconds{5};
  std::size_t max_in_flight = 16'384;  // past it requests are refused with kUnavailable
};

class Channel : public std::enable_shared_from_this<Channel> {
 public:
  using Send = UniqueFunction<Result<void>(std::span<const std::uint8_t> frame)>;
  using OnNotification = UniqueFunction<void(const FBS::Notification::Notification& notification)>;

  // While it lives, notifications about its object arrive.
  class [[nodiscard]] Subscription {
   public:
    Subscription() = default;
    Subscription(std::weak_ptr<Channel> channel, std::string id) : channel_(std::move(channel)), id_(std::move(id)) {}
    Subscription(Subscription&& other) noexcept : channel_(std::exchange(other.channel_, {})), id_(std::move(other.id_)) {}
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription() { cancel(); }
    void cancel();

   private:
    std::weak_ptr<Channel> channel_;
    std::string id_;
  };

  Channel(Loop& loop, observe::Metrics& metrics, ChannelSettings settings, Send send);

  // Requests and notifications are built here, then sent before anything else is built.
  flatbuffers::FlatBufferBuilder& builder() { return builder_; }

  // Sent when it returns; the answer is awaited later, or not at all. Answers come in the order of the requests.
  // TypeError becomes kInvalidArgument, NotFoundError kNotFound, any other refusal kConflict.
  Completion<Reply> request(FBS::Request::Method method, std::string_view handler, FBS::Request::Body body_type = FBS::Request::Body::NONE,
                            flatbuffers::Offset<void> body = 0);
  // Nobody waits: closing things, mostly. A refusal is of no interest.
  void post(FBS::Request::Method method, std::string_view handler, FBS::Request::Body body_type = FBS::Request::Body::NONE,
            flatbuffers::Offset<void> body = 0);
  // False when it could not be sent.
  bool notify(FBS::Notification::Event event, std::string_view handler, FBS::Notification::Body body_type = FBS::Notification::Body::NONE,
              flatbuffers::Offset<void> body = 0);

  // Subscribe before the request that creates the object: its first notification may come right behind the answer.
  // Whoever subscribed to an id first keeps it; the worker will refuse the second object of that name.
  Subscription subscribe(std::string id, OnNotification on_notification);
  bool subscribed(std::string_view id) const { return subscribers_.find(id) != subscribers_.end(); }

  // One whole message from the worker, with its length prefix. False when it is no valid message.
  bool handle_frame(std::span<const std::uint8_t> frame);

  // Every request in flight is answered with kUnavailable, and so are all later ones.
  void close(std::string why);
  bool closed() const { return closed_; }

  Loop& loop() { return loop_; }
  std::size_t in_flight() const { return pending_.size(); }
  MonotonicTime last_heard() const { return last_heard_; }

 private:
  struct Pending {
    std::optional<Completion<Reply>> answer;  // none for post()
    MonotonicTime sent;
    FBS::Request::Method method;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  Result<void> send_request(FBS::Request::Method method, std::string_view handler, FBS::Request::Body body_type,
                            flatbuffers::Offset<void> body, std::optional<Completion<Reply>> answer);
  void handle_response(const FBS::Response::Response& response, std::span<const std::uint8_t> frame);
  void dispatch(const std::vector<std::uint8_t>& frame);
  void handle_log(std::string_view line);
  void expire();
  void arm_expiry();
  void count(std::string_view outcome, const Pending& pending);

  Loop& loop_;
  observe::Metrics& metrics_;
  ChannelSettings settings_;
  Send send_;
  flatbuffers::FlatBufferBuilder builder_{1024};
  std::uint32_t next_id_ = 0;
  std::unordered_map<std::uint32_t, Pending> pending_;
  std::deque<std::pair<MonotonicTime, std::uint32_t>> deadlines_;  // all requests have the same deadline, so in order
  Timer expiry_;
  std::unordered_map<std::string, std::shared_ptr<OnNotification>, TextHash, std::equal_to<>> subscribers_;
  MonotonicTime last_heard_;
  bool closed_ = false;
  std::string closed_why_;
};

}  // namespace dd::media
