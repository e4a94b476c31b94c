// SPDX-License-Identifier: MIT
// The OpenAPI 3.1 document of the API: its paths are the route tables, its schemas are openapi_schemas.cpp.
// So a route cannot be served and missing here, or the other way round. Made once, at start.
#pragma once

#include <string>
#include <string_view>

namespace dd::api {

std::string openapi_text(std::string_view version);

// The `components.schemas` object, as JSON text.
std::string_view openapi_schemas();

}  // namespace dd::api
