// SPDX-License-Identifier: MIT
#include "store/dialect.hpp"

#include <fmt/format.h>

namespace dd::store {
namespace {

std::string assignments(std::string_view columns, std::string_view before, std::string_view after) {
  std::string text;
  while (!columns.empty()) {
    const auto comma = columns.find(',');
    auto column = columns.substr(0, comma);
    columns = comma == std::string_view::npos ? std::string_view() : columns.substr(comma + 1);
    while (!column.empty() && column.front() == ' ') column.remove_prefix(1);
    fmt::format_to(std::back_inserter(text), "{}{} = {}{}{}", text.empty() ? "" : ", ", column, before, column, after);
  }
  return text;
}

}  // namespace

// Numbers from MySQL's and MariaDB's error references; 2xxx are the client library's own.
Fault mysql_fault(unsigned error_number) {
  switch (error_number) {
    case 1062:  // ER_DUP_ENTRY
    case 1586:  // ER_DUP_ENTRY_WITH_KEY_NAME
      return Fault::kDuplicate;
    case 1216:  // ER_NO_REFERENCED_ROW
    case 1452:  // ER_NO_REFERENCED_ROW_2
      return Fault::kMissingReference;
    case 1020:  // ER_CHECKREAD: the row changed since it was read
    case 1205:  // ER_LOCK_WAIT_TIMEOUT
    case 1213:  // ER_LOCK_DEADLOCK
    case 1412:  // ER_TABLE_DEF_CHANGED: a migration ran beside us
    case 3572:  // ER_LOCK_NOWAIT
      return Fault::kContention;
    case 1146:  // ER_NO_SUCH_TABLE
    case 1046:  // ER_NO_DB_ERROR
      return Fault::kMissingTable;
    case 1021:  // ER_DISK_FULL
    case 1040:  // ER_CON_COUNT_ERROR
    case 1042:  // ER_BAD_HOST_ERROR
    case 1044:  // ER_DBACCESS_DENIED_ERROR
    case 1045:  // ER_ACCESS_DENIED_ERROR
    case 1049:  // ER_BAD_DB_ERROR
    case 1053:  // ER_SERVER_SHUTDOWN
    case 1129:  // ER_HOST_IS_BLOCKED
    case 1152:  // ER_ABORTING_CONNECTION
    case 1158:  // ER_NET_READ_ERROR
    case 1159:  // ER_NET_READ_INTERRUPTED
    case 1160:  // ER_NET_ERROR_ON_WRITE
    case 1161:  // ER_NET_WRITE_INTERRUPTED
    case 1203:  // ER_TOO_MANY_USER_CONNECTIONS
    case 1290:  // ER_OPTION_PREVENTS_STATEMENT: the server became read-only
    case 1836:  // ER_READ_ONLY_MODE
    case 1927:  // ER_CONNECTION_KILLED
    case 2000:  // CR_UNKNOWN_ERROR
    case 2001:  // CR_SOCKET_CREATE_ERROR
    case 2002:  // CR_CONNECTION_ERROR
    case 2003:  // CR_CONN_HOST_ERROR
    case 2004:  // CR_IPSOCK_ERROR
    case 2005:  // CR_UNKNOWN_HOST
    case 2006:  // CR_SERVER_GONE_ERROR
    case 2012:  // CR_SERVER_HANDSHAKE_ERR
    case 2013:  // CR_SERVER_LOST
    case 2014:  // CR_COMMANDS_OUT_OF_SYNC: an answer was cut short
    case 2026:  // CR_SSL_CONNECTION_ERROR
    case 2027:  // CR_MALFORMED_PACKET
    case 2055:  // CR_SERVER_LOST_EXTENDED
      return Fault::kLost;
    default: return Fault::kOther;
  }
}

// https://www.sqlite.org/rescode.html; the low byte is the primary code.
Fault sqlite_fault(int extended_result) {
  switch (extended_result) {
    case 787:  // SQLITE_CONSTRAINT_FOREIGNKEY
      return Fault::kMissingReference;
    case 1555:  // SQLITE_CONSTRAINT_PRIMARYKEY
    case 2067:  // SQLITE_CONSTRAINT_UNIQUE
    case 2579:  // SQLITE_CONSTRAINT_ROWID
      return Fault::kDuplicate;
    default: break;
  }
  switch (extended_result & 0xff) {
    case 5:  // SQLITE_BUSY
    case 6:  // SQLITE_LOCKED
      return Fault::kContention;
    case 8:   // SQLITE_READONLY
    case 10:  // SQLITE_IOERR
    case 11:  // SQLITE_CORRUPT
    case 13:  // SQLITE_FULL
    case 14:  // SQLITE_CANTOPEN
    case 26:  // SQLITE_NOTADB
      return Fault::kLost;
    default: return Fault::kOther;
  }
}

std::string Dialect::keep_existing(std::string_view key) const {
  if (kind_ == DatabaseKind::kMysql) {
    const auto first = key.substr(0, key.find(','));
    return fmt::format(" ON DUPLICATE KEY UPDATE {0} = {0}", first);
  }
  return fmt::format(" ON CONFLICT ({}) DO NOTHING", key);
}

std::string Dialect::overwrite(std::string_view key, std::string_view columns) const {
  if (kind_ == DatabaseKind::kMysql) return " ON DUPLICATE KEY UPDATE " + assignments(columns, "VALUES(", ")");
  return fmt::format(" ON CONFLICT ({}) DO UPDATE SET {}", key, assignments(columns, "excluded.", ""));
}

std::string Dialect::accumulate(std::string_view table, std::string_view key, std::string_view column) const {
  if (kind_ == DatabaseKind::kMysql) return fmt::format(" ON DUPLICATE KEY UPDATE {0} = {0} + VALUES({0})", column);
  return fmt::format(" ON CONFLICT ({0}) DO UPDATE SET {1} = {2}.{1} + excluded.{1}", key, column, table);
}

std::string_view Dialect::now_milliseconds() const {
  // By UTC: UNIX_TIMESTAMP(NOW(3)) would go back an hour with the session's time zone in autumn.
  return kind_ == DatabaseKind::kMysql ? "TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000"
                                       : "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";
}

std::string_view Dialect::table_options() const {
  return kind_ == DatabaseKind::kMysql ? " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "";
}

}  // namespace dd::store
