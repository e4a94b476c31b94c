// SPDX-License-Identifier: MIT
// Texts made from the rows, so that the documentation cannot say anything else than the parser does.
#include "config/render.hpp"

#include <fmt/format.h>

#include "config/schema.hpp"

namespace dd::config {
namespace {

constexpr std::string_view kPageHead = R"(# Configuration

<!-- Generated from src/config/schema.cpp; change it there and run the tests once with DD_UPDATE_GENERATED=1. -->

Every setting has one name. Its value is looked for in this order, and the first found counts:

1. the command line: `--server-port 3001` for SERVER_PORT (not for secrets, which would show in the process list);
2. the environment of the process;
3. the file `config/<ENV>.env`, searched from the working directory upwards;
4. the file `.env`, searched likewise;
5. the default.

`--print-config` shows what was found, with secrets as `***`; `--check-config` only judges it. A value out of its bounds,
and a name in a file that is none of these, stop the start with a message that names it. An empty value counts as not given
where the setting may not be empty.

In a file, quotes are syntax and are removed: `'...'` is verbatim, in `"..."` a backslash escapes, an unquoted value ends at
the first blank, and a value that begins with `{` or `[` is taken verbatim to the end of its line. `$` means nothing special.
)";

std::string lower_case(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string default_text(const Row& row, const Settings& defaults) {
  if (!row.default_note.empty()) return std::string(row.default_note);
  const std::string value = value_text(row, defaults);
  return value.empty() ? "empty" : fmt::format("`{}`", value);
}

// Quoted whenever the parser would read it differently.
std::string file_value(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain = plain && std::string_view(" \t'\"\\#").find(c) == std::string_view::npos;
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string plain_text(std::string_view markdown) {
  std::string out;
  for (const char c : markdown) {
    if (c != '`') out += c;
  }
  return out;
}

std::string configuration_page() {
  const Settings defaults;
  std::string page(kPageHead);
  std::string_view section;
  for (const Row& row : rows()) {
    if (row.section != section) {
      section = row.section;
      page += fmt::format("\n## {}\n\n| name | type | default | bounds | meaning |\n|---|---|---|---|---|\n", section);
    }
    page += fmt::format("| {} | {}{} | {} | {} | {} |\n", row.name, type_name(row), row.secrecy == Secrecy::kSecret ? ", secret" : "",
                        cell(default_text(row, defaults)), cell(bounds_text(row)), cell(row.help));
  }
  page += "\n## Other names\n\n";
  page +=
      "RTC_PORT_RANGE_START is read as RTC_PORT_BASE, and RUST_LOG as LOG_LEVEL when it can be; both are names of the reference media "
      "server.\n";
  page += "These of its names are accepted and do nothing:\n\n| name | why |\n|---|---|\n";
  for (const IgnoredName& ignored : ignored_names()) page += fmt::format("| {} | {} |\n", cell(ignored.name), cell(ignored.reason));
  return page;
}

std::string example_file() {
  const Settings defaults;
  std::string text =
      "# Every setting with its default. Copy this file to config/local.env and change what you need; with ENV=production\n"
      "# the file is config/production.env. docs/configuration.md explains the names.\n";
  std::string_view section;
  for (const Row& row : rows()) {
    if (row.section != section) {
      section = row.section;
      text += fmt::format("\n# {}\n", section);
    }
    if (row.name == "ENV") continue;  // it chooses the file, so it has no place in one
    const std::string unit = row.unit.empty() ? std::string() : fmt::format("  # {}", row.unit);
    text += fmt::format("#{}={}{}\n", row.name, file_value(value_text(row, defaults)), unit);
  }
  return text;
}

std::string settings_text(const Settings& settings) {
  std::string text;
  std::string_view section;
  for (const Row& row : rows()) {
    if (row.section != section) {
      section = row.section;
      text += fmt::format("{}# {}\n", text.empty() ? "" : "\n", lower_case(section));
    }
    text += fmt::format("{}={}\n", row.name, file_value(value_text(row, settings)));
  }
  return text;
}

}  // namespace dd::config
