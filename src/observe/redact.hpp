// SPDX-License-Identifier: MIT
// What a log line may not say: fields whose name promises a secret or an address are refused, and whatever looks like an
// IP address, a password, a token or a URL's credentials inside any other text is replaced.
// It is not encryption or access control; it is the last net under careful callers. Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace dd::observe {

// True for names such as "password", "api_key", "ice_password", "remote_ip", "candidate_address".
bool is_refused_field(std::string_view key);

// The text with "[ip]" for each IPv4 and IPv6 address and "[secret]" for each secret it recognises:
// `password=...`, `"password":"..."`, `ice-pwd:...`, `Bearer ...`, JWTs, `user:password@` in URLs.
std::string redacted(std::string_view text);

}  // namespace dd::observe
