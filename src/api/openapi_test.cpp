// SPDX-License-Identifier: MIT
#include "api/openapi.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "api/json.hpp"
#include "api/route.hpp"

namespace dd::api {
namespace {

void collect_references(const Json& json, std::set<std::string>& references) {
  if (json.is_object() && json.contains("$ref")) references.insert(json["$ref"].get<std::string>());
  for (const auto& child : json) {
    if (child.is_structured()) collect_references(child, references);
  }
}

TEST(OpenApi, NamesExactlyTheServedRoutes) {
  const Json document = Json::parse(openapi_text("9.9.9"));
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["info"]["version"], "9.9.9");
  std::set<std::string> documented;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      EXPECT_TRUE(documented.insert(method + " " + path).second);
      EXPECT_TRUE(operation.contains("summary"));
    }
  }
  std::set<std::string> served;
  const std::map<std::string_view, std::string> methods{{"GET", "get "}, {"POST", "post "}, {"DELETE", "delete "}};
  for (const auto table : {media_routes(), extension_routes(), recording_routes(), server_routes()}) {
    for (const Route& route : table) {
      std::string path(route.path);
      if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
      EXPECT_TRUE(served.insert(methods.at(route.method) + path).second) << route.path << " is served twice";
      const int ways = (route.handler != nullptr ? 1 : 0) + (route.page != Page::kNone ? 1 : 0) + (route.recording != nullptr ? 1 : 0);
      EXPECT_EQ(ways, 1) << route.path;
    }
  }
  EXPECT_EQ(documented, served);
}

TEST(OpenApi, EveryReferenceLeadsToASchemaAndEverySchemaIsUsed) {
  const Json document = Json::parse(openapi_text("1"));
  std::set<std::string> references;
  collect_references(document, references);
  std::set<std::string> schemas;
  for (const auto& [name, schema] : document["components"]["schemas"].items()) schemas.insert("#/components/schemas/" + name);
  EXPECT_EQ(references, schemas);
}

TEST(OpenApi, OperationIdsAreUnique) {
  const Json document = Json::parse(openapi_text("1"));
  std::set<std::string> ids;
  for (const auto& item : document["paths"]) {
    for (const auto& operation : item) EXPECT_TRUE(ids.insert(operation["operationId"].get<std::string>()).second);
  }
}

}  // namespace
}  // namespace dd::api
