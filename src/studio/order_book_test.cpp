// SPDX-License-Identifier: MIT
#include "studio/order_book.hpp"

#include <fstream>
#include <gtest/gtest.h>

#include "base/asio_loop.hpp"

namespace dd::studio {
namespace {

namespace fs = std::filesystem;

Order example() {
  Order order;
  order.recording = RecordingId("20260131-100000-1f0c9a3e");
  order.tenant = " default";
  order.meeting = MeetingId("m-1");
  order.modes = {recording::Mode::kTrack, recording::Mode::kComposite};
  order.programme.layout = recording::Layout::kSpeaker;
  order.fill = recording::Fill::kFreeze;
  order.everyone = true;
  order.seen_ms = 17;
  return order;
}

TEST(Order, SurvivesBeingWritten) {
  const auto order = parse_order(encode(example()));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(encode(*order), encode(example()));
  EXPECT_TRUE(order->wants(recording::Mode::kComposite));
  EXPECT_FALSE(order->wants(recording::Mode::kParticipant));
  EXPECT_EQ(order->folder(), "%20default/m-1/20260131-100000-1f0c9a3e");
}

TEST(Order, NamesTheFieldThatIsDamaged) {
  auto text = encode(example());
  text.replace(text.find("speaker"), 7, "sneaker");
  EXPECT_EQ(parse_order(text).error().field, "layout");
  EXPECT_FALSE(parse_order("[]"));
  EXPECT_FALSE(parse_order(""));
}

class OrderBookTest : public testing::Test {
 protected:
  OrderBookTest() {
    std::string pattern = (fs::temp_directory_path() / "dd-orders-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~OrderBookTest() override { fs::remove_all(root_); }

  void run(Task<void> task) {
    auto then_stop = [this](Task<void> work) -> Task<void> {
      co_await std::move(work);
      loop_.stop();
    };
    loop_.post([&] { spawn(then_stop(std::move(task))); });
    loop_.run();
  }

  AsioLoop loop_;
  fs::path root_;
};

TEST_F(OrderBookTest, KeepsWhatIsPutUntilItIsRemoved) {
  BackgroundThread disk(loop_);
  OrderBook book(root_, disk);
  auto story = [&]() -> Task<void> {
    EXPECT_TRUE(co_await book.put(example()));
    auto one = co_await book.read_all();
    EXPECT_EQ(one->size(), 1U);
    EXPECT_TRUE(co_await book.remove(example().recording));
    auto none = co_await book.read_all();
    EXPECT_TRUE(none->empty());
  };
  run(story());
}

TEST_F(OrderBookTest, SetsADamagedOrderAsideAndReadsTheOthers) {
  BackgroundThread disk(loop_);
  OrderBook book(root_, disk);
  auto story = [&]() -> Task<void> {
    EXPECT_TRUE(co_await book.put(example()));
    std::ofstream(root_ / ".open" / "torn.json") << "{\"recording\":\"x\",";
    auto orders = co_await book.read_all();
    EXPECT_EQ(orders->size(), 1U);
    EXPECT_TRUE(fs::exists(root_ / ".open" / "torn.json.damaged"));
  };
  run(story());
}

}  // namespace
}  // namespace dd::studio
