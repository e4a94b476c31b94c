// SPDX-License-Identifier: MIT
#include "store/connection.hpp"

#include <fmt/format.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <deque>
#include <mutex>

#include "observe/log.hpp"

namespace dd::store {
namespace {

// SQLite allows 32766 parameters in a statement; a MySQL packet of this many ids stays far below its default 16 MiB.
constexpr std::size_t kMaxValues = 3000;

// SOCI wants distinct names; '?' becomes :p0, :p1, ... No statement of ours has a '?' inside a literal.
std::string named_parameters(std::string_view sql) {
  std::string text;
  text.reserve(sql.size() + 64);
  std::size_t next = 0;
  for (char c : sql) {
    if (c == '?') {
      fmt::format_to(std::back_inserter(text), ":p{}", next++);
    } else {
      text += c;
    }
  }
  return text;
}

std::string placeholders(std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ",?";
  return text + ")";
}

// SOCI's MySQL connection string: 'value' with a backslash before quotes and backslashes.
std::string quoted(std::string_view value) {
  std::string text = "'";
  for (char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

std::string mysql_parameters(const Settings& settings) {
  std::string text =
      fmt::format("db={} user={} password={} charset=utf8mb4 local_infile=0 connect_timeout={} read_timeout={} write_timeout={}",
                  quoted(settings.database), quoted(settings.user), quoted(settings.password), settings.connect_timeout.count(),
                  settings.statement_timeout.count(), settings.statement_timeout.count());
  if (!settings.unix_socket.empty()) {
    text += fmt::format(" unix_socket={}", quoted(settings.unix_socket));
  } else {
    text += fmt::format(" host={} port={}", quoted(settings.host), settings.port);
  }
  if (!settings.tls_ca.empty()) text += fmt::format(" sslca={}", quoted(settings.tls_ca));
  return text;
}

// The values of one statement, at addresses that stay while it runs.
struct Bindings {
  std::deque<std::string> texts;
  std::deque<long long> numbers;
  std::deque<soci::indicator> nulls;

  void add(soci::statement& statement, Value value) {
    if (auto* text = std::get_if<std::string>(&value)) {
      statement.exchange(soci::use(texts.emplace_back(std::move(*text))));
    } else if (auto* number = std::get_if<std::int64_t>(&value)) {
      statement.exchange(soci::use(numbers.emplace_back(*number)));
    } else {
      statement.exchange(soci::use(numbers.emplace_back(0), nulls.emplace_back(soci::i_null)));
    }
  }
};

}  // namespace

struct Connection::Session {
  soci::session sql;

  sqlite_api::sqlite3* sqlite() { return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_; }
};

Connection::Connection(const Settings& settings) : settings_(settings), dialect_(settings.kind) {}
Connection::~Connection() { close(); }

bool Connection::is_open() const { return session_ != nullptr; }

Error Connection::fail(Fault fault, std::string message) {
  fault_ = fault;
  switch (fault) {
    case Fault::kDuplicate: return make_error(Errc::kConflict, "a row with this key exists already");
    case Fault::kMissingReference: return make_error(Errc::kNotFound, "something this refers to is not in the database");
    case Fault::kContention: return unavailable("the database is busy");
    case Fault::kLost:
    case Fault::kMissingTable: return unavailable("the database is away: " + message);
    case Fault::kNone:
    case Fault::kOther: break;
  }
  // For the operator; a caller of ours learns nothing about tables.
  observe::log_error("store_statement_refused", {{"reason", message}});
  return make_error(Errc::kInternal, "the database refused a statement");
}

// Runs `work`, turning SOCI's exceptions into errors; nothing of SOCI passes beyond this function.
template <typename Work>
auto Connection::guarded(Work work) -> Result<decltype(work())> {
  if (!session_) return fail(Fault::kLost, "not connected");
  fault_ = Fault::kNone;
  try {
    return work();
  } catch (const soci::mysql_soci_error& error) {
    return fail(mysql_fault(error.err_num_), error.get_error_message());
  } catch (const soci::sqlite3_soci_error& error) {
    // SOCI keeps the primary code only; the connection still has the extended one.
    const int extended = sqlite_api::sqlite3_extended_errcode(session_->sqlite());
    const int result = (extended & 0xff) == (error.result() & 0xff) ? extended : error.result();
    const auto message = error.get_error_message();
    const bool no_table = message.find("no such table") != std::string::npos;
    return fail(no_table ? Fault::kMissingTable : sqlite_fault(result), message);
  } catch (const soci::soci_error& error) {
    return fail(Fault::kOther, error.get_error_message());
  }
}

Result<void> Connection::open() {
  close();
  fault_ = Fault::kNone;
  auto session = std::make_unique<Session>();
  try {
    if (settings_.kind == DatabaseKind::kMysql) {
      // The client library's own start is not safe from two threads at once.
      static std::once_flag library_started;
      std::call_once(library_started, [] { mysql_server_init(0, nullptr, nullptr); });
      session->sql.open(soci::mysql, mysql_parameters(settings_));
      // READ COMMITTED takes no gap locks, which would make unrelated joins deadlock with each other.
      session->sql << "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
      session->sql << "SET SESSION innodb_lock_wait_timeout = 1, sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'";
    } else {
      session->sql.open(soci::sqlite3, fmt::format("dbname=\"{}\"", settings_.path));
      session->sql << "PRAGMA busy_timeout = 400";
      session->sql << "PRAGMA journal_mode = WAL";
      session->sql << "PRAGMA synchronous = NORMAL";
      session->sql << "PRAGMA foreign_keys = ON";
      session->sql << "PRAGMA journal_size_limit = 16777216";
      // The heart checkpoints beside the writer, who would otherwise pause for it in a transaction out of a hundred; this is
      // the bound should the heart stop (32 MiB).
      session->sql << "PRAGMA wal_autocheckpoint = 8192";
      session->sql << "PRAGMA temp_store = MEMORY";  // also the journals of single statements
    }
  } catch (const soci::mysql_soci_error& error) {
    // Whatever the number, a database that cannot be opened is away; it may be repaired while we run.
    return fail(Fault::kLost, fmt::format("{} ({})", error.get_error_message(), error.err_num_));
  } catch (const soci::soci_error& error) {
    return fail(Fault::kLost, error.get_error_message());
  }
  session_ = std::move(session);
  return ok();
}

void Connection::close() {
  try {
    session_.reset();
  } catch (const soci::soci_error&) {
    // The session is gone either way.
  }
}

Result<void> Connection::begin(Isolation isolation) {
  if (settings_.kind == DatabaseKind::kSqlite) {
    // IMMEDIATE takes the write lock now: a transaction that upgrades later cannot be retried by waiting.
    DD_TRY_VOID(execute("BEGIN IMMEDIATE"));
    return ok();
  }
  if (isolation == Isolation::kSerializable) {
    DD_TRY_VOID(execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"));
  }
  DD_TRY_VOID(execute("START TRANSACTION READ WRITE"));
  return ok();
}

Result<void> Connection::commit() {
  DD_TRY_VOID(execute("COMMIT"));
  return ok();
}

void Connection::rollback() {
  if (!session_) return;
  const Fault cause = fault_;
  // SQLite has already rolled back after some errors, and then says that there is no transaction.
  if (cause == Fault::kLost || (!execute("ROLLBACK") && settings_.kind == DatabaseKind::kMysql)) close();
  fault_ = cause;
}

Result<std::size_t> Connection::execute(std::string_view sql, std::vector<Value> values) {
  const auto text = named_parameters(sql);
  return guarded([&] {
    Bindings bindings;
    soci::statement statement(session_->sql);
    for (auto& value : values) bindings.add(statement, std::move(value));
    statement.alloc();
    statement.prepare(text);
    statement.define_and_bind();
    statement.execute(true);
    return static_cast<std::size_t>(std::max<long long>(0, statement.get_affected_rows()));
  });
}

Result<std::vector<Row>> Connection::query(std::string_view sql, std::vector<Value> values, std::size_t columns) {
  const auto text = named_parameters(sql);
  return guarded([&] {
    Bindings bindings;
    Row row(columns);
    std::vector<soci::indicator> indicators(columns, soci::i_ok);
    soci::statement statement(session_->sql);
    for (std::size_t i = 0; i < columns; ++i) statement.exchange(soci::into(row[i], indicators[i]));
    for (auto& value : values) bindings.add(statement, std::move(value));
    statement.alloc();
    statement.prepare(text);
    statement.define_and_bind();
    std::vector<Row> rows;
    for (bool more = statement.execute(true); more; more = statement.fetch()) {
      for (std::size_t i = 0; i < columns; ++i) {
        if (indicators[i] == soci::i_null) row[i].clear();
      }
      rows.push_back(row);
    }
    return rows;
  });
}

Result<std::size_t> Connection::insert(std::string_view head, std::size_t columns, std::vector<Value> values, std::string_view tail) {
  const std::size_t rows_at_once = std::max<std::size_t>(1, kMaxValues / columns);
  const auto one_row = placeholders(columns);
  std::size_t affected = 0;
  for (std::size_t first = 0; first < values.size();) {
    const std::size_t count = std::min(rows_at_once * columns, values.size() - first);
    std::string sql = fmt::format("{} VALUES ", head);
    for (std::size_t row = 0; row < count / columns; ++row) {
      if (row != 0) sql += ',';
      sql += one_row;
    }
    sql += tail;
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<Value> chunk(std::make_move_iterator(begin), std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count)));
    DD_TRY(const auto written, execute(sql, std::move(chunk)));
    affected += written;
    first += count;
  }
  return affected;
}

Result<std::size_t> Connection::execute_in(std::string_view head, const std::vector<std::string>& keys) {
  std::size_t affected = 0;
  for (std::size_t first = 0; first < keys.size(); first += kMaxValues) {
    const std::size_t count = std::min(kMaxValues, keys.size() - first);
    std::vector<Value> values(keys.begin() + static_cast<std::ptrdiff_t>(first), keys.begin() + static_cast<std::ptrdiff_t>(first + count));
    DD_TRY(const auto written, execute(fmt::format("{} {}", head, placeholders(count)), std::move(values)));
    affected += written;
  }
  return affected;
}

Result<std::vector<Row>> Connection::query_in(std::string_view head, const std::vector<std::string>& keys, std::string_view tail,
                                              std::size_t columns) {
  std::vector<Row> rows;
  for (std::size_t first = 0; first < keys.size(); first += kMaxValues) {
    const std::size_t count = std::min(kMaxValues, keys.size() - first);
    std::vector<Value> values(keys.begin() + static_cast<std::ptrdiff_t>(first), keys.begin() + static_cast<std::ptrdiff_t>(first + count));
    DD_TRY(auto some, query(fmt::format("{} {}{}", head, placeholders(count), tail), std::move(values), columns));
    rows.insert(rows.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return rows;
}

}  // namespace dd::store
