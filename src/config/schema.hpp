// SPDX-License-Identifier: MIT
// The rows: for each field its environment name, type, unit, bounds, help and whether it is a secret.
// They read no environment or file; load.cpp, command_line.cpp and render_docs.cpp do their work by them.
// Constant data and pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace dd::config {

// Where a value lives inside Settings; the alternative is the type.
using Field = std::variant<std::string*, bool*, std::uint16_t*, std::uint32_t*, std::chrono::seconds*, std::chrono::milliseconds*,
                           std::vector<std::string>*, std::map<std::string, std::string>*, std::map<std::string, StorageProfile>*>;

// What a text must be, beyond its type.
enum class Shape { kAny, kPort, kIp, kHost, kHttpUrl, kHostPort, kCidrs, kHttpUrls, kTurnUrls, kWord, kHeaders, kStorageProfiles };
enum class Secrecy { kOpen, kSecret };

struct Row {
  std::string_view section;
  std::string_view name;  // of the environment variable; the flag is the same in lower case with hyphens
  Field (*field)(Settings&);
  Shape shape = Shape::kAny;
  std::string_view unit = {};
  std::uint64_t min = 0;  // of numbers and durations; of texts the length
  std::uint64_t max = 0;
  std::string_view choices = {};       // "a|b|c", empty when free
  std::string_view default_note = {};  // said instead of the default, when it depends on something
  Secrecy secrecy = Secrecy::kOpen;
  std::string_view help = {};
};

std::span<const Row> rows();
const Row* find_row(std::string_view name);

// Variables of the reference server that are accepted and have no effect here, with the reason.
struct IgnoredName {
  std::string_view name;  // a trailing '*' stands for any ending
  std::string_view reason;
};
std::span<const IgnoredName> ignored_names();
bool is_ignored_name(std::string_view name);

// Reads `text` into the row's field. The error's field is the row's name and its message says the bound.
Result<void> assign(const Row& row, Settings& settings, std::string_view text);

std::string_view type_name(const Row& row);
std::string bounds_text(const Row& row);                           // "1 to 65535", "error, warn, ...", or empty
std::string value_text(const Row& row, const Settings& settings);  // as assign() would read it; secrets as "***"
std::string flag_name(const Row& row);                             // "--server-port"

}  // namespace dd::config
