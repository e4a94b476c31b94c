// SPDX-License-Identifier: MIT
// What the store's contract tests share: a fresh database of each kind, stores on it, and a look at its rows.
// It runs the control loop on the test's own thread, until an answer is there; no test sleeps.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/asio_loop.hpp"
#include "base/completion.hpp"
#include "base/task.hpp"
#include "observe/metrics.hpp"
#include "store/connection.hpp"
#include "store/store.hpp"
#include "store/testing/mariadb_server.hpp"

namespace dd::store::testing {

using namespace std::chrono_literals;
using meeting::ConsumerRow;
using meeting::Insertion;
using meeting::MeetingRows;
using meeting::ProducerRow;
using meeting::ReconcileReport;
using meeting::RouterRole;
using meeting::ServerRow;
using meeting::Snapshot;
using meeting::TransportRole;
using meeting::TransportRow;

// The one MariaDB of this program, started when first asked for.
MariadbServer& mariadb();

class StoreContract : public ::testing::TestWithParam<DatabaseKind> {
 protected:
  StoreContract();
  ~StoreContract() override;

  bool is_mysql() const { return GetParam() == DatabaseKind::kMysql; }

  // Another store on the same database, available and with the server registered.
  std::unique_ptr<Store> open_store(const ServerRow& server);
  // As a pool thread sees it: nothing registered, not waited for.
  std::unique_ptr<Store> start_store();

  template <typename T>
  T run(Task<T> task) {
    std::optional<T> answer;
    spawn(keep_answer(std::move(task), answer));
    EXPECT_TRUE(run_until([&] { return answer.has_value(); })) << "no answer within 20 s";
    return std::move(answer.value());
  }
  void run(Task<void> task);
  template <typename T>
  std::vector<T> run_all(std::vector<Task<T>> tasks) {
    std::vector<std::optional<T>> answers(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) spawn(keep_answer(std::move(tasks[i]), answers[i]));
    EXPECT_TRUE(run_until([&] {
      for (const auto& answer : answers) {
        if (!answer) return false;
      }
      return true;
    }));
    std::vector<T> all;
    for (auto& answer : answers) all.push_back(std::move(answer.value()));
    return all;
  }
  bool run_until(const std::function<bool()>& condition, Duration limit = 20s);

  // Straight into the database, past the store.
  std::vector<Row> rows(const std::string& sql, std::size_t columns = 1);
  std::size_t count(const std::string& table, const std::string& where = "1 = 1");
  void execute(const std::string& sql);
  // For tests that change the schema: the next one starts with a database of its own.
  void spoil_database() { reusable().clear(); }
  std::size_t all_meeting_rows();  // of every table that a meeting can have rows in

  // A meeting on the registered server, with a producer router <id>-p and a consumer router <id>-c.
  static MeetingRows meeting_rows(const std::string& id, const std::string& server = "server");
  static ServerRow server_row(const std::string& id = "server");
  static TransportRow transport(const std::string& meeting, const std::string& participant, TransportRole role, const std::string& id,
                                const std::string& instance = "i1");
  static ProducerRow producer(const std::string& meeting, const std::string& participant, const std::string& id,
                              const std::string& transport, const std::string& kind = "video");
  static ConsumerRow consumer(const std::string& meeting, const std::string& participant, const std::string& target, const std::string& id,
                              const std::string& transport, const std::string& kind = "video");

  // "m" with alice (producer transport at, camera ac) and bob (both transports bt, bct, watching alice with bc).
  void fill_meeting();
  static Snapshot filled_snapshot();

  AsioLoop loop_;
  observe::Metrics metrics_;
  Settings settings_;
  std::unique_ptr<Connection> database_;
  std::unique_ptr<Store> store_;
  int available_calls_ = 0;

 private:
  template <typename T>
  static Task<void> keep_answer(Task<T> task, std::optional<T>& answer) {
    answer.emplace(co_await std::move(task));
  }

  // The MariaDB database that the previous test has left with the present schema; empty when there is none.
  static std::string& reusable();

  std::string folder_;
};

}  // namespace dd::store::testing
