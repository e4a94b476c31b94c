// SPDX-License-Identifier: MIT
// The history beside a std::map that is told the same, and its bound.
#include "packet_history.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace dd {
namespace {

using History = PacketHistory<int>;
using Reference = std::map<std::int64_t, int>;

void expect_same(History& history, const Reference& reference) {
  EXPECT_EQ(history.size(), reference.size());
  EXPECT_EQ(history.empty(), reference.empty());
  auto expected = reference.begin();
  for (auto it = history.begin(); it != history.end(); ++it, ++expected) {
    ASSERT_NE(expected, reference.end());
    ASSERT_EQ(it->first, expected->first);
    ASSERT_EQ(it->second, expected->second);
  }
  EXPECT_EQ(expected, reference.end());
}

template <typename It, typename Expected>
void expect_at(It found, It end, Expected expected, Expected expected_end) {
  ASSERT_EQ(found == end, expected == expected_end);
  if (found != end) {
    ASSERT_EQ(found->first, expected->first);
    ASSERT_EQ(found->second, expected->second);
  }
}

TEST(PacketHistory, AnswersAsAMapDoesWhateverIsLostAcknowledgedOrAskedFor) {
  for (const int jumps : {0, 1, 20}) {  // of a hundred keys that are added
    std::mt19937 random(static_cast<unsigned>(jumps) + 1);
    const auto any = [&](std::int64_t from, std::int64_t to) { return std::uniform_int_distribution<std::int64_t>(from, to)(random); };
    History history;
    Reference reference;
    std::int64_t next = any(-70000, 70000);
    for (int step = 0; step < 60000; ++step) {
      if (any(0, 99) < jumps) next += any(-200, 40000);
      const auto most = any(0, 9);
      for (std::int64_t i = 0; i < most; ++i, ++next) {
        if (!reference.empty() && next <= reference.rbegin()->first) {
          history.insert({next, -1});
          continue;  // is not added
        }
        history.insert({next, step});
        reference.emplace(next, step);
      }
      const std::int64_t key = any(0, 3) == 0 ? any(next - 100000, next + 100) : any(next - 60, next + 3);
      expect_at(history.lower_bound(key), history.end(), reference.lower_bound(key), reference.end());
      expect_at(history.upper_bound(key), history.end(), reference.upper_bound(key), reference.end());
      expect_at(history.find(key), history.end(), reference.find(key), reference.end());
      for (std::int64_t acknowledged = key; acknowledged < key + 8 && any(0, 9) > 0; ++acknowledged) {  // one in ten is lost
        if (const auto found = history.find(acknowledged); found != history.end()) history.erase(found);
        reference.erase(acknowledged);
      }
      while (!reference.empty() && reference.begin()->first < next - 3000) {  // too old
        reference.erase(reference.begin());
        history.erase(history.begin());
      }
      if (step % 64 == 0) expect_same(history, reference);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(PacketHistory, EndsOfTheNumbersAreKeysLikeOthers) {
  History history;
  EXPECT_EQ(history.find(0), history.end());
  history.insert({INT64_MIN, 1});
  history.insert({0, 2});
  history.insert({INT64_MAX, 3});
  EXPECT_EQ(history.find(INT64_MIN)->second, 1);
  EXPECT_EQ(history.lower_bound(-5)->second, 2);
  EXPECT_EQ(history.upper_bound(0)->second, 3);
  EXPECT_EQ(history.upper_bound(INT64_MAX), history.end());
  history.erase(history.find(0));
  EXPECT_EQ(history.find(0), history.end());
  EXPECT_EQ(history.lower_bound(0)->second, 3);
}

struct Counted {
  static inline std::size_t alive = 0;
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) = default;
  ~Counted() { --alive; }
};

TEST(PacketHistory, HoldsLittleMoreThanWhatIsNotErased) {
  PacketHistory<Counted> history;
  std::int64_t key = 0;
  std::size_t most = 0;
  for (; key < 100000; ++key) {
    history.insert({key, Counted{}});
    if (key >= 20 && key % 100 != 0) {
      if (const auto found = history.find(key - 20); found != history.end()) history.erase(found);
    }
    most = std::max(most, Counted::alive - history.size());
  }
  EXPECT_GT(history.size(), 900U) << "what was lost is still there";
  EXPECT_LE(most, history.size() + 65);
  while (!history.empty()) history.erase(history.begin());
  EXPECT_LE(Counted::alive, 64U);
}

}  // namespace
}  // namespace dd
