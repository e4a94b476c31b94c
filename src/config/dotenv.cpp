// SPDX-License-Identifier: MIT
// A hand-written scanner, one line at a time; a value never spans lines, so an error never runs away.
#include "config/dotenv.hpp"

#include <fmt/format.h>

namespace dd::config {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_name(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return letter || (!first && ((c >= '0' && c <= '9') || c == '.'));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Result<std::string> parse_value(std::string_view text) {
  std::string value;
  if (!text.empty() && (text.front() == '{' || text.front() == '[')) return std::string(text);
  std::size_t i = 0;
  while (i < text.size() && !is_blank(text[i])) {
    const char c = text[i];
    if (c == '\'') {
      const auto end = text.find('\'', i + 1);
      if (end == std::string_view::npos) return make_error(Errc::kInvalidArgument, "a single quote is not closed");
      value += text.substr(i + 1, end - i - 1);
      i = end + 1;
    } else if (c == '"') {
      ++i;
      while (i < text.size() && text[i] != '"') {
        if (text[i] == '\\' && i + 1 < text.size()) {
          ++i;
          value += text[i] == 'n' ? '\n' : (text[i] == 't' ? '\t' : text[i]);
        } else {
          value += text[i];
        }
        ++i;
      }
      if (i >= text.size()) return make_error(Errc::kInvalidArgument, "a double quote is not closed");
      ++i;
    } else if (c == '\\' && i + 1 < text.size()) {
      value += text[i + 1];
      i += 2;
    } else {
      value += c;
      ++i;
    }
  }
  const std::string_view rest = trimmed(text.substr(i));
  if (!rest.empty() && rest.front() != '#') return make_error(Errc::kInvalidArgument, "a value with blanks needs quotes");
  return value;
}

}  // namespace

Result<std::vector<Assignment>> parse_dotenv(std::string_view text) {
  std::vector<Assignment> assignments;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ") || line.starts_with("export\t")) line = trimmed(line.substr(7));

    std::size_t name_end = 0;
    while (name_end < line.size() && is_name(line[name_end], name_end == 0)) ++name_end;
    const std::string_view name = line.substr(0, name_end);
    const std::string_view after = trimmed(line.substr(name_end));
    if (name.empty() || after.empty() || after.front() != '=') {
      return make_error(Errc::kInvalidArgument, fmt::format("line {}: expected NAME=VALUE", number));
    }
    auto value = parse_value(trimmed(after.substr(1)));
    if (!value) return make_error(Errc::kInvalidArgument, fmt::format("line {}: {}: {}", number, name, value.error().message));
    assignments.push_back({std::string(name), std::move(*value), number});
  }
  return assignments;
}

}  // namespace dd::config
