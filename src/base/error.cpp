// SPDX-License-Identifier: MIT
#include "base/error.hpp"

#include <fmt/format.h>

namespace dd {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::kInvalidArgument: return "invalid_argument";
    case Errc::kNotFound: return "not_found";
    case Errc::kConflict: return "conflict";
    case Errc::kUnauthorized: return "unauthorized";
    case Errc::kForbidden: return "forbidden";
    case Errc::kPayloadTooLarge: return "payload_too_large";
    case Errc::kTooManyRequests: return "too_many_requests";
    case Errc::kUnavailable: return "unavailable";
    case Errc::kDeadlineExceeded: return "deadline_exceeded";
    case Errc::kInternal: return "internal";
  }
  return "internal";
}

Error&& Error::during(std::string_view activity) && {
  message = fmt::format("{}: {}", activity, message);
  return std::move(*this);
}

Error make_error(Errc code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  return error;
}

Error invalid_field(std::string field, std::string message) {
  Error error = make_error(Errc::kInvalidArgument, std::move(message));
  error.field = std::move(field);
  return error;
}

Error not_found(std::string_view kind, std::string_view id) {
  return make_error(Errc::kNotFound, fmt::format("{} '{}' not found", kind, id));
}

Error refused(Errc code, std::string reason, std::string message) {
  Error error = make_error(code, std::move(message));
  error.reason = std::move(reason);
  return error;
}

Error unavailable(std::string message, std::chrono::seconds retry_after) {
  Error error = make_error(Errc::kUnavailable, std::move(message));
  error.retry_after = retry_after;
  return error;
}

}  // namespace dd
