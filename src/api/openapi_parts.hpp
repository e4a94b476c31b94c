// SPDX-License-Identifier: MIT
// The pieces that an OpenAPI document is put together from, shared by the documents of both ports.
// They know no route. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "api/json.hpp"

namespace dd::api::openapi {

std::string openapi_path(std::string_view path);      // of a route's path, as PathTable has it
std::string openapi_method(std::string_view method);  // "get"
OrderedJson reference(std::string_view schema);
OrderedJson content(std::string_view type, OrderedJson schema);
OrderedJson described(std::string_view description);
OrderedJson error(std::string_view description);
OrderedJson string_schema();
OrderedJson parameter(std::string_view name, std::string_view in, std::string_view description);
// The "{name}" and "{name...}" of a route's path, in its order; `description` is of those that do not take the rest of it.
OrderedJson path_parameters(std::string_view path, std::string_view description);

OrderedJson security_schemes();
OrderedJson any_credential();  // either scheme, or none where none is configured

}  // namespace dd::api::openapi
