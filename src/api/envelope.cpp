// SPDX-License-Identifier: MIT
#include "api/envelope.hpp"

#include <algorithm>

#include "api/error_mapping.hpp"
#include "base/random.hpp"
#include "observe/log.hpp"

namespace dd::api {
namespace {

using observe::Metric;

// The caller's id is echoed when nothing in it can break a header or a log line.
std::string request_id(const HttpRequest& request) {
  const auto sent = request.header("x-request-id");
  const bool usable = sent && !sent->empty() && sent->size() <= 128 && std::all_of(sent->begin(), sent->end(), [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                               std::string_view("-_.:@/=+,").find(c) != std::string_view::npos;
                      });
  return usable ? std::string(*sent) : random_uuid();
}

}  // namespace

Envelope::Envelope(Loop& loop, observe::Metrics& metrics, std::string cors_origin, std::string methods)
    : loop_(loop), metrics_(metrics), cors_origin_(std::move(cors_origin)), methods_(std::move(methods)) {}

HttpResponse Envelope::preflight_answer() const {
  HttpResponse response;
  response.content_type = {};
  response.headers.emplace_back("Allow", methods_);
  response.headers.emplace_back("Access-Control-Allow-Methods", "*");
  response.headers.emplace_back("Access-Control-Allow-Headers", "*, Authorization");  // "*" does not cover that one
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

void Envelope::add_common_headers(HttpResponse& response, std::string_view id) const {
  response.headers.emplace_back("X-Request-ID", std::string(id));
  if (cors_origin_.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", cors_origin_);
  response.headers.emplace_back("Access-Control-Expose-Headers", "*");
  if (cors_origin_ != "*") response.headers.emplace_back("Vary", "Origin");
}

Task<HttpResponse> Envelope::exchange(HttpRequest request, Answer answer) {
  const MonotonicTime started = loop_.now();
  const std::string id = request_id(request);
  request.id = id;
  const bool head = request.method == "HEAD";
  HttpResponse response;
  std::string_view name = "preflight";
  bool escaped = false;
  std::string what = "not an exception of the standard library";
  try {
    if (request.method == "OPTIONS") {
      response = preflight_answer();
    } else {
      response = co_await answer(std::move(request), name);
    }
  } catch (const std::exception& error) {
    escaped = true;
    what = error.what();
  } catch (...) {
    escaped = true;
  }
  if (escaped) {
    metrics_.add(Metric::kEscapedExceptions);
    observe::log_error("exception_escaped", {{"route", name}, {"request", id}, {"error", what}});
    response = error_response(make_error(Errc::kInternal, "an exception escaped"));
  }
  response.head_only = head;
  if (head) response.stream.reset();
  add_common_headers(response, id);
  const std::string status = std::to_string(response.status);
  const double seconds = std::chrono::duration<double>(loop_.now() - started).count();
  metrics_.add(Metric::kHttpRequests, {name, status});
  metrics_.observe(Metric::kHttpRequestSeconds, seconds, {name});
  observe::log_debug("http_request", {{"route", name}, {"status", response.status}, {"request", id}, {"seconds", seconds}});
  co_return response;
}

HttpResponse Envelope::refuse(int status, std::string_view code, std::string_view message, std::string_view reason) {
  metrics_.add(Metric::kHttpRejected, {reason});
  HttpResponse response = refusal(status, code, message);
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  add_common_headers(response, random_uuid());
  return response;
}

}  // namespace dd::api
