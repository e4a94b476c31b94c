// SPDX-License-Identifier: MIT
// The OpenAPI 3.1 document of the portal, made of its route tables, so that it names exactly what is served.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace dd::portal {

std::string openapi_text(std::string_view version);
std::string_view openapi_schemas();  // JSON text: the object of `components.schemas`

}  // namespace dd::portal
