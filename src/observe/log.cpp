// SPDX-License-Identifier: MIT
// Renders a record as one line of logfmt or JSON and hands it to spdlog, which stamps it and serialises the threads.
// The only file that includes spdlog. A value is redacted before it is quoted, so no format can bring a secret back.
#include "observe/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <mutex>

#include "observe/redact.hpp"

namespace dd::observe {
namespace {

constexpr std::size_t kMaxValue = 2048;  // characters of one value; a longer one is cut, so that no input makes a line endless

std::atomic<LogFormat> format_in_use{LogFormat::kLogfmt};

std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format) {
  const char* pattern =
      format == LogFormat::kJson ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v";
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc);
}

// A test's listener; spdlog's own base keeps its threads apart.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view text(line.data(), line.size());
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    write_(text);
  }
  void flush_() override {}

  std::function<void(std::string_view)> write_;
};

// Leaked on purpose: a log line from a destructor at exit must still find its logger.
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    auto* created = new spdlog::logger("doordarshan", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    created->set_formatter(formatter_for(LogFormat::kLogfmt));
    created->set_level(spdlog::level::info);
    created->flush_on(spdlog::level::trace);
    return created;
  }();
  return *instance;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return spdlog::level::trace;
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Quoted the JSON way, which logfmt readers understand too. Bytes above 0x7f pass; control characters never do.
void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

bool is_bare(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  }
  return true;
}

void append_pair(std::string& out, LogFormat format, std::string_view key, std::string_view value) {
  if (!out.empty()) out += format == LogFormat::kJson ? ',' : ' ';
  if (format == LogFormat::kJson) {
    append_quoted(out, key);
    out += ':';
    append_quoted(out, value);
    return;
  }
  out += key;
  out += '=';
  if (is_bare(value)) {
    out += value;
  } else {
    append_quoted(out, value);
  }
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(spdlog_level(level)); }

void set_log_format(LogFormat format) {
  format_in_use = format;
  logger().set_formatter(formatter_for(format));
}

void set_log_output_for_test(std::function<void(std::string_view line)> write) {
  auto& sinks = logger().sinks();
  sinks.clear();
  if (write) {
    sinks.push_back(std::make_shared<FunctionSink>(std::move(write)));
  } else {
    sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  }
  logger().set_formatter(formatter_for(format_in_use));
}

void log(LogLevel level, std::string_view event, LogFields fields) {
  spdlog::logger& out = logger();
  const auto severity = spdlog_level(level);
  if (!out.should_log(severity)) return;
  const LogFormat format = format_in_use;
  std::string line;
  append_pair(line, format, "event", event);
  for (const LogField& field : fields) {
    if (is_refused_field(field.key)) {
      append_pair(line, format, field.key, "[refused]");
      continue;
    }
    std::string value = redacted(std::string_view(field.value).substr(0, kMaxValue));
    if (field.value.size() > kMaxValue) value += "...";
    append_pair(line, format, field.key, value);
  }
  out.log(severity, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace dd::observe
