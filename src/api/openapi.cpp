// SPDX-License-Identifier: MIT
#include "api/openapi.hpp"

#include <fmt/format.h>

#include "api/json.hpp"
#include "api/openapi_parts.hpp"
#include "api/route.hpp"

namespace dd::api {
namespace {

using namespace openapi;

constexpr std::string_view kDownload = "downloadRecordingFile";

OrderedJson success(const Route& route) {
  OrderedJson json = described("Done");
  if (route.page == Page::kMetrics) {
    json["content"] = content("text/plain", string_schema());
  } else if (route.page == Page::kEvents) {
    json["content"] = content("text/event-stream", string_schema());
  } else if (route.operation == kDownload) {
    OrderedJson file = string_schema();
    file["format"] = "binary";
    json["content"] = content("*/*", std::move(file));
  } else if (!route.response_schema.empty()) {
    json["content"] = content("application/json", reference(route.response_schema));
  }
  return json;
}

OrderedJson recording_parameters(const Route& route) {
  OrderedJson parameters = path_parameters(route.path, "the recording's id");
  if (route.operation == "listRecordings") {
    parameters.push_back(parameter("meetingId", "query", "only this meeting's"));
    parameters.push_back(parameter("tenant", "query", "only this tenant's"));
    parameters.push_back(parameter("state", "query", "only those that are recording, interrupted or complete"));
    parameters.push_back(parameter("limit", "query", "at most so many in this page; 1 to 200, 50 by default"));
    parameters.push_back(parameter("cursor", "query", "`next` of the page before"));
  }
  if (route.operation == kDownload) {
    parameters.push_back(parameter("Range", "header", "one range of bytes"));
    parameters.push_back(parameter("If-Range", "header", "the ETag of the content the range is of"));
  }
  return parameters;
}

// "/v1/createMeeting" is createMeeting, "/" is welcome.
std::string operation_id(const Route& route) {
  if (!route.operation.empty()) return std::string(route.operation);
  const std::string_view path = route.path;
  const std::string_view last = path.substr(path.rfind('/') + 1);
  if (last.empty()) return "welcome";
  return std::string(last.substr(0, last.find('.')));
}

OrderedJson operation(const Route& route) {
  OrderedJson json = OrderedJson::object();
  json["operationId"] = operation_id(route);
  json["tags"] = OrderedJson::array();
  json["tags"].push_back(route.tag);
  json["summary"] = route.summary;
  if (!route.description.empty()) json["description"] = route.description;
  if (route.access == Access::kOpen) json["security"] = OrderedJson::array();
  if (route.recording != nullptr) {
    OrderedJson parameters = recording_parameters(route);
    if (!parameters.empty()) json["parameters"] = std::move(parameters);
  }
  if (route.page == Page::kEvents) {
    OrderedJson parameters = OrderedJson::array();
    parameters.push_back(parameter("Last-Event-ID", "header", "the id of the last event that was read"));
    parameters.push_back(parameter("lastEventId", "query", "the same, for clients that cannot set headers"));
    parameters.push_back(parameter("meetingId", "query", "only this meeting's events and the server's own"));
    json["parameters"] = std::move(parameters);
  }
  if (!route.request_schema.empty()) {
    OrderedJson body = OrderedJson::object();
    body["required"] = true;
    body["content"] = content("application/json", reference(route.request_schema));
    json["requestBody"] = std::move(body);
  }
  OrderedJson responses = OrderedJson::object();
  if (route.page == Page::kProfile) {
    json["deprecated"] = true;
    responses["410"] = error("Not offered");
  } else {
    responses[std::to_string(route.success)] = success(route);
  }
  if (route.operation == kDownload) {
    responses["206"] = described("The bytes that Range asked for");
    responses["304"] = described("The content is the one that If-None-Match names");
    responses["416"] = error("The file has no such bytes; Content-Range says how many it has");
  }
  if (route.page == Page::kReady) {
    responses["503"] = described("Not ready; the body has the reasons");
    responses["503"]["content"] = content("application/json", reference(route.response_schema));
  }
  if (route.recording != nullptr) {
    responses["400"] = error("The request is malformed; `field` names the place");
    responses["404"] = error("There is no such meeting, recording or file here");
    responses["409"] = error("The present state forbids it, or nothing is recorded on this server");
    responses["429"] = error("Too many calls wait; Retry-After says when to try again");
    responses["503"] = error("The disk or a process is away; Retry-After says when to try again");
  }
  if (route.handler != nullptr) {
    responses["400"] = error("The body is malformed; `field` names the place");
    responses["404"] = error("An id names nothing of this participant's here");
    responses["409"] = error("The present state forbids it");
    responses["413"] = error("The body is larger than 2 MiB");
    responses["429"] = error("Too many calls wait; Retry-After says when to try again");
    responses["503"] = error("The store or a worker is away; Retry-After says when to try again");
    responses["504"] = error("Not finished in its time; making the call again is safe");
  }
  if (route.access == Access::kKeyed) {
    responses["401"] = error("An API key is needed");
    responses["403"] = error("The caller's network is not let in");
  }
  if (route.page == Page::kEvents) responses["429"] = error("Too many clients read the events");
  json["responses"] = std::move(responses);
  return json;
}

}  // namespace

std::string openapi_text(std::string_view version) {
  OrderedJson document = OrderedJson::object();
  document["openapi"] = "3.1.0";
  OrderedJson info = OrderedJson::object();
  info["title"] = "doordarshan-media-server";
  info["version"] = version;
  info["description"] =
      "The media API: what a control plane calls to make meetings and what its clients' transports, producers and consumers need. "
      "Bodies are JSON objects in UTF-8 and need no Content-Type; unknown members are ignored and null means absent. "
      "Ids are 1 to 64 characters of A-Z a-z 0-9 - _ . : @.";
  info["license"] = OrderedJson::object();
  info["license"]["name"] = "MIT";
  document["info"] = std::move(info);
  OrderedJson paths = OrderedJson::object();
  for (const auto table : {media_routes(), extension_routes(), recording_routes(), server_routes()}) {
    for (const Route& route : table) {
      auto& item = paths[openapi_path(route.path)];
      if (item.is_null()) item = OrderedJson::object();
      item[openapi_method(route.method)] = operation(route);
    }
  }
  document["paths"] = std::move(paths);
  OrderedJson components = OrderedJson::object();
  components["schemas"] = OrderedJson::parse(openapi_schemas());
  components["securitySchemes"] = security_schemes();
  document["components"] = std::move(components);
  document["security"] = any_credential();
  return to_text(document);
}

}  // namespace dd::api
