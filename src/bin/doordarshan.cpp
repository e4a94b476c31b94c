// SPDX-License-Identifier: MIT
// The media server's program: reads the command line and the configuration, then runs until a signal ends it.
#include <fmt/format.h>
#include <variant>

#include "app/logs.hpp"
#include "app/paths.hpp"
#include "app/server.hpp"
#include "config/command_line.hpp"

int main(int argc, char** argv) {
  auto read = dd::config::read_command_line(argc, argv, dd::config::process_sources());
  if (const auto* exit = std::get_if<dd::config::Exit>(&read)) {
    fmt::print(exit->code == 0 ? stdout : stderr, "{}", exit->text);
    return exit->code;
  }
  auto& loaded = std::get<dd::config::Loaded>(read);
  dd::app::start_logs(loaded);
  dd::app::find_paths(loaded.settings);
  return dd::app::Server(std::move(loaded.settings)).run();
}
