// SPDX-License-Identifier: MIT
// Envelope: what every exchange over HTTP has around its answer - the request's id, OPTIONS, HEAD, CORS, metrics, and the 500 for
// an exception that escaped. It finds no route and checks no access; whoever answers does. Lives on the control loop.
#pragma once

#include <string>
#include <string_view>

#include "api/http.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "base/unique_function.hpp"
#include "observe/metrics.hpp"

namespace dd::api {

class Envelope {
 public:
  // Sets `route` to the name that metrics and logs get, before it suspends: a path as declared, never what the caller wrote. Both
  // outlive the task. `request.id` is filled.
  using Answer = UniqueFunction<Task<HttpResponse>(HttpRequest request, std::string_view& route)>;

  // `cors_origin`: the Access-Control-Allow-Origin of every answer; empty: no CORS headers. `loop` and `metrics` outlive it.
  Envelope(Loop& loop, observe::Metrics& metrics, std::string cors_origin, std::string methods = "GET, HEAD, POST, DELETE, OPTIONS");

  Task<HttpResponse> exchange(HttpRequest request, Answer answer);

  // As HttpHandler::refuse.
  HttpResponse refuse(int status, std::string_view code, std::string_view message, std::string_view reason);

 private:
  HttpResponse preflight_answer() const;
  void add_common_headers(HttpResponse& response, std::string_view id) const;

  Loop& loop_;
  observe::Metrics& metrics_;
  std::string cors_origin_;
  std::string methods_;
};

}  // namespace dd::api
