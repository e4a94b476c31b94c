// SPDX-License-Identifier: MIT
#include "portal/openapi.hpp"

#include "api/openapi_parts.hpp"
#include "portal/route.hpp"

namespace dd::portal {
namespace {

namespace parts = api::openapi;
using api::OrderedJson;

OrderedJson error_of(const Route& route, std::string_view description) {
  OrderedJson json = parts::described(description);
  json["content"] = parts::content("application/json", parts::reference(route.guard == Guard::kKendra ? "KendraError" : "Error"));
  return json;
}

OrderedJson parameters_of_route(const Route& route) {
  OrderedJson parameters = parts::path_parameters(route.path, "an id");
  for (std::string_view names = route.query; !names.empty();) {
    const auto blank = names.find(' ');
    parameters.push_back(parts::parameter(names.substr(0, blank), "query", ""));
    names = blank == std::string_view::npos ? std::string_view{} : names.substr(blank + 1);
  }
  if (route.operation == "downloadRecordingFile") parameters.push_back(parts::parameter("Range", "header", "one range of bytes"));
  return parameters;
}

OrderedJson success_of(const Route& route) {
  OrderedJson json = parts::described("Done");
  if (route.operation == "metrics" || route.operation == "getTenantMetrics") {
    json["content"] = parts::content("text/plain", parts::string_schema());
  } else if (route.response_schema.empty()) {
    json["content"] = parts::content("*/*", parts::string_schema());
  } else {
    json["content"] = parts::content("application/json", parts::reference(route.response_schema));
  }
  return json;
}

OrderedJson operation_of(const Route& route) {
  OrderedJson json = OrderedJson::object();
  json["operationId"] = route.operation;
  json["tags"] = OrderedJson::array();
  json["tags"].push_back(route.tag);
  json["summary"] = route.summary;
  if (!route.description.empty()) json["description"] = route.description;
  if (route.guard == Guard::kOpen) json["security"] = OrderedJson::array();
  OrderedJson parameters = parameters_of_route(route);
  if (!parameters.empty()) json["parameters"] = std::move(parameters);
  if (!route.request_schema.empty()) {
    json["requestBody"] = OrderedJson::object();
    json["requestBody"]["required"] = true;
    json["requestBody"]["content"] = parts::content("application/json", parts::reference(route.request_schema));
  }
  OrderedJson responses = OrderedJson::object();
  responses[std::to_string(route.success)] = success_of(route);
  if (route.operation == "ready") responses["503"] = success_of(route);
  if (route.operation == "downloadRecordingFile") {
    responses["206"] = parts::described("The bytes that Range asked for");
    responses["304"] = parts::described("The content is the one that If-None-Match names");
    responses["416"] = error_of(route, "The file has no such bytes");
  }
  if (route.guard != Guard::kOpen) {
    responses["401"] = error_of(route, "Who is calling cannot be told: a token or an API key is needed");
    responses["403"] = error_of(route, "The caller's grants do not reach so far; `reason` says why");
    responses["429"] = error_of(route, "Too many calls; Retry-After says when to try again");
  }
  if (route.guard != Guard::kOpen && route.guard != Guard::kMetrics) {
    responses["400"] = error_of(route, "The request is malformed; `field` names the place");
    responses["404"] = error_of(route, "There is no such thing of the caller's");
    responses["409"] = error_of(route, "The present state forbids it; `reason` says why");
    responses["503"] = error_of(route, "The store or a media server is away; Retry-After says when to try again");
    responses["504"] = error_of(route, "Not finished in its time; making the call again is safe");
  }
  if (route.guard == Guard::kKendra) responses["415"] = error_of(route, "The Content-Type is not application/json");
  json["responses"] = std::move(responses);
  return json;
}

}  // namespace

std::string openapi_text(std::string_view version) {
  OrderedJson document = OrderedJson::object();
  document["openapi"] = "3.1.0";
  document["info"] = OrderedJson::object();
  document["info"]["title"] = "doordarshan";
  document["info"]["version"] = version;
  document["info"]["description"] =
      "The control plane's HTTP: kendra's API under /v1, recordings under /api/recordings, administration under /api/admin. Clients in a "
      "meeting use the WebSocket at /signaling instead.";
  document["info"]["license"] = OrderedJson::object();
  document["info"]["license"]["name"] = "MIT";
  OrderedJson paths = OrderedJson::object();
  for (const auto table : {kendra_routes(), recording_routes(), admin_routes(), tenant_routes(), page_routes()}) {
    for (const Route& route : table) {
      auto& item = paths[parts::openapi_path(route.path)];
      if (item.is_null()) item = OrderedJson::object();
      item[parts::openapi_method(route.method)] = operation_of(route);
    }
  }
  document["paths"] = std::move(paths);
  document["components"] = OrderedJson::object();
  document["components"]["schemas"] = OrderedJson::parse(openapi_schemas());
  document["components"]["securitySchemes"] = parts::security_schemes();
  document["security"] = parts::any_credential();
  return api::to_text(document);
}

}  // namespace dd::portal
