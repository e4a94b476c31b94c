// SPDX-License-Identifier: MIT
// The few words in which SQLite and MySQL differ; every query is otherwise written once.
// It executes nothing. Plain functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "store/settings.hpp"

namespace dd::store {

// What a refused statement means for the operation, whatever the database's own number for it.
enum class Fault {
  kNone,
  kDuplicate,         // a key exists already
  kMissingReference,  // a foreign key names a row that is not there
  kContention,        // deadlock, lock timeout, busy: the same transaction may succeed when run again
  kLost,              // the connection, or the database as a whole
  kMissingTable,      // the schema is gone: somebody emptied the database
  kOther,
};

Fault mysql_fault(unsigned error_number);
Fault sqlite_fault(int extended_result);

class Dialect {
 public:
  explicit Dialect(DatabaseKind kind) : kind_(kind) {}

  DatabaseKind kind() const { return kind_; }

  // Ends an INSERT whose row may exist under `key`: the existing row stays. MySQL's INSERT IGNORE would also hide a
  // missing reference, so it is not used.
  std::string keep_existing(std::string_view key) const;
  // Ends an INSERT whose row may exist under `key` (comma-separated): `columns` (comma-separated) take the new values.
  std::string overwrite(std::string_view key, std::string_view columns) const;
  // Ends an INSERT of increments whose row may exist under `key`: `column` of `table` grows by the new value.
  std::string accumulate(std::string_view table, std::string_view key, std::string_view column) const;
  // The database's own clock, in milliseconds since 1970; an expression.
  std::string_view now_milliseconds() const;
  // Ends a SELECT whose rows must not change until the transaction ends; SQLite's writers exclude each other anyway.
  std::string_view for_update() const { return kind_ == DatabaseKind::kMysql ? " FOR UPDATE" : ""; }
  // Ends a CREATE TABLE. Ids that differ in case are different ids, hence the binary collation.
  std::string_view table_options() const;

 private:
  DatabaseKind kind_;
};

}  // namespace dd::store
