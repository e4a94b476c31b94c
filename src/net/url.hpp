// SPDX-License-Identifier: MIT
// The address of something we call: scheme, host and port of an origin, and the whole of a Redis URL.
// Names are not looked up here. Pure functions; the texts come from the configuration and from rows that others wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace dd::net {

struct HttpOrigin {
  bool tls = false;
  std::string host;  // an IPv6 address without its brackets
  std::uint16_t port = 0;

  std::string host_header() const;
};

// "http://10.0.0.7:3001", "https://[fd00::1]"; a slash at the end is taken, a path is not.
Result<HttpOrigin> parse_http_origin(std::string_view text);

struct RedisAddress {
  std::string host;
  std::uint16_t port = 6379;
  std::string user;  // empty: the default one
  std::string password;
  std::uint32_t database = 0;
};

// "redis://[[user]:password@]host[:port][/database]"; user and password are percent-decoded. Errors never show the password.
Result<RedisAddress> parse_redis_url(std::string_view text);

}  // namespace dd::net
