// SPDX-License-Identifier: MIT
// Addresses of servers and of Redis, origins of pages, codings that are taken: short texts that others wrote.
// links: dd_net
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/content_coding.hpp"
#include "net/origin.hpp"
#include "net/redis_entries.hpp"
#include "net/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto origin = dd::net::parse_http_origin(text)) {
    // It goes into a request's head and must not break it.
    if (origin->host_header().find_first_of("\r\n /@") != std::string::npos) std::abort();
    if (origin->port == 0) std::abort();
  }
  (void)dd::net::parse_redis_url(text);
  (void)dd::net::parse_position(text);
  const auto half = text.substr(0, size / 2);
  (void)dd::net::is_allowed_origin(half, text.substr(half.size()), {"https://app.example.org"});
  (void)dd::api::accepts_coding(text, "br");
  return 0;
}
