// SPDX-License-Identifier: MIT
#include "api/error_mapping.hpp"

#include "api/json.hpp"

namespace dd::api {
namespace {

HttpResponse rendered(int status, std::string_view code, std::string_view message, std::string_view field, std::string_view reason) {
  OrderedJson inner = OrderedJson::object();
  inner["code"] = code;
  inner["message"] = message;
  if (!field.empty()) inner["field"] = field;
  if (!reason.empty()) inner["reason"] = reason;
  OrderedJson outer = OrderedJson::object();
  outer["error"] = std::move(inner);
  HttpResponse response;
  response.status = status;
  response.body = to_text(outer);
  return response;
}

}  // namespace

int http_status(Errc code) {
  switch (code) {
    case Errc::kInvalidArgument: return 400;
    case Errc::kNotFound: return 404;
    case Errc::kConflict: return 409;
    case Errc::kUnauthorized: return 401;
    case Errc::kForbidden: return 403;
    case Errc::kPayloadTooLarge: return 413;
    case Errc::kTooManyRequests: return 429;
    case Errc::kUnavailable: return 503;
    case Errc::kDeadlineExceeded: return 504;
    case Errc::kInternal: return 500;
  }
  return 500;
}

HttpResponse error_response(const Error& error) {
  // Our own faults are explained in the log, under the request's id, and not to whoever provoked them.
  const std::string_view hidden = "internal error; the log has it under this X-Request-ID";
  const std::string_view message = error.code == Errc::kInternal ? hidden : std::string_view(error.message);
  HttpResponse response = rendered(http_status(error.code), to_string(error.code), message, error.field, error.reason);
  if (error.code == Errc::kUnavailable || error.code == Errc::kTooManyRequests) {
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after.value_or(std::chrono::seconds{1}).count()));
  }
  return response;
}

HttpResponse refusal(int status, std::string_view code, std::string_view message) { return rendered(status, code, message, {}, {}); }

Error error_of(int status, std::string_view body) {
  Error error = make_error(Errc::kInternal, "the media server answered " + std::to_string(status));
  for (const auto code : {Errc::kInvalidArgument, Errc::kNotFound, Errc::kConflict, Errc::kUnauthorized, Errc::kForbidden,
                          Errc::kPayloadTooLarge, Errc::kTooManyRequests, Errc::kUnavailable, Errc::kDeadlineExceeded}) {
    if (http_status(code) == status) error.code = code;
  }
  const auto parsed = parse_json(body);
  if (!parsed || !parsed->root.is_object()) return error;
  const auto inner = parsed->root.find("error");
  if (inner == parsed->root.end() || !inner->is_object()) return error;
  const auto text = [&](const char* name, std::string& into) {
    const auto found = inner->find(name);
    if (found != inner->end() && found->is_string()) into = found->get<std::string>();
  };
  text("message", error.message);
  text("field", error.field);
  text("reason", error.reason);
  return error;
}

}  // namespace dd::api
