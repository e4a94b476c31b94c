// SPDX-License-Identifier: MIT
// Application: the HTTP API of a media server. It takes a request and answers it: access, routes, errors, CORS, request
// ids, metrics; it holds no socket (net/) and decides nothing about meetings (meeting::Host).
// Lives on the control loop, from before the first request until after the last answer.
#pragma once

#include <memory>

#include "api/event_stream.hpp"
#include "api/http.hpp"
#include "api/http_handler.hpp"
#include "api/route.hpp"
#include "api/settings.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "meeting/host.hpp"
#include "observe/metrics.hpp"

namespace dd::api {

class Application final : public HttpHandler {
 public:
  // kInvalidArgument for settings that make no sense (an unreadable network). Missing folders of pages are logged only.
  static Result<std::unique_ptr<Application>> open(Loop& loop, meeting::Host& host, EventStream& events, observe::Metrics& metrics,
                                                   Settings settings);
  ~Application() override;

  // Before the first request, when this server keeps recordings; without, the routes about them answer 409. Both outlive us.
  void serve_recordings(RecordingControl* control, recording::Library* library);

  Task<HttpResponse> handle(HttpRequest request) override;
  HttpResponse refuse(int status, std::string_view code, std::string_view message, std::string_view reason) override;

 private:
  struct State;
  explicit Application(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace dd::api
