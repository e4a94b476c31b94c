// SPDX-License-Identifier: MIT
// Structured logs: an event's name and its fields, one line each on stderr; `log_warn("worker_died", {{"worker", id}})`.
// Never a secret, a token, an ICE password or an IP address: fields of such names are refused by redact.cpp, and a test
// runs a call and searches the log. Safe from any thread; set up once by app/.
#pragma once

#include <fmt/format.h>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace dd::observe {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

struct LogField {
  std::string_view key;
  std::string value;

  template <typename T>
  LogField(std::string_view k, const T& v) : key(k), value(render(v)) {}  // NOLINT: converts by design

 private:
  template <typename T>
  static std::string render(const T& v) {
    if constexpr (requires { v.str(); }) {
      return std::string(v.str());
    } else {
      return fmt::format("{}", v);
    }
  }
};

using LogFields = std::initializer_list<LogField>;

void set_log_level(LogLevel level);
void set_log_format(LogFormat format);
// Lines go to `write` instead of stderr, without a line end; an empty function restores stderr. Not for two threads at once.
void set_log_output_for_test(std::function<void(std::string_view line)> write);
void log(LogLevel level, std::string_view event, LogFields fields = {});

inline void log_debug(std::string_view event, LogFields fields = {}) { log(LogLevel::kDebug, event, fields); }
inline void log_info(std::string_view event, LogFields fields = {}) { log(LogLevel::kInfo, event, fields); }
inline void log_warn(std::string_view event, LogFields fields = {}) { log(LogLevel::kWarn, event, fields); }
inline void log_error(std::string_view event, LogFields fields = {}) { log(LogLevel::kError, event, fields); }

}  // namespace dd::observe
