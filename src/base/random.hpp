// SPDX-License-Identifier: MIT
// Random ids and secrets from the operating system's generator; safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dd {

std::string random_uuid();                     // RFC 9562 version 4, lower case with hyphens
std::string random_token(std::size_t length);  // 64-letter alphabet of URLs: A-Z a-z 0-9 - _
std::uint64_t random_u64();

}  // namespace dd
