// SPDX-License-Identifier: MIT
// A route of the API: its method and path, what is needed to call it, its place in the OpenAPI document, and its handler.
// The tables (media_routes.cpp, extension_routes.cpp, recording_routes.cpp, server_routes.cpp) are the only lists of what is served.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.hpp"
#include "api/json.hpp"
#include "api/recording_control.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "meeting/host.hpp"
#include "recording/library.hpp"

namespace dd::api {

// Takes the parsed body, answers the text of the success body. A free function: it outlives every call it is running.
using BodyHandler = Task<Result<std::string>> (*)(meeting::Host& host, JsonText body);

// A call about recordings. They are where the path has parameters and the answer may be a file.
struct RecordingCall {
  Loop& loop;
  RecordingControl* control = nullptr;  // null: nothing is recorded on this server
  recording::Library* library = nullptr;
  HttpRequest request;
  std::vector<std::string> parameters;  // of the path
  JsonText body;                        // of a POST
};
using RecordingHandler = Task<Result<HttpResponse>> (*)(RecordingCall call);

enum class Access { kOpen, kKeyed };

// What a GET route answers with; Application knows how.
enum class Page { kNone, kWelcome, kHealth, kReady, kMetrics, kOpenApi, kServer, kEvents, kProfile };

struct Route {
  std::string_view method;
  std::string_view path;
  Access access = Access::kKeyed;
  BodyHandler handler = nullptr;  // a POST route
  Page page = Page::kNone;        // a GET route
  // For the OpenAPI document: the sentence, and the names of schemas in openapi_schemas.cpp ("" for none).
  std::string_view tag;
  std::string_view summary;
  std::string_view request_schema;
  std::string_view response_schema;
  // An accepted request that changes nothing when made again is marked so; docs/api.md says how each behaves.
  std::string_view description = {};
  RecordingHandler recording = nullptr;  // instead of `handler` or `page`
  std::string_view operation = {};       // its name where the path's last segment is none
  int success = 200;
};

// A media API call: POST with a JSON body, answered as JSON.
constexpr Route post_route(std::string_view path, BodyHandler handler, std::string_view tag, std::string_view summary,
                           std::string_view request, std::string_view response, std::string_view description = {}) {
  return Route{"POST", path, Access::kKeyed, handler, Page::kNone, tag, summary, request, response, description};
}

std::span<const Route> media_routes();      // of the compatibility spec
std::span<const Route> extension_routes();  // for modern clients
std::span<const Route> recording_routes();  // recordings, running and at rest
std::span<const Route> server_routes();     // about the server itself

}  // namespace dd::api
