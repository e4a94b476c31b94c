// SPDX-License-Identifier: MIT
#include "net/url.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "api/http.hpp"

namespace dd::net {
namespace {

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What can stand in a Host header and in a certificate, and nothing that could break either.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

bool is_ipv6(std::string_view host) {
  return host.size() >= 2 && host.size() <= 45 && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
         });
}

struct HostPort {
  std::string host;
  std::uint16_t port;
};

std::optional<HostPort> host_and_port(std::string_view text, std::uint16_t usual_port) {
  HostPort parsed{{}, usual_port};
  std::string_view after;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return std::nullopt;
    parsed.host = text.substr(1, end - 1);
    after = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    if (!is_host(text.substr(0, colon))) return std::nullopt;
    parsed.host = text.substr(0, colon);
    after = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  if (after.empty()) return parsed;
  if (!after.starts_with(':')) return std::nullopt;
  const auto port = number_in<std::uint16_t>(after.substr(1));
  if (!port || *port == 0) return std::nullopt;
  parsed.port = *port;
  return parsed;
}

}  // namespace

std::string HttpOrigin::host_header() const {
  const bool usual = port == (tls ? 443 : 80);
  const bool ipv6 = host.find(':') != std::string::npos;
  std::string text = ipv6 ? fmt::format("[{}]", host) : host;
  if (!usual) text += fmt::format(":{}", port);
  return text;
}

Result<HttpOrigin> parse_http_origin(std::string_view text) {
  HttpOrigin origin;
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kTls = "https://";
  std::string_view rest;
  if (text.starts_with(kPlain)) {
    rest = text.substr(kPlain.size());
  } else if (text.starts_with(kTls)) {
    origin.tls = true;
    rest = text.substr(kTls.size());
  } else {
    return make_error(Errc::kInvalidArgument, "an origin begins with http:// or https://");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  auto parsed = host_and_port(rest, origin.tls ? 443 : 80);
  if (!parsed) return make_error(Errc::kInvalidArgument, "an origin is a scheme, a host and perhaps a port");
  origin.host = std::move(parsed->host);
  origin.port = parsed->port;
  return origin;
}

Result<RedisAddress> parse_redis_url(std::string_view text) {
  const auto wrong = [](std::string_view what) {
    return make_error(Errc::kInvalidArgument, fmt::format("{}; expected redis://[[user]:password@]host[:port][/database]", what));
  };
  constexpr std::string_view kScheme = "redis://";
  if (text.starts_with("rediss://")) return wrong("Redis over TLS is not supported");
  if (!text.starts_with(kScheme)) return wrong("this is no Redis URL");
  std::string_view rest = text.substr(kScheme.size());
  RedisAddress address;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view credentials = rest.substr(0, at);
    const auto colon = credentials.find(':');
    if (colon == std::string_view::npos) return wrong("credentials have a colon before the password");
    address.user = api::percent_decoded_path(credentials.substr(0, colon));
    address.password = api::percent_decoded_path(credentials.substr(colon + 1));
    if (address.password.empty()) return wrong("the password is empty");
    rest = rest.substr(at + 1);
  }
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view database = rest.substr(slash + 1);
    if (!database.empty()) {
      const auto number = number_in<std::uint32_t>(database);
      if (!number) return wrong("the database is a number");
      address.database = *number;
    }
    rest = rest.substr(0, slash);
  }
  auto parsed = host_and_port(rest, address.port);
  if (!parsed) return wrong("the host or port cannot be read");
  address.host = std::move(parsed->host);
  address.port = parsed->port;
  return address;
}

}  // namespace dd::net
