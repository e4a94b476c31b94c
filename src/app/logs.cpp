// SPDX-License-Identifier: MIT
#include "app/logs.hpp"

#include "observe/log.hpp"

namespace dd::app {
namespace {

observe::LogLevel level_of(const std::string& name) {
  if (name == "trace") return observe::LogLevel::kTrace;
  if (name == "debug") return observe::LogLevel::kDebug;
  if (name == "warn") return observe::LogLevel::kWarn;
  if (name == "error") return observe::LogLevel::kError;
  return observe::LogLevel::kInfo;
}

}  // namespace

void start_logs(const config::Loaded& loaded) {
  observe::set_log_level(level_of(loaded.settings.logs.level));
  observe::set_log_format(loaded.settings.logs.format == "json" ? observe::LogFormat::kJson : observe::LogFormat::kLogfmt);
  for (const auto& warning : loaded.warnings) observe::log_warn("configuration", {{"warning", warning}});
}

}  // namespace dd::app
