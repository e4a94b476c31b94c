// SPDX-License-Identifier: MIT
// What went wrong, as a value: a code that decides the treatment, a sentence for the caller and the input field at fault.
// It is not an exception and carries no stack; `during()` prepends what was being attempted, so a message reads as a path.
// Plain value, owned by whoever holds it; may cross threads by copy.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace dd {

// Each code has one HTTP status; the only table that says which is api/error_mapping.cpp.
enum class Errc {
  kInvalidArgument,   // the caller's input is malformed; `field` names it
  kNotFound,          // an id that names nothing here
  kConflict,          // well-formed, but the present state forbids it
  kUnauthorized,      // who is calling cannot be told: no token, or one that is not valid (any more)
  kForbidden,         // the object exists and belongs to somebody else, or the caller's grants do not reach so far
  kPayloadTooLarge,   // a bound on a size was passed
  kTooManyRequests,   // a bound on a rate or a queue was passed
  kUnavailable,       // a part we need is away for now (store, worker); `retry_after` says when to try again
  kDeadlineExceeded,  // an operation did not finish in its time; its outcome may be unknown
  kInternal,          // our own fault
};

std::string_view to_string(Errc code);

struct Error {
  Errc code = Errc::kInternal;
  std::string message;
  std::string field;                                // JSON path of the input at fault, empty when none is
  std::string reason;                               // a stable word for programs where the code alone is too coarse: "meeting_full"
  std::optional<std::chrono::seconds> retry_after;  // set with kUnavailable and kTooManyRequests

  // Prepends what was being done: "create consumer: worker did not answer".
  Error&& during(std::string_view activity) &&;
};

Error make_error(Errc code, std::string message);
Error invalid_field(std::string field, std::string message);
Error not_found(std::string_view kind, std::string_view id);
Error refused(Errc code, std::string reason, std::string message);
Error unavailable(std::string message, std::chrono::seconds retry_after = std::chrono::seconds{1});

}  // namespace dd
