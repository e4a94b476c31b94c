// SPDX-License-Identifier: MIT
#include "api/openapi_parts.hpp"

#include <fmt/format.h>

namespace dd::api::openapi {

// OpenAPI knows no parameter that takes several segments; it is written as if it took one.
std::string openapi_path(std::string_view path) {
  std::string out(path);
  if (const auto dots = out.find("...}"); dots != std::string::npos) out.erase(dots, 3);
  return out;
}

std::string openapi_method(std::string_view method) {
  std::string out(method);
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

OrderedJson reference(std::string_view schema) {
  OrderedJson json = OrderedJson::object();
  json["$ref"] = fmt::format("#/components/schemas/{}", schema);
  return json;
}

OrderedJson content(std::string_view type, OrderedJson schema) {
  OrderedJson media = OrderedJson::object();
  media["schema"] = std::move(schema);
  OrderedJson json = OrderedJson::object();
  json[std::string(type)] = std::move(media);
  return json;
}

OrderedJson described(std::string_view description) {
  OrderedJson json = OrderedJson::object();
  json["description"] = description;
  return json;
}

OrderedJson error(std::string_view description) {
  OrderedJson json = described(description);
  json["content"] = content("application/json", reference("Error"));
  return json;
}

OrderedJson string_schema() {
  OrderedJson schema = OrderedJson::object();
  schema["type"] = "string";
  return schema;
}

OrderedJson parameter(std::string_view name, std::string_view in, std::string_view description) {
  OrderedJson json = OrderedJson::object();
  json["name"] = name;
  json["in"] = in;
  json["required"] = false;
  json["description"] = description;
  json["schema"] = string_schema();
  return json;
}

OrderedJson path_parameters(std::string_view path, std::string_view description) {
  OrderedJson parameters = OrderedJson::array();
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{')) {
    const auto close = path.find('}', open);
    std::string_view name = path.substr(open + 1, close - open - 1);
    const bool takes_the_rest = name.ends_with("...");
    if (takes_the_rest) name.remove_suffix(3);
    auto one = parameter(name, "path", takes_the_rest ? "a relative path; its slashes stay slashes" : description);
    one["required"] = true;
    parameters.push_back(std::move(one));
    path = path.substr(close + 1);
  }
  return parameters;
}

OrderedJson security_schemes() {
  OrderedJson schemes = OrderedJson::object();
  schemes["bearer"] = OrderedJson::object();
  schemes["bearer"]["type"] = "http";
  schemes["bearer"]["scheme"] = "bearer";
  schemes["apiKey"] = OrderedJson::object();
  schemes["apiKey"]["type"] = "apiKey";
  schemes["apiKey"]["in"] = "header";
  schemes["apiKey"]["name"] = "X-API-Key";
  return schemes;
}

OrderedJson any_credential() {
  OrderedJson security = OrderedJson::array();
  for (const std::string_view scheme : {"bearer", "apiKey"}) {
    OrderedJson one = OrderedJson::object();
    one[std::string(scheme)] = OrderedJson::array();
    security.push_back(std::move(one));
  }
  security.push_back(OrderedJson::object());
  return security;
}

}  // namespace dd::api::openapi
