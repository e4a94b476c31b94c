// SPDX-License-Identifier: MIT
// Replicas' buses over a real Redis that is killed, frozen and brought back.
#include "net/redis_bus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fmt/format.h>
#include <future>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/completion.hpp"
#include "net/redis_entries.hpp"
#include "net/testing/redis_server.hpp"

namespace dd::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RedisServer;

const MeetingId kStandup("standup");
const MeetingId kRetro("acme:retro");

// One control replica's ears.
class Replica final : public control::SignalListener {
 public:
  void on_signal(const MeetingId& meeting, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    heard_[meeting].emplace_back(text);
  }
  void on_signals_missed(const MeetingId& meeting) override {
    const std::lock_guard lock(mutex_);
    ++missed_[meeting];
  }
  std::vector<std::string> heard(const MeetingId& meeting) const {
    const std::lock_guard lock(mutex_);
    const auto found = heard_.find(meeting);
    return found == heard_.end() ? std::vector<std::string>{} : found->second;
  }
  int missed(const MeetingId& meeting) const {
    const std::lock_guard lock(mutex_);
    const auto found = missed_.find(meeting);
    return found == missed_.end() ? 0 : found->second;
  }

  std::unique_ptr<RedisBus> bus;

 private:
  mutable std::mutex mutex_;
  std::map<MeetingId, std::vector<std::string>> heard_;
  std::map<MeetingId, int> missed_;
};

class RedisBusTest : public ::testing::Test {
 protected:
  RedisBusTest() {
    settings_.patience = 1s;
    settings_.block = 500ms;
    settings_.longest_pause = 200ms;
    settings_.first_pause = 20ms;
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~RedisBusTest() override {
    on_loop([this] {
      one_.bus.reset();
      two_.bus.reset();
      direct_.reset();
    });
    turn(50ms);  // what was under way ends
    loop_.stop();
    thread_.join();
  }

  void open(Replica& replica, const RedisAddress& address) {
    on_loop([&] {
      replica.bus = std::make_unique<RedisBus>(loop_, metrics_, address, settings_);
      replica.bus->set_listener(&replica);
    });
  }
  void open_both() {
    open(one_, server_.address());
    open(two_, server_.address());
    ASSERT_TRUE(eventually([&] { return available(one_) && available(two_); }));
  }
  bool available(Replica& replica) {
    bool is = false;
    on_loop([&] { is = replica.bus->available(); });
    return is;
  }
  void subscribe(Replica& replica, const MeetingId& meeting) {
    on_loop([&] { replica.bus->subscribe(meeting); });
  }
  void publish(Replica& replica, const MeetingId& meeting, std::string text) {
    on_loop([&] { replica.bus->publish(meeting, std::move(text)); });
  }
  // Subscribed, and certain of it: a text of its own has come back.
  void subscribe_surely(Replica& replica, const MeetingId& meeting) {
    subscribe(replica, meeting);
    const std::string mark = fmt::format("mark {}", ++marks_);
    publish(replica, meeting, mark);
    ASSERT_TRUE(eventually([&] {
      const auto heard = replica.heard(meeting);
      return std::find(heard.begin(), heard.end(), mark) != heard.end();
    }));
  }
  // Without the marks.
  static std::vector<std::string> said(const Replica& replica, const MeetingId& meeting) {
    std::vector<std::string> heard = replica.heard(meeting);
    heard.erase(std::remove_if(heard.begin(), heard.end(), [](const std::string& text) { return text.starts_with("mark "); }), heard.end());
    return heard;
  }

  RedisReply ask(const RedisConnection::Command& command) {
    auto answered = std::make_shared<std::promise<RedisReply>>();
    on_loop([&] { spawn(ask_directly(this, command, answered)); });
    return answered->get_future().get();
  }

  template <typename Condition>
  bool eventually(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
      if (condition()) return true;
      turn(10ms);
    }
    return false;
  }
  template <typename Action>
  void on_loop(Action action) {
    auto done = std::make_shared<std::promise<void>>();
    loop_.post([&action, done] {
      action();
      done->set_value();
    });
    done->get_future().wait();
  }
  void turn(Duration length) {
    auto turned = std::make_shared<std::promise<void>>();
    auto wait = [](Loop* loop, Duration pause, std::shared_ptr<std::promise<void>> over) -> Task<void> {
      co_await sleep_for(*loop, pause);
      over->set_value();
    };
    loop_.post([this, wait, turned, length] { spawn(wait(&loop_, length, turned)); });
    turned->get_future().wait();
  }

  static Task<void> ask_directly(RedisBusTest* test, RedisConnection::Command command, std::shared_ptr<std::promise<RedisReply>> answered) {
    if (!test->direct_) {
      test->direct_ = std::make_shared<RedisConnection>(test->loop_, 5s);
      const auto direct = test->direct_;
      const auto connected = co_await RedisConnection::connect(direct, test->server_.address());
      EXPECT_TRUE(connected);
    }
    test->direct_->command(command, [answered](RedisReply reply) { answered->set_value(std::move(reply)); });
  }

  RedisServer server_;
  AsioLoop loop_;
  observe::Metrics metrics_;
  RedisBusSettings settings_;
  Replica one_;
  Replica two_;
  std::shared_ptr<RedisConnection> direct_;
  int marks_ = 0;
  std::thread thread_;
};

TEST_F(RedisBusTest, AReplicaHearsItselfThroughTheStream) {
  open_both();
  on_loop([&] {
    one_.bus->subscribe(kStandup);
    one_.bus->publish(kStandup, "first");  // right after: nothing is missed in between
    EXPECT_THAT(one_.heard(kStandup), IsEmpty());
    EXPECT_FALSE(one_.bus->alone());
  });
  EXPECT_TRUE(eventually([&] { return one_.heard(kStandup).size() == 1; }));
  EXPECT_EQ(one_.missed(kStandup), 0);
  EXPECT_THAT(metrics_.exposition(), HasSubstr("doordarshan_redis_connected 1"));
}

TEST_F(RedisBusTest, EveryReplicaHearsTheSameOrder) {
  open_both();
  for (auto* replica : {&one_, &two_}) {
    subscribe_surely(*replica, kStandup);
    subscribe_surely(*replica, kRetro);
  }
  constexpr std::size_t kEach = 300;
  on_loop([&] {
    for (std::size_t i = 0; i < kEach; ++i) {
      one_.bus->publish(kStandup, fmt::format("one {}", i));
      two_.bus->publish(kStandup, fmt::format("two {}", i));
      two_.bus->publish(kRetro, fmt::format("retro {}", i));
    }
  });
  ASSERT_TRUE(eventually([&] { return said(one_, kStandup).size() == 2 * kEach && said(two_, kStandup).size() == 2 * kEach; }));
  EXPECT_EQ(said(one_, kStandup), said(two_, kStandup));
  ASSERT_TRUE(eventually([&] { return said(one_, kRetro).size() == kEach; }));
  for (std::size_t i = 0; i < kEach; ++i) EXPECT_EQ(said(one_, kRetro)[i], fmt::format("retro {}", i));
  EXPECT_EQ(one_.missed(kStandup), 0);
}

TEST_F(RedisBusTest, OnlyWhatIsSubscribedIsHeardAndOnlyFromThen) {
  open_both();
  subscribe_surely(two_, kStandup);
  publish(one_, kStandup, "before");
  publish(one_, kRetro, "elsewhere");
  ASSERT_TRUE(eventually([&] { return said(two_, kStandup).size() == 1; }));
  subscribe_surely(one_, kStandup);
  publish(two_, kStandup, "after");
  ASSERT_TRUE(eventually([&] { return said(one_, kStandup).size() == 1 && said(two_, kStandup).size() == 2; }));
  EXPECT_THAT(said(one_, kStandup), ElementsAre("after"));
  EXPECT_THAT(said(two_, kStandup), ElementsAre("before", "after"));
  EXPECT_THAT(two_.heard(kRetro), IsEmpty());

  on_loop([&] { one_.bus->unsubscribe(kStandup); });
  publish(two_, kStandup, "unheard");
  ASSERT_TRUE(eventually([&] { return said(two_, kStandup).size() == 3; }));
  subscribe_surely(one_, kStandup);
  publish(two_, kStandup, "again");
  ASSERT_TRUE(eventually([&] { return said(one_, kStandup).size() == 2; }));
  EXPECT_THAT(said(one_, kStandup), ElementsAre("after", "again"));
}

TEST_F(RedisBusTest, ManyMeetingsShareOneWait) {
  open_both();
  on_loop([&] {
    for (int i = 0; i < 500; ++i) one_.bus->subscribe(MeetingId(fmt::format("m{}", i)));
  });
  subscribe_surely(one_, kStandup);
  on_loop([&] {
    for (int i = 0; i < 500; ++i) two_.bus->publish(MeetingId(fmt::format("m{}", i)), "hello");
  });
  EXPECT_TRUE(eventually([&] {
    for (int i = 0; i < 500; ++i) {
      if (one_.heard(MeetingId(fmt::format("m{}", i))).size() != 1) return false;
    }
    return true;
  }));
}

TEST_F(RedisBusTest, StreamsAreBoundedAndExpire) {
  open_both();
  subscribe_surely(one_, kStandup);
  // More than the stream keeps, faster than anybody reads.
  on_loop([&] {
    for (int i = 0; i < 3'000; ++i) one_.bus->publish(kStandup, fmt::format("{}", i));
  });
  ASSERT_TRUE(eventually([&] { return one_.heard(kStandup).back() == "2999"; }));
  const bool all = said(one_, kStandup).size() == 3'000;
  EXPECT_TRUE(all || one_.missed(kStandup) > 0);  // nothing is missed in silence
  EXPECT_LT(ask({"XLEN", "doordarshan:standup"}).integer, 1'200);
  const auto lifetime = ask({"TTL", "doordarshan:standup"}).integer;
  EXPECT_GT(lifetime, 86'000);
  EXPECT_LE(lifetime, 86'400);
}

TEST_F(RedisBusTest, KendraReadsItsOwnFormat) {
  open_both();
  on_loop([&] {
    one_.bus->publish_for_kendra(
        kStandup, {"DoordarshanStreamPublish", "asha", "asha1700", R"({"participantId":"asha","producerMap":{"audio":"p1"}})"});
    one_.bus->publish_for_kendra(kStandup, {"DoordarshanDisconnect", "system", "c-1", "null"});
  });
  RedisReply read;
  ASSERT_TRUE(eventually([&] {
    read = ask({"XRANGE", "room-stream:standup", "-", "+"});
    return read.list.size() == 2;
  }));
  std::map<std::string, std::string> fields;
  const auto& entry = read.list[0].list[1].list;
  for (std::size_t i = 0; i + 1 < entry.size(); i += 2) fields[entry[i].text] = entry[i + 1].text;
  EXPECT_EQ(fields.size(), 6U);
  EXPECT_EQ(fields["name"], "DoordarshanStreamPublish");
  EXPECT_EQ(fields["messageType"], "signalMessage");
  EXPECT_EQ(fields["roomId"], "standup");
  EXPECT_EQ(fields["participantId"], "asha");
  EXPECT_EQ(fields["requestId"], "asha1700");
  EXPECT_EQ(fields["signal"], R"({"type":"DoordarshanStreamPublish","subType":"DoordarshanStreamPublish","version_id":0,)"
                              R"("recipient_id":null,"payload":{"participantId":"asha","producerMap":{"audio":"p1"}}})");
  const auto& second = read.list[1].list[1].list;
  EXPECT_THAT(second.back().text, HasSubstr(R"("payload":null)"));
}

TEST_F(RedisBusTest, WithRedisAwayAReplicaHearsItselfAndOthersHearLater) {
  open_both();
  subscribe_surely(one_, kStandup);
  subscribe_surely(two_, kStandup);
  server_.kill_hard();
  ASSERT_TRUE(eventually([&] { return !available(one_) && !available(two_); }));
  EXPECT_THAT(metrics_.exposition(), HasSubstr("doordarshan_redis_connected 0"));
  publish(one_, kStandup, "alone 1");
  publish(one_, kStandup, "alone 2");
  ASSERT_TRUE(eventually([&] { return said(one_, kStandup).size() == 2; }));
  EXPECT_THAT(said(two_, kStandup), IsEmpty());

  ASSERT_TRUE(server_.start());
  ASSERT_TRUE(eventually([&] { return one_.missed(kStandup) == 1 && two_.missed(kStandup) >= 1; }));
  publish(one_, kStandup, "together");
  ASSERT_TRUE(eventually([&] { return said(one_, kStandup).size() == 3; }));
  EXPECT_THAT(said(one_, kStandup), ElementsAre("alone 1", "alone 2", "together"));  // its own are not heard twice
  // The other's connection may have come back before these were said or after; the last is heard in any case.
  ASSERT_TRUE(eventually([&] { return !said(two_, kStandup).empty() && said(two_, kStandup).back() == "together"; }));
}

TEST_F(RedisBusTest, WhatIsKeptIsBoundedAndTheRestCounted) {
  settings_.max_kept = 5;
  server_.kill_hard();
  open(one_, server_.address());
  subscribe(one_, kStandup);
  for (int i = 0; i < 8; ++i) publish(one_, kStandup, fmt::format("{}", i));
  ASSERT_TRUE(eventually([&] { return one_.heard(kStandup).size() == 8; }));
  EXPECT_THAT(metrics_.exposition(), HasSubstr("doordarshan_redis_signals_dropped_total{reason=\"away\"} 3"));
  ASSERT_TRUE(server_.start());
  ASSERT_TRUE(eventually([&] { return available(one_); }));
  ASSERT_TRUE(eventually([&] { return ask({"XLEN", "doordarshan:standup"}).integer == 5; }));
  publish(one_, kStandup, "now");
  ASSERT_TRUE(eventually([&] { return ask({"XLEN", "doordarshan:standup"}).integer == 6; }));
}

TEST_F(RedisBusTest, WhatAnotherDroppedIsToldAsMissed) {
  settings_.max_kept = 1;
  open_both();
  subscribe_surely(two_, kStandup);
  publish(one_, kStandup, "known");
  ASSERT_TRUE(eventually([&] { return said(two_, kStandup).size() == 1; }));
  // Written as a replica would that had lost number 8.
  ask({"XADD", "doordarshan:standup", "*", "from", "third", "n", "7", "before", "0", "text", "a"});
  ask({"XADD", "doordarshan:standup", "*", "from", "third", "n", "9", "before", "8", "text", "b"});
  ask({"XADD", "doordarshan:standup", "*", "from", "third", "n", "9", "before", "8", "text", "b"});  // said twice
  ask({"XADD", "doordarshan:standup", "*", "note", "no signal"});
  ask({"XADD", "doordarshan:standup", "*", "from", "third", "n", "12", "before", "9", "text", "c"});
  ASSERT_TRUE(eventually([&] { return said(two_, kStandup).size() == 4; }));
  EXPECT_THAT(said(two_, kStandup), ElementsAre("known", "a", "b", "c"));
  EXPECT_EQ(two_.missed(kStandup), 1);
}

TEST_F(RedisBusTest, AFrozenRedisIsAwayToo) {
  open_both();
  subscribe_surely(one_, kStandup);
  server_.freeze();
  publish(one_, kStandup, "into the ice");
  ASSERT_TRUE(eventually([&] { return !available(one_); }));
  ASSERT_TRUE(eventually([&] { return said(one_, kStandup).size() == 1; }));
  server_.go_on();
  ASSERT_TRUE(eventually([&] { return available(one_) && one_.missed(kStandup) == 1; }));
  publish(one_, kStandup, "thawed");
  ASSERT_TRUE(eventually([&] { return said(one_, kStandup).size() == 2; }));
  EXPECT_THAT(said(one_, kStandup), ElementsAre("into the ice", "thawed"));
}

TEST_F(RedisBusTest, AKeyOfSomebodyElseSpoilsNothing) {
  open_both();
  ask({"SET", "doordarshan:acme:retro", "not a stream"});
  subscribe(one_, kRetro);
  subscribe_surely(one_, kStandup);
  publish(one_, kRetro, "heard here at least");
  EXPECT_TRUE(eventually([&] { return one_.heard(kRetro).size() == 1; }));
  EXPECT_TRUE(available(one_));
  EXPECT_THAT(metrics_.exposition(), HasSubstr("doordarshan_redis_signals_dropped_total{reason=\"refused\"} 1"));
}

TEST_F(RedisBusTest, APasswordIsNeededWhereThereIsOne) {
  RedisServer guarded("s3cret");
  open(one_, guarded.address());
  EXPECT_TRUE(eventually([&] { return available(one_); }));
  RedisAddress wrong = guarded.address();
  wrong.password = "guess";
  open(two_, wrong);
  turn(100ms);
  EXPECT_FALSE(available(two_));
}

}  // namespace
}  // namespace dd::net
