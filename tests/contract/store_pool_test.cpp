// SPDX-License-Identifier: MIT
// What an answer of the pool promises about what was written, when operations are slow, collide or hang in their commit.
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store_fixture.hpp"

namespace dd::store::testing {
namespace {

// Lets a pool thread wait inside an operation until the test says so.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    entered_ = true;
    changed_.wait(lock, [this] { return open_; });
  }
  bool entered() {
    const std::lock_guard lock(mutex_);
    return entered_;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false;
  bool open_ = false;
};

Result<void> insert_meeting(Connection& connection, const std::string& id) {
  auto inserted = connection.execute("INSERT INTO meeting_status (meeting_id, enabled) VALUES (?, 1)", {id});
  if (!inserted) return std::move(inserted.error());
  return ok();
}

class StorePool : public StoreContract {
 protected:
  StorePool() {
    run(store_->pause_heartbeat());
    settings_.commit_grace = 100ms;
    pool_ = std::make_unique<Pool>(loop_, settings_, metrics_);
    EXPECT_TRUE(run_until([&] { return pool_->available(); }));
  }
  ~StorePool() override { pool_.reset(); }

  // An operation whose caller loses patience soon; the others of these tests have the fixture's time.
  static Operation impatient(std::string_view name) {
    Operation operation{name};
    operation.deadline = 200ms;
    return operation;
  }

  // The answer arrives in `answer`; `done` says when.
  template <typename T>
  void begin(Task<T> task, std::optional<T>& answer) {
    spawn(keep(std::move(task), answer));
  }

  std::unique_ptr<Pool> pool_;

 private:
  template <typename T>
  static Task<void> keep(Task<T> task, std::optional<T>& answer) {
    answer.emplace(co_await std::move(task));
  }
};

TEST_P(StorePool, AnAbandonedOperationIsRolledBackHoweverLateItEnds) {
  auto gate = std::make_shared<Gate>();
  std::optional<Result<void>> answer;
  begin(pool_->run(impatient("slow"), Pool::Work<void>([gate](Connection& connection) {
                     auto inserted = insert_meeting(connection, "late");
                     gate->pass();
                     return inserted;
                   })),
        answer);
  ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->error().code, Errc::kUnavailable);
  EXPECT_TRUE(gate->entered());
  gate->open();
  std::optional<Result<void>> next;
  begin(pool_->run(Operation{"next"}, Pool::Work<void>([](Connection& connection) { return insert_meeting(connection, "next"); })), next);
  ASSERT_TRUE(run_until([&] { return next.has_value(); }));
  EXPECT_TRUE(next->has_value());
  EXPECT_EQ(count("meeting_status", "meeting_id = 'next'"), 1u);
  pool_.reset();  // the slow thread has ended too
  EXPECT_EQ(count("meeting_status", "meeting_id = 'late'"), 0u);
}

TEST_P(StorePool, AnExclusiveOperationWaitsForThoseBeforeAndHoldsThoseAfter) {
  auto gate = std::make_shared<Gate>();
  auto order = std::make_shared<std::vector<std::string>>();
  auto mutex = std::make_shared<std::mutex>();
  const auto note = [order, mutex](const std::string& what) {
    const std::lock_guard lock(*mutex);
    order->push_back(what);
  };
  std::optional<Result<void>> first;
  std::optional<Result<void>> alone;
  std::optional<Result<void>> last;
  begin(pool_->run(Operation{"first"}, Pool::Work<void>([gate, note](Connection&) {
                     gate->pass();
                     note("first");
                     return ok();
                   })),
        first);
  Operation exclusive{"alone"};
  exclusive.exclusive = true;
  begin(pool_->run(exclusive, Pool::Work<void>([note](Connection&) {
                     note("alone");
                     return ok();
                   })),
        alone);
  begin(pool_->run(Operation{"last"}, Pool::Work<void>([note](Connection&) {
                     note("last");
                     return ok();
                   })),
        last);
  ASSERT_TRUE(run_until([&] { return gate->entered(); }));
  run_until([] { return false; }, 50ms);
  EXPECT_TRUE(order->empty());
  gate->open();
  ASSERT_TRUE(run_until([&] { return first && alone && last; }));
  EXPECT_EQ(*order, (std::vector<std::string>{"first", "alone", "last"}));
}

TEST_P(StorePool, ARefusalOfTheOperationItselfIsNotRepeated) {
  auto attempts = std::make_shared<std::atomic<int>>(0);
  std::optional<Result<void>> answer;
  begin(pool_->run(Operation{"refuses"}, Pool::Work<void>([attempts](Connection& connection) -> Result<void> {
                     ++*attempts;
                     DD_TRY_VOID(insert_meeting(connection, "m"));
                     return make_error(Errc::kConflict, "not now");
                   })),
        answer);
  ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->error().code, Errc::kConflict);
  EXPECT_EQ(*attempts, 1);
  EXPECT_EQ(count("meeting_status"), 0u);
}

TEST_P(StorePool, APoolThatEndsAnswersWhoeverWaits) {
  auto gate = std::make_shared<Gate>();
  std::vector<std::optional<Result<void>>> answers(8);
  for (auto& answer : answers) {
    begin(pool_->run(Operation{"waits"}, Pool::Work<void>([gate](Connection&) {
                       gate->pass();
                       return ok();
                     })),
          answer);
  }
  ASSERT_TRUE(run_until([&] { return gate->entered(); }));
  gate->open();
  pool_.reset();
  EXPECT_TRUE(run_until([&] {
    for (const auto& answer : answers) {
      if (!answer) return false;
    }
    return true;
  }));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StorePool, ::testing::Values(DatabaseKind::kSqlite));
INSTANTIATE_TEST_SUITE_P(Mariadb, StorePool, ::testing::Values(DatabaseKind::kMysql));

class MariadbPool : public StorePool {};

TEST_P(MariadbPool, ADeadlockIsRepeatedUntilBothSucceed) {
  execute("INSERT INTO meeting_status (meeting_id, enabled) VALUES ('a', 0), ('b', 0)");
  auto arrived = std::make_shared<std::atomic<int>>(0);
  auto attempts = std::make_shared<std::atomic<int>>(0);
  const auto crossing = [&](const std::string& one, const std::string& other) {
    return pool_->run(Operation{"crosses"}, Pool::Work<void>([=](Connection& connection) -> Result<void> {
                        const char* sql = "UPDATE meeting_status SET enabled = enabled + 1 WHERE meeting_id = ?";
                        ++*attempts;
                        DD_TRY_VOID(connection.execute(sql, {one}));
                        // Both hold one row the first time; afterwards nobody waits.
                        ++*arrived;
                        while (*arrived < 2) std::this_thread::yield();
                        DD_TRY_VOID(connection.execute(sql, {other}));
                        return ok();
                      }));
  };
  std::vector<Task<Result<void>>> tasks;
  tasks.push_back(crossing("a", "b"));
  tasks.push_back(crossing("b", "a"));
  for (const auto& answer : run_all(std::move(tasks))) EXPECT_TRUE(answer.has_value());
  EXPECT_GE(*attempts, 3);
  EXPECT_EQ(rows("SELECT meeting_id, enabled FROM meeting_status ORDER BY meeting_id", 2), (std::vector<Row>{{"a", "2"}, {"b", "2"}}));
}

TEST_P(MariadbPool, ACommitThatHangsIsReportedAsOfUnknownOutcome) {
  auto blocker = std::make_shared<Connection>(settings_);
  ASSERT_TRUE(blocker->open().has_value());
  std::optional<Result<void>> answer;
  const auto began = loop_.now();
  begin(pool_->run(impatient("hangs"), Pool::Work<void>([blocker](Connection& connection) -> Result<void> {
                     DD_TRY_VOID(insert_meeting(connection, "maybe"));
                     DD_TRY_VOID(blocker->execute("FLUSH TABLES WITH READ LOCK"));  // holds commits back, everybody's
                     return ok();
                   })),
        answer);
  ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
  EXPECT_LT(loop_.now() - began, 1s);
  ASSERT_FALSE(answer->has_value());
  EXPECT_EQ(answer->error().code, Errc::kDeadlineExceeded);
  ASSERT_TRUE(blocker->execute("UNLOCK TABLES").has_value());
  EXPECT_TRUE(run_until([&] { return count("meeting_status") == 1; })) << "this time it was written";
}

INSTANTIATE_TEST_SUITE_P(Mariadb, MariadbPool, ::testing::Values(DatabaseKind::kMysql));

}  // namespace
}  // namespace dd::store::testing
