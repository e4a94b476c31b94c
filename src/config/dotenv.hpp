// SPDX-License-Identifier: MIT
// Reads the text of an environment file: NAME=VALUE lines, comments, quotes.
// It knows no names and no disk. Pure function, safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dd::config {

struct Assignment {
  std::string name;
  std::string value;
  std::size_t line = 0;  // from 1
};

// Quotes are syntax anywhere in a value and are removed: inside '...' everything is verbatim, inside "..." a backslash
// escapes. An unquoted value ends at the first blank; only a comment may follow. `export ` before a name is allowed.
// A value that begins with { or [ is taken verbatim to the end of the line, so that JSON needs no quotes; the reference
// removed JSON's own quotes and then silently ignored what was left. The error's message begins "line N:".
Result<std::vector<Assignment>> parse_dotenv(std::string_view text);

}  // namespace dd::config
