// SPDX-License-Identifier: MIT
// The server's program: reads the command line and the configuration, then runs until a signal ends it, or administrates and ends.
#include <fmt/format.h>
#include <variant>

#include "app/admin.hpp"
#include "app/logs.hpp"
#include "app/paths.hpp"
#include "app/server.hpp"
#include "config/admin_command.hpp"
#include "config/command_line.hpp"

namespace {

int end(const dd::config::Exit& exit) {
  fmt::print(exit.code == 0 ? stdout : stderr, "{}", exit.text);
  return exit.code;
}

}  // namespace

int main(int argc, char** argv) {
  if (dd::config::is_admin_command(argc, argv)) {
    auto asked = dd::config::read_admin_command(argc, argv, dd::config::process_sources());
    if (const auto* exit = std::get_if<dd::config::Exit>(&asked)) return end(*exit);
    auto& administration = std::get<dd::config::Administration>(asked);
    dd::app::find_paths(administration.loaded.settings);
    return dd::app::run_administration(std::move(administration));
  }
  auto read = dd::config::read_command_line(argc, argv, dd::config::process_sources());
  if (const auto* exit = std::get_if<dd::config::Exit>(&read)) return end(*exit);
  auto& loaded = std::get<dd::config::Loaded>(read);
  dd::app::start_logs(loaded);
  dd::app::find_paths(loaded.settings);
  return dd::app::Server(std::move(loaded.settings)).run();
}
