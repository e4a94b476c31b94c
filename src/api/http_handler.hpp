// SPDX-License-Identifier: MIT
// HttpHandler: what stands behind an HTTP listener - it answers requests, and says what is answered where none can be read.
// It holds no socket; the media API (application.hpp) is one, the control plane's portal another. On the control loop.
#pragma once

#include <string_view>

#include "api/http.hpp"
#include "base/task.hpp"

namespace dd::api {

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Always answers; an exception that escaped is counted and becomes a 500.
  virtual Task<HttpResponse> handle(HttpRequest request) = 0;
  // The answer to what is no request (400, 408, 413, 431) or cannot be served now (503). `reason` counts it.
  virtual HttpResponse refuse(int status, std::string_view code, std::string_view message, std::string_view reason) = 0;
};

}  // namespace dd::api
