// SPDX-License-Identifier: MIT
// Connection: one session with the database, its transactions, and statements whose every value is a bound parameter.
// It decides nothing about retries or deadlines (pool.hpp does) and is the only place that meets SOCI and its exceptions.
// Blocking, bounded by the settings' timeouts; used by one thread at a time and never by the control loop's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "store/dialect.hpp"
#include "store/settings.hpp"

namespace dd::store {

using Value = std::variant<std::nullptr_t, std::string, std::int64_t>;
using Row = std::vector<std::string>;  // NULL reads as ""

enum class Isolation { kDefault, kSerializable };

class Connection {
 public:
  explicit Connection(const Settings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const Dialect& dialect() const { return dialect_; }

  Result<void> open();
  void close();
  bool is_open() const;

  // The kind of the most recent failure, kNone after a success.
  Fault fault() const { return fault_; }

  Result<void> begin(Isolation isolation = Isolation::kDefault);
  Result<void> commit();
  void rollback();  // best effort: a connection that cannot roll back is closed, which does the same

  // Each '?' of `sql` is one of `values`. Answers the number of rows affected (MySQL counts an overwritten row twice).
  Result<std::size_t> execute(std::string_view sql, std::vector<Value> values = {});
  Result<std::vector<Row>> query(std::string_view sql, std::vector<Value> values, std::size_t columns);

  // `head` VALUES (?, ...), (?, ...) `tail`, as few statements as the databases' limits allow. `values` holds the rows
  // one after another.
  Result<std::size_t> insert(std::string_view head, std::size_t columns, std::vector<Value> values, std::string_view tail = {});
  // `head` (?, ?, ...) `tail`, for DELETE ... IN and SELECT ... IN over any number of keys.
  Result<std::size_t> execute_in(std::string_view head, const std::vector<std::string>& keys);
  Result<std::vector<Row>> query_in(std::string_view head, const std::vector<std::string>& keys, std::string_view tail,
                                    std::size_t columns);

 private:
  struct Session;

  template <typename Work>
  auto guarded(Work work) -> Result<decltype(work())>;
  Error fail(Fault fault, std::string message);

  const Settings& settings_;
  Dialect dialect_;
  Fault fault_ = Fault::kNone;
  std::unique_ptr<Session> session_;
};

}  // namespace dd::store
