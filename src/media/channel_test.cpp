// SPDX-License-Identifier: MIT
// The conversation without a worker: the test writes the worker's side by hand, in simulated time.
#include "media/channel.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_loop.hpp"

namespace dd::media {
namespace {

using namespace std::chrono_literals;
using Method = FBS::Request::Method;

class ChannelTest : public ::testing::Test {
 protected:
  std::shared_ptr<Channel> make(ChannelSettings settings = {}) {
    return std::make_shared<Channel>(loop_, metrics_, settings, [this](std::span<const std::uint8_t> frame) -> Result<void> {
      if (!takes_) return unavailable("the child does not read its channel");
      const auto* message = flatbuffers::GetSizePrefixedRoot<FBS::Message::Message>(frame.data());
      if (const auto* request = message->data_as_Request()) sent_.push_back(request->id());
      return ok();
    });
  }

  std::vector<std::uint8_t> finish(flatbuffers::FlatBufferBuilder& builder, FBS::Message::Body type, flatbuffers::Offset<void> body) {
    builder.FinishSizePrefixed(FBS::Message::CreateMessage(builder, type, body));
    return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
  }
  std::vector<std::uint8_t> accepted(std::uint32_t id) {
    flatbuffers::FlatBufferBuilder builder;
    return finish(builder, FBS::Message::Body::Response, FBS::Response::CreateResponse(builder, id, true).Union());
  }
  std::vector<std::uint8_t> refused(std::uint32_t id, const char* kind) {
    flatbuffers::FlatBufferBuilder builder;
    return finish(builder, FBS::Message::Body::Response,
                  FBS::Response::CreateResponseDirect(builder, id, false, FBS::Response::Body::NONE, 0, kind, "because").Union());
  }
  std::vector<std::uint8_t> notification(const char* handler) {
    flatbuffers::FlatBufferBuilder builder;
    return finish(builder, FBS::Message::Body::Notification,
                  FBS::Notification::CreateNotificationDirect(builder, handler, FBS::Notification::Event::CONSUMER_PRODUCER_CLOSE).Union());
  }

  static Task<Reply> wait_for(Completion<Reply> answer) { co_return co_await answer; }
  Reply answer_of(Completion<Reply> answer) { return loop_.run(wait_for(answer)); }

  dd::testing::ManualLoop loop_;
  observe::Metrics metrics_;
  std::vector<std::uint32_t> sent_;
  bool takes_ = true;
};

TEST_F(ChannelTest, AnswersGoToTheirRequests) {
  auto channel = make();
  auto first = channel->request(Method::ROUTER_DUMP, "r");
  auto second = channel->request(Method::ROUTER_DUMP, "r");
  EXPECT_TRUE(channel->handle_frame(refused(sent_.at(1), "NotFoundError")));
  EXPECT_TRUE(channel->handle_frame(accepted(sent_.at(0))));
  EXPECT_TRUE(answer_of(first));
  EXPECT_EQ(answer_of(second).error().code, Errc::kNotFound);
  EXPECT_EQ(channel->in_flight(), 0U);
}

TEST_F(ChannelTest, RefusalsOfACallersMistakeAndOfTheStateDiffer) {
  auto channel = make();
  auto mistake = channel->request(Method::TRANSPORT_PRODUCE, "t");
  auto state = channel->request(Method::TRANSPORT_PRODUCE, "t");
  channel->handle_frame(refused(sent_.at(0), "TypeError"));
  channel->handle_frame(refused(sent_.at(1), "Error"));
  EXPECT_EQ(answer_of(mistake).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(answer_of(state).error().code, Errc::kConflict);
}

TEST_F(ChannelTest, ARequestThatIsNotAnsweredRunsIntoItsDeadlineAndALateAnswerIsIgnored) {
  auto channel = make();
  auto early = channel->request(Method::ROUTER_DUMP, "r");
  loop_.advance(3s);
  auto late = channel->request(Method::ROUTER_DUMP, "r");
  loop_.advance(2s);
  EXPECT_TRUE(early.resolved());
  EXPECT_FALSE(late.resolved());
  EXPECT_EQ(answer_of(early).error().code, Errc::kDeadlineExceeded);
  loop_.advance(3s);
  EXPECT_EQ(answer_of(late).error().code, Errc::kDeadlineExceeded);
  EXPECT_TRUE(channel->handle_frame(accepted(sent_.at(0))));
  EXPECT_EQ(channel->in_flight(), 0U);
}

TEST_F(ChannelTest, ClosingAnswersEveryoneWhoWaitsAtOnce) {
  auto channel = make();
  auto waiting = channel->request(Method::ROUTER_DUMP, "r");
  channel->close("the worker died");
  EXPECT_EQ(answer_of(waiting).error().code, Errc::kUnavailable);
  EXPECT_EQ(answer_of(channel->request(Method::ROUTER_DUMP, "r")).error().message, "the worker died");
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(ChannelTest, MoreThanTheBoundInFlightIsRefused) {
  auto channel = make({.request_deadline = 5s, .max_in_flight = 2});
  channel->post(Method::ROUTER_DUMP, "r");
  channel->post(Method::ROUTER_DUMP, "r");
  EXPECT_EQ(answer_of(channel->request(Method::ROUTER_DUMP, "r")).error().code, Errc::kUnavailable);
  channel->handle_frame(accepted(sent_.at(0)));
  auto third = channel->request(Method::ROUTER_DUMP, "r");
  EXPECT_FALSE(third.resolved());
}

TEST_F(ChannelTest, AWorkerThatDoesNotReadRefusesTheRequest) {
  auto channel = make();
  takes_ = false;
  EXPECT_EQ(answer_of(channel->request(Method::ROUTER_DUMP, "r")).error().code, Errc::kUnavailable);
  EXPECT_EQ(channel->in_flight(), 0U);
}

TEST_F(ChannelTest, WhoAwaitsAnAnswerHasItBeforeTheNotificationBehindIt) {
  auto channel = make();
  std::vector<std::string> order;
  auto subscription = channel->subscribe("c", [&](const FBS::Notification::Notification&) { order.push_back("notification"); });
  auto answer = channel->request(Method::TRANSPORT_CONSUME, "t");
  spawn([](Completion<Reply> reply, std::vector<std::string>& log) -> Task<void> {
    (void)co_await reply;
    log.push_back("answer");
  }(answer, order));
  channel->handle_frame(accepted(sent_.at(0)));
  channel->handle_frame(notification("c"));
  loop_.run_ready();
  EXPECT_EQ(order, (std::vector<std::string>{"answer", "notification"}));
}

TEST_F(ChannelTest, ASubscriberMayEndItsOwnSubscription) {
  auto channel = make();
  int heard = 0;
  Channel::Subscription subscription;
  subscription = channel->subscribe("c", [&](const FBS::Notification::Notification&) {
    subscription.cancel();
    ++heard;
  });
  channel->handle_frame(notification("c"));
  channel->handle_frame(notification("c"));
  loop_.run_ready();
  EXPECT_EQ(heard, 1);
  EXPECT_FALSE(channel->subscribed("c"));
}

TEST_F(ChannelTest, WhatIsNoMessageIsNotRead) {
  auto channel = make();
  EXPECT_FALSE(channel->handle_frame(std::vector<std::uint8_t>{}));
  EXPECT_FALSE(channel->handle_frame(std::vector<std::uint8_t>(4, 0)));
  EXPECT_FALSE(channel->handle_frame(std::vector<std::uint8_t>(64, 0xff)));
  auto valid = notification("c");
  for (std::size_t length = 0; length < valid.size(); ++length) {
    auto cut = std::vector<std::uint8_t>(valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_FALSE(channel->handle_frame(cut)) << length;
  }
  for (std::size_t at = 4; at < valid.size(); ++at) {
    auto broken = valid;
    broken[at] ^= 0xff;
    channel->handle_frame(broken);  // must not read outside, which the address sanitizer sees
  }
  loop_.run_ready();
}

}  // namespace
}  // namespace dd::media
