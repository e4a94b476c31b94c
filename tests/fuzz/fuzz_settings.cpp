// SPDX-License-Identifier: MIT
// Any text as the value of any setting: the first byte chooses the setting, the rest is the value.
// links: dd_config
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "config/schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dd::config;
  if (size == 0) return 0;
  const Row& row = rows()[data[0] % rows().size()];
  const std::string_view value(reinterpret_cast<const char*>(data) + 1, size - 1);
  Settings settings;
  const auto assigned = assign(row, settings, value);
  if (!assigned) {
    DD_CHECK(assigned.error().message.find(row.name) != std::string::npos, "an error names the setting");
  }
  return 0;
}
