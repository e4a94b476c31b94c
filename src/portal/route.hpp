// SPDX-License-Identifier: MIT
// A route of the portal: its method and path, who may call it, its place in the OpenAPI document, and its handler.
// The tables (kendra_routes.cpp, recording_routes.cpp, admin_routes.cpp, tenant_routes.cpp, page_routes.cpp) are the only lists of what
// is served, besides the files of the web app and of the API's pages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.hpp"
#include "api/json.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "portal/caller.hpp"
#include "portal/callers.hpp"
#include "portal/context.hpp"

namespace dd::portal {

struct Call {
  Context& portal;
  api::HttpRequest request;
  std::vector<std::string> parameters;  // of the path
  api::JsonText body;                   // of a POST or PUT
  Caller caller;
};

// A free function: it outlives every call it is running.
using Answer = Task<Result<api::HttpResponse>>;
using Handler = Answer (*)(Call call);

struct Route {
  std::string_view method;
  std::string_view path;
  Guard guard = Guard::kOperator;
  Handler handler = nullptr;
  // For the OpenAPI document: names of schemas in openapi_schemas.cpp ("" for none).
  std::string_view tag;
  std::string_view operation;
  std::string_view summary;
  std::string_view request_schema = {};
  std::string_view response_schema = {};
  std::string_view description = {};
  std::string_view query = {};  // names of the query's parameters, separated by blanks
  int success = 200;
};

std::span<const Route> kendra_routes();
std::span<const Route> recording_routes();
std::span<const Route> admin_routes();   // servers, meetings, load, usage, tokens
std::span<const Route> tenant_routes();  // tenants, their keys and quotas
std::span<const Route> page_routes();    // about the portal itself

}  // namespace dd::portal
