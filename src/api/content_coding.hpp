// SPDX-License-Identifier: MIT
// Which compressed forms of a file a client takes (RFC 9110 section 12.5.3). Pure function.
#pragma once

#include <string_view>

namespace dd::api {

// `accept_encoding` is the header's value, empty when there is none; `coding` in lower case, "br" or "gzip".
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

}  // namespace dd::api
