// SPDX-License-Identifier: MIT
#include "store/dialect.hpp"

#include <gtest/gtest.h>

namespace dd::store {
namespace {

TEST(Dialect, KeepsAnExistingRowWithoutHidingOtherErrors) {
  EXPECT_EQ(Dialect(DatabaseKind::kMysql).keep_existing("a, b"), " ON DUPLICATE KEY UPDATE a = a");
  EXPECT_EQ(Dialect(DatabaseKind::kSqlite).keep_existing("a, b"), " ON CONFLICT (a, b) DO NOTHING");
}

TEST(Dialect, OverwritesTheNamedColumnsOnly) {
  EXPECT_EQ(Dialect(DatabaseKind::kMysql).overwrite("k", "a, b"), " ON DUPLICATE KEY UPDATE a = VALUES(a), b = VALUES(b)");
  EXPECT_EQ(Dialect(DatabaseKind::kSqlite).overwrite("k", "a, b"), " ON CONFLICT (k) DO UPDATE SET a = excluded.a, b = excluded.b");
}

TEST(Dialect, AddsToAnExistingRow) {
  EXPECT_EQ(Dialect(DatabaseKind::kMysql).accumulate("t", "a, b", "n"), " ON DUPLICATE KEY UPDATE n = n + VALUES(n)");
  EXPECT_EQ(Dialect(DatabaseKind::kSqlite).accumulate("t", "a, b", "n"), " ON CONFLICT (a, b) DO UPDATE SET n = t.n + excluded.n");
}

TEST(Dialect, TellsWhatIsWorthRepeatingFromWhatIsLost) {
  EXPECT_EQ(mysql_fault(1062), Fault::kDuplicate);
  EXPECT_EQ(mysql_fault(1452), Fault::kMissingReference);
  EXPECT_EQ(mysql_fault(1213), Fault::kContention);
  EXPECT_EQ(mysql_fault(1205), Fault::kContention);
  EXPECT_EQ(mysql_fault(2013), Fault::kLost);
  EXPECT_EQ(mysql_fault(1290), Fault::kLost);
  EXPECT_EQ(mysql_fault(1146), Fault::kMissingTable);
  EXPECT_EQ(mysql_fault(1064), Fault::kOther);
  EXPECT_EQ(sqlite_fault(1555), Fault::kDuplicate);
  EXPECT_EQ(sqlite_fault(2067), Fault::kDuplicate);
  EXPECT_EQ(sqlite_fault(787), Fault::kMissingReference);
  EXPECT_EQ(sqlite_fault(5 | 2 << 8), Fault::kContention);  // SQLITE_BUSY_SNAPSHOT
  EXPECT_EQ(sqlite_fault(13), Fault::kLost);
  EXPECT_EQ(sqlite_fault(1), Fault::kOther);
}

}  // namespace
}  // namespace dd::store
