// SPDX-License-Identifier: MIT
// Checksums and signatures of bytes, as the texts that HTTP headers want.
// Pure functions over OpenSSL, safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace dd::net {

std::string md5_hex(std::string_view bytes);  // S3's ETags are made of it; it protects nothing
std::string md5_binary(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
std::string sha256_base64(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
std::string hex(std::string_view bytes);

}  // namespace dd::net
