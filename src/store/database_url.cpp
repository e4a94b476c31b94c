// SPDX-License-Identifier: MIT
#include "store/database_url.hpp"

#include <charconv>
#include <optional>
#include <string>

namespace dd::store {
namespace {

Error refused(std::string what) { return invalid_field("DATABASE_URL", std::move(what)); }

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  // The client libraries take C strings; a NUL would silently cut the value.
  if (decoded.find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

Result<void> read_host(std::string_view text, Settings& settings) {
  std::string_view host = text;
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return refused("the host's bracket is not closed");
    host = text.substr(1, end - 1);
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return refused("only a port may follow the host");
    if (!rest.empty()) port = rest.substr(1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (host.empty()) return refused("the host is missing");
  settings.host = std::string(host);
  settings.unix_socket.clear();
  if (port.empty()) return ok();
  const auto* end = port.data() + port.size();
  const auto parsed = std::from_chars(port.data(), end, settings.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end || settings.port == 0) return refused("the port must be 1 to 65535");
  return ok();
}

Result<Settings> parse_mysql(std::string_view text, Settings settings) {
  settings.kind = DatabaseKind::kMysql;
  // The driver's options of other languages follow a question mark; we have none.
  text = text.substr(0, text.find('?'));
  // A password pasted unencoded may hold '@' or '/'; the last '@' is the one before the host.
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    const auto credentials = text.substr(0, at);
    const auto colon = credentials.find(':');
    const auto user = decode_percent(credentials.substr(0, colon));
    const auto password = decode_percent(colon == std::string_view::npos ? std::string_view() : credentials.substr(colon + 1));
    if (!user || !password) return refused("user or password has a broken percent-encoding");
    if (user->empty()) return refused("the user is missing");
    settings.user = *user;
    settings.password = *password;
    text = text.substr(at + 1);
  }
  const auto slash = text.find('/');
  DD_TRY_VOID(read_host(text.substr(0, slash), settings));
  if (slash != std::string_view::npos && slash + 1 < text.size()) {
    const auto database = decode_percent(text.substr(slash + 1));
    if (!database) return refused("the database's name has a broken percent-encoding");
    settings.database = *database;
  }
  return settings;
}

}  // namespace

Result<Settings> parse_database_url(std::string_view text, Settings settings) {
  for (std::string_view scheme : {"mysql://", "mariadb://"}) {
    if (text.substr(0, scheme.size()) == scheme) return parse_mysql(text.substr(scheme.size()), std::move(settings));
  }
  for (std::string_view scheme : {"sqlite://", "sqlite:"}) {
    if (text.substr(0, scheme.size()) != scheme) continue;
    const auto path = text.substr(scheme.size());
    if (path.empty()) return refused("the file's path is missing");
    settings.kind = DatabaseKind::kSqlite;
    settings.path = std::string(path);
    return settings;
  }
  return refused("must begin with mysql://, mariadb:// or sqlite:");
}

}  // namespace dd::store
