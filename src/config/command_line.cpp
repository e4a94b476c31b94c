// SPDX-License-Identifier: MIT
// CLI11 does the parsing, the rows say what there is to parse; CLI11's exceptions end here.
#include "config/command_line.hpp"

#include <unistd.h>

#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/version.hpp"
#include "config/render.hpp"
#include "config/schema.hpp"

extern char** environ;  // POSIX wants the program to declare it

namespace dd::config {
namespace {

std::string flag_help(const Row& row) {
  const Settings defaults;
  std::string text = plain_text(row.help);
  if (const std::string bounds = bounds_text(row); !bounds.empty() && row.choices.empty()) text += fmt::format(" [{}]", bounds);
  if (!row.choices.empty()) text += fmt::format(" One of {}.", bounds_text(row));
  const std::string value = value_text(row, defaults);
  if (!row.default_note.empty()) return text + fmt::format(" Default: {}.", plain_text(row.default_note));
  return value.empty() ? text : text + fmt::format(" Default: {}.", value);
}

}  // namespace

std::variant<Loaded, Exit> read_command_line(int argc, const char* const* argv, Sources sources) {
  CLI::App app{"Doordarshan Media Server: forwards real-time audio and video between browsers.", "doordarshan"};
  app.footer(
      "Each flag is also an environment variable (--server-port is SERVER_PORT), also in config/<ENV>.env and .env.\nSecrets are read from "
      "those only.\nFor tenants, keys, quotas, usage and tokens: doordarshan tenant --help, doordarshan token --help.");
  bool version = false;
  bool check = false;
  bool print = false;
  app.add_flag("--version", version, "Print the version and exit.");
  app.add_flag("--check-config", check, "Read the configuration, say whether it is right, and exit.");
  app.add_flag("--print-config", print, "Print every setting's value, secrets as ***, and exit.");
  std::map<std::string, std::string> given;
  for (const Row& row : rows()) {
    if (row.secrecy == Secrecy::kSecret) continue;
    app.add_option(flag_name(row), given[std::string(row.name)], flag_help(row))
        ->group(std::string(row.section))
        ->type_name(std::string(type_name(row)));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Exit{0, app.help()};
  } catch (const CLI::ParseError& error) {
    return Exit{2, fmt::format("{}\nTry --help.\n", error.what())};
  }
  if (version) return Exit{0, fmt::format("doordarshan {}\n", kVersion)};

  for (const Row& row : rows()) {
    if (row.secrecy == Secrecy::kSecret || app.count(flag_name(row)) == 0) continue;
    sources.flags[std::string(row.name)] = given[std::string(row.name)];
  }
  auto loaded = load(sources);
  if (!loaded) return Exit{2, fmt::format("configuration: {}\n", loaded.error().message)};
  if (print) return Exit{0, settings_text(loaded->settings)};
  if (check) {
    std::string text = "configuration: ok\n";
    for (const std::string& warning : loaded->warnings) text += fmt::format("warning: {}\n", warning);
    return Exit{0, text};
  }
  return std::move(*loaded);
}

Sources process_sources() {
  Sources sources;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  std::error_code ignored;
  sources.directory = std::filesystem::current_path(ignored);
  sources.cores = std::thread::hardware_concurrency();
  return sources;
}

}  // namespace dd::config
