// SPDX-License-Identifier: MIT
#include "meeting/ledger.hpp"

#include <gtest/gtest.h>
#include <string>

#include "base/testing/manual_loop.hpp"

namespace dd::meeting {
namespace {

using namespace std::chrono_literals;

Task<void> write_for(Loop& loop, Ledger& ledger, Duration duration, std::string& story, char name) {
  auto entering = ledger.enter();
  auto entry = co_await std::move(entering);
  story += name;
  auto pause = sleep_for(loop, duration);
  co_await pause;
  story += static_cast<char>(name - 'a' + 'A');
}

Task<void> audit_for(Loop& loop, Ledger& ledger, Duration duration, std::string& story) {
  auto opening = ledger.audit();
  auto audit = co_await std::move(opening);
  story += '[';
  auto pause = sleep_for(loop, duration);
  co_await pause;
  story += ']';
}

class LedgerTest : public ::testing::Test {
 protected:
  dd::testing::ManualLoop loop;
  Ledger ledger{loop};
  std::string story;
};

TEST_F(LedgerTest, EntriesGoOnSideBySide) {
  spawn(write_for(loop, ledger, 20ms, story, 'a'));
  spawn(write_for(loop, ledger, 10ms, story, 'b'));
  loop.advance(1s);
  EXPECT_EQ(story, "abBA");
}

TEST_F(LedgerTest, AnAuditSeesNoEntryInProgressAndHoldsNewOnesBack) {
  spawn(write_for(loop, ledger, 20ms, story, 'a'));
  spawn(audit_for(loop, ledger, 20ms, story));
  spawn(write_for(loop, ledger, 10ms, story, 'b'));
  loop.advance(1s);
  EXPECT_EQ(story, "aA[]bB");
}

TEST_F(LedgerTest, EntriesHeldBackComeBeforeTheNextAudit) {
  spawn(audit_for(loop, ledger, 10ms, story));
  spawn(write_for(loop, ledger, 10ms, story, 'a'));
  loop.advance(10ms);
  spawn(audit_for(loop, ledger, 10ms, story));
  loop.advance(1s);
  EXPECT_EQ(story, "[]aA[]");
}

}  // namespace
}  // namespace dd::meeting
