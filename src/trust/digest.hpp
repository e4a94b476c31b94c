// SPDX-License-Identifier: MIT
// SHA-256 of bytes, for names that nobody can make two of. Pure function, safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace dd::trust {

std::string sha256(std::string_view bytes);  // 32 bytes

}  // namespace dd::trust
