// SPDX-License-Identifier: MIT
// Text to field and field to text, by the row's type, shape and bounds. Messages name the bound, never the value of a
// secret: the caller prints them.
#include <arpa/inet.h>

#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/json_object.hpp"
#include "config/schema.hpp"

namespace dd::config {
namespace {

Result<void> refused(const Row& row, std::string message) {
  return invalid_field(std::string(row.name), fmt::format("{} {}", row.name, message));
}

std::string with_unit(const Row& row) { return row.unit.empty() ? std::string() : fmt::format(" {}", row.unit); }

Result<std::uint64_t> number_in(const Row& row, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < row.min || value > row.max) {
    return Error(refused(row, fmt::format("must be a whole number from {} to {}{}", row.min, row.max, with_unit(row))).error());
  }
  return value;
}

bool is_ip(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  const std::string copy(text);
  return inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1;
}

bool is_word(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!letter) return false;
  }
  return !text.empty();
}

bool is_host(std::string_view text) {
  if (is_ip(text)) return true;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') return is_ip(text.substr(1, text.size() - 2));
  if (text.empty() || text.front() == '.' || text.front() == '-') return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!letter) return false;
  }
  return true;
}

bool is_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_host(text.substr(0, colon))) return false;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc{} && end == digits.data() + digits.size() && port != 0;
}

bool is_http_url(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme) || text.size() == scheme.size()) continue;
    for (const char c : text) {
      if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
    }
    return text[scheme.size()] != '/';
  }
  return false;
}

// RFC 7065, loosely: "turn:host[:port][?transport=udp|tcp]", or turns.
bool is_turn_url(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  if (colon == std::string_view::npos || (scheme != "turn" && scheme != "turns")) return false;
  const auto question = text.find('?');
  const std::string_view place = text.substr(colon + 1, question == std::string_view::npos ? question : question - colon - 1);
  if (question != std::string_view::npos) {
    const std::string_view query = text.substr(question);
    if (query != "?transport=udp" && query != "?transport=tcp") return false;
  }
  return !place.empty() && std::all_of(place.begin(), place.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (!is_ip(address)) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const unsigned most = address.find(':') == std::string_view::npos ? 32 : 128;
  return error == std::errc{} && end == digits.data() + digits.size() && bits <= most;
}

// RFC 9110 section 5.6.2 (token) and 5.5 (field value).
bool is_header(std::string_view name, std::string_view value) {
  if (name.empty()) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view("!#$%&'*+-.^_`|~").find(c) == std::string_view::npos) return false;
  }
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) return false;
  }
  return true;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    const auto bar = choices.find('|');
    if (choices.substr(0, bar) == text) return true;
    choices = bar == std::string_view::npos ? std::string_view{} : choices.substr(bar + 1);
  }
  return false;
}

// "warn,mediasoup=debug" is the reference's way to say "warn": the part that names no module.
std::string_view plain_level(std::string_view filter) {
  while (!filter.empty()) {
    const auto comma = filter.find(',');
    const std::string_view part = filter.substr(0, comma);
    if (part.find('=') == std::string_view::npos) return part;
    filter = comma == std::string_view::npos ? std::string_view{} : filter.substr(comma + 1);
  }
  return filter;
}

std::string choices_text(const Row& row) {
  std::string text;
  for (const char c : row.choices) {
    if (c == '|') {
      text += ", ";
    } else {
      text += c;
    }
  }
  return text;
}

Result<void> assign_text(const Row& row, std::string& field, std::string_view text) {
  // An empty text means "unset" everywhere, as it did in the reference; what may not be empty then keeps its default.
  if (text.empty() && (row.min > 0 || !row.choices.empty())) return ok();
  if (text.size() > row.max || (!text.empty() && text.size() < row.min)) {
    return refused(row, fmt::format("must have {} to {} characters", row.min, row.max));
  }
  std::string value(text);
  if (!row.choices.empty()) {
    value = row.name == "LOG_LEVEL" ? std::string(plain_level(text)) : value;
    for (char& c : value) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!is_choice(row.choices, value)) return refused(row, fmt::format("must be one of {}", choices_text(row)));
  }
  if (!text.empty()) {
    switch (row.shape) {
      case Shape::kIp:
        if (!is_ip(text)) return refused(row, "must be an IP address");
        break;
      case Shape::kHost:
        if (!is_host(text)) return refused(row, "must be an IP address or a host name");
        break;
      case Shape::kHttpUrl:
        if (!is_http_url(text)) return refused(row, "must be a URL that begins with http:// or https://");
        break;
      case Shape::kHostPort:
        if (!is_host_port(text)) return refused(row, "must be host:port");
        break;
      case Shape::kWord:
        if (!is_word(text)) return refused(row, "may have letters, digits, - and _ only");
        break;
      case Shape::kAny:
      case Shape::kPort:
      case Shape::kCidrs:
      case Shape::kHttpUrls:
      case Shape::kTurnUrls:
      case Shape::kStorageProfiles:
      case Shape::kHeaders: break;
    }
    for (const char c : text) {
      if (c == '\0' || c == '\n' || c == '\r') return refused(row, "may not contain line ends");
    }
  }
  field = std::move(value);
  return ok();
}

Result<void> assign_list(const Row& row, std::vector<std::string>& field, std::string_view text) {
  std::vector<std::string> values;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) {
      if (!row.choices.empty()) {
        if (!is_choice(row.choices, part)) return refused(row, fmt::format("must be a comma-separated list of {}", choices_text(row)));
      } else if (row.shape == Shape::kHttpUrls) {
        if (!is_http_url(part)) return refused(row, "must be a comma-separated list of http or https URLs");
      } else if (row.shape == Shape::kTurnUrls) {
        if (!is_turn_url(part)) return refused(row, "must be a comma-separated list of TURN servers such as turn:turn.example.org:3478");
      } else if (!is_cidr(part)) {
        return refused(row, "must be a comma-separated list of networks such as 10.0.0.0/8");
      }
      values.emplace_back(part);
    }
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  field = std::move(values);
  return ok();
}

Result<void> assign_headers(const Row& row, std::map<std::string, std::string>& field, std::string_view text) {
  if (text.empty()) {
    field.clear();
    return ok();
  }
  auto object = parse_string_object(text);
  if (!object) return refused(row, object.error().message + "; in a file, wrap it in single quotes");
  for (const auto& entry : *object) {
    if (!is_header(entry.first, entry.second)) return refused(row, "has a name or a value that may not stand in an HTTP header");
  }
  field = std::move(*object);
  return ok();
}

Result<void> assign_profiles(const Row& row, std::map<std::string, StorageProfile>& field, std::string_view text) {
  if (text.empty()) {
    field.clear();
    return ok();
  }
  auto profiles = parse_storage_profiles(text);
  if (!profiles) return refused(row, profiles.error().message + "; in a file, wrap it in single quotes");
  for (const auto& entry : *profiles) {
    if (!is_word(entry.first)) return refused(row, "has a profile whose name is not of letters, digits, - and _");
    if (!is_http_url(entry.second.endpoint)) return refused(row, fmt::format("has no http or https endpoint for {}", entry.first));
    if (!is_host(entry.second.bucket)) return refused(row, fmt::format("has no bucket for {}", entry.first));
    if (!is_word(entry.second.region)) return refused(row, fmt::format("has no region for {}", entry.first));
    if (entry.second.access_key.empty() || entry.second.secret_key.empty())
      return refused(row, fmt::format("lacks a key for {}", entry.first));
  }
  field = std::move(*profiles);
  return ok();
}

Result<void> assign_bool(const Row& row, bool& field, std::string_view text) {
  for (const std::string_view yes : {"true", "1", "yes", "on", "TRUE", "True"}) {
    if (text == yes) return field = true, ok();
  }
  for (const std::string_view no : {"false", "0", "no", "off", "FALSE", "False", ""}) {
    if (text == no) return field = false, ok();
  }
  return refused(row, "must be true or false");
}

struct Assigner {
  const Row& row;
  std::string_view text;

  Result<void> operator()(std::string* field) const { return assign_text(row, *field, text); }
  Result<void> operator()(bool* field) const { return assign_bool(row, *field, text); }
  Result<void> operator()(std::vector<std::string>* field) const { return assign_list(row, *field, text); }
  Result<void> operator()(std::map<std::string, std::string>* field) const { return assign_headers(row, *field, text); }
  Result<void> operator()(std::map<std::string, StorageProfile>* field) const { return assign_profiles(row, *field, text); }
  template <typename Number>
  Result<void> operator()(Number* field) const {
    if (text.empty()) return ok();
    DD_TRY(const auto value, number_in(row, text));
    if constexpr (std::is_integral_v<Number>) {
      *field = static_cast<Number>(value);
    } else {
      *field = Number(static_cast<std::int64_t>(value));
    }
    return ok();
  }
};

struct Printer {
  std::string operator()(const std::string* field) const { return *field; }
  std::string operator()(const bool* field) const { return *field ? "true" : "false"; }
  std::string operator()(const std::vector<std::string>* field) const { return fmt::format("{}", fmt::join(*field, ",")); }
  std::string operator()(const std::map<std::string, std::string>* field) const {
    return field->empty() ? "" : encode_string_object(*field);
  }
  std::string operator()(const std::map<std::string, StorageProfile>* field) const {
    std::string names;  // never their keys
    for (const auto& entry : *field) names += (names.empty() ? "" : ",") + entry.first;
    return names;
  }
  template <typename Number>
  std::string operator()(const Number* field) const {
    if constexpr (std::is_integral_v<Number>) {
      return fmt::format("{}", *field);
    } else {
      return fmt::format("{}", field->count());
    }
  }
};

struct TypeName {
  std::string_view operator()(const std::string*) const { return "text"; }
  std::string_view operator()(const bool*) const { return "true or false"; }
  std::string_view operator()(const std::vector<std::string>*) const { return "list of networks"; }
  std::string_view operator()(const std::map<std::string, std::string>*) const { return "JSON object"; }
  std::string_view operator()(const std::map<std::string, StorageProfile>*) const { return "JSON object"; }
  template <typename Number>
  std::string_view operator()(const Number*) const {
    return "number";
  }
};

}  // namespace

Result<void> assign(const Row& row, Settings& settings, std::string_view text) {
  return std::visit(Assigner{row, text}, row.field(settings));
}

std::string_view type_name(const Row& row) {
  Settings defaults;
  if (!row.choices.empty()) return "choice";
  switch (row.shape) {
    case Shape::kPort: return "port";
    case Shape::kIp: return "IP address";
    case Shape::kHost: return "IP address or host";
    case Shape::kHttpUrl: return "URL";
    case Shape::kHostPort: return "host:port";
    case Shape::kWord: return "word";
    case Shape::kHttpUrls:
    case Shape::kTurnUrls: return "list of URLs";
    case Shape::kAny:
    case Shape::kCidrs:
    case Shape::kStorageProfiles:
    case Shape::kHeaders: break;
  }
  return std::visit(TypeName{}, row.field(defaults));
}

std::string bounds_text(const Row& row) {
  if (!row.choices.empty()) return choices_text(row);
  Settings defaults;
  const std::string_view type = std::visit(TypeName{}, row.field(defaults));
  if (type == "number") return fmt::format("{} to {}{}", row.min, row.max, with_unit(row));
  if (type == "text")
    return row.min > 0 ? fmt::format("{} to {} characters", row.min, row.max) : fmt::format("up to {} characters", row.max);
  return {};
}

std::string value_text(const Row& row, const Settings& settings) {
  Settings copy = settings;
  std::string text = std::visit(Printer{}, row.field(copy));
  if (row.secrecy == Secrecy::kSecret && !text.empty()) return "***";
  return text;
}

std::string flag_name(const Row& row) {
  std::string flag = "--";
  for (const char c : row.name) flag += c == '_' ? '-' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  return flag;
}

}  // namespace dd::config
