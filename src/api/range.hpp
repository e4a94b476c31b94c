// SPDX-License-Identifier: MIT
// Which bytes of a file a request asks for (RFC 9110 section 14): all of it, one piece, or none that exist.
// Several ranges at once are answered with the whole, as the RFC allows; nobody who plays media asks for them.
// Pure function.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/http.hpp"

namespace dd::api {

struct ByteRange {
  enum class Kind { kWhole, kPart, kUnsatisfiable };
  Kind kind = Kind::kWhole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Looks at Range and If-Range; `etag` is the present content's, with its quotes.
ByteRange requested_range(const HttpRequest& request, std::uint64_t size, std::string_view etag);

}  // namespace dd::api
