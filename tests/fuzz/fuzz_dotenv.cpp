// SPDX-License-Identifier: MIT
// Any text as an environment file: it parses or says the line, and every value it gives can be judged by every setting.
// links: dd_config
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "config/dotenv.hpp"
#include "config/schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dd::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_dotenv(text);
  if (!parsed) {
    DD_CHECK(parsed.error().message.starts_with("line "), "an error names its line");
    return 0;
  }
  Settings settings;
  for (const Assignment& assignment : *parsed) {
    if (const Row* row = find_row(assignment.name)) (void)assign(*row, settings, assignment.value).has_value();
  }
  // What was taken reads back as itself.
  for (const Row& row : rows()) {
    if (row.secrecy == Secrecy::kSecret) continue;
    Settings again = settings;
    DD_CHECK(assign(row, again, value_text(row, settings)).has_value(), "a setting refuses its own value");
  }
  return 0;
}
