// SPDX-License-Identifier: MIT
// Any text as DATABASE_URL.
// links: dd_store
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "store/database_url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto settings = dd::store::parse_database_url(std::string_view(reinterpret_cast<const char*>(data), size));
  if (settings) DD_CHECK(settings->port != 0, "port 0 was let through");
  return 0;
}
