// SPDX-License-Identifier: MIT
// The product's version, said in one place; a hygiene test keeps package.json equal to it.
// It is the version of the API too (SemVer), not of the database schema, which counts its migrations.
#pragma once

#include <string_view>

namespace dd {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace dd
