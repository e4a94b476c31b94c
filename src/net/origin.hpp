// SPDX-License-Identifier: MIT
// May a page of this origin open a WebSocket here? A browser sends any page's request with the user's own network and
// cookies, so the server has to ask (RFC 6455 section 10.2). Pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dd::net {

// True when the origin's host and port are those of `host` (the Host header), or `allowed` names the origin or "*".
// The port that goes with the origin's scheme may be left out on either side.
bool is_allowed_origin(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed);

}  // namespace dd::net
