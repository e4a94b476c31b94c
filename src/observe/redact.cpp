// SPDX-License-Identifier: MIT
// One pass per kind of secret over a copy of the text; log lines are short and rare, so simplicity wins over speed.
// No regular expressions: std::regex recurses on its input and would be a way to crash the server with a long line.
#include "observe/redact.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstddef>

namespace dd::observe {
namespace {

constexpr std::string_view kIp = "[ip]";
constexpr std::string_view kSecret = "[secret]";

// A field is refused when one of its words is here ("words" are what underscores, hyphens and dots separate).
constexpr std::array<std::string_view, 19> kRefusedWords = {
    "password",    "passwd", "pwd", "secret",  "secrets",   "token", "tokens", "authorization", "cookie", "credential",
    "credentials", "ip",     "ips", "address", "addresses", "ufrag", "apikey", "jwt",           "bearer"};
// ... or when it is one of these as a whole or ends with one after a separator.
constexpr std::array<std::string_view, 5> kRefusedNames = {"api_key", "private_key", "access_key", "signing_key", "username_fragment"};

// What makes the value after it a secret: `name` then an optional quote, `=` or `:`, optional blanks and quote, the value.
constexpr std::array<std::string_view, 14> kSecretNames = {"password", "passwd",        "ice-pwd",          "ice_pwd",   "secret",
                                                           "token",    "authorization", "usernamefragment", "api_key",   "apikey",
                                                           "api-key",  "private_key",   "cookie",           "access_key"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }
bool is_word(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_'; }
bool is_token(char c) { return is_word(c) || c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '='; }

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != b[i]) return false;
  }
  return true;
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && same_word(text.substr(0, word.size()), word);
}

bool is_address(std::string_view run, int family) {
  std::array<char, 64> text{};
  if (run.size() >= text.size()) return false;
  run.copy(text.data(), run.size());
  std::array<unsigned char, 16> bytes{};
  return inet_pton(family, text.data(), bytes.data()) == 1;
}

// A maximal run of address characters, judged whole: "3.14.16" and "12:30:05" are no addresses, "10.0.0.1:443" holds one.
std::string without_addresses(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const bool may_start = is_hex(text[i]) || text[i] == ':';
    if (!may_start || (i > 0 && is_word(text[i - 1]))) {
      out += text[i++];
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (is_hex(text[end]) || text[end] == ':' || text[end] == '.')) ++end;
    std::string_view run = text.substr(i, end - i);
    const bool in_word = end < text.size() && is_word(text[end]);
    while (!run.empty() && run.back() == '.') run.remove_suffix(1);
    bool replaced = false;
    if (!in_word) {
      // The whole run, the run without a final colon, or the part before the last colon (an IPv4 address and a port).
      const std::string_view trimmed = !run.empty() && run.back() == ':' ? run.substr(0, run.size() - 1) : run;
      for (const std::string_view candidate : {run, trimmed}) {
        if (is_address(candidate, AF_INET) || (candidate.size() > 2 && is_address(candidate, AF_INET6))) {
          out += kIp;
          i += candidate.size();
          replaced = true;
          break;
        }
      }
    }
    if (!replaced) {
      const std::size_t colon = run.find(':');
      if (colon != std::string_view::npos && is_address(run.substr(0, colon), AF_INET)) {
        out += kIp;
        i += colon;
        replaced = true;
      }
    }
    if (replaced) continue;
    // No address starts here; go on after this word so that one inside a longer run ("v1:10.0.0.1") is still found.
    do {
      out += text[i++];
    } while (i < end && is_hex(text[i]));
  }
  return out;
}

std::size_t end_of_value(std::string_view text, std::size_t begin, char quote) {
  std::size_t end = begin;
  while (end < text.size()) {
    const char c = text[end];
    if (quote != 0) {
      if (c == '\\' && end + 1 < text.size()) {
        end += 2;
        continue;
      }
      if (c == quote) break;
    } else if (c == ' ' || c == ',' || c == ';' || c == '&' || c == '"' || c == '\'' || c == '}' || c == ')' || c == '\r' || c == '\n') {
      break;
    }
    ++end;
  }
  return end;
}

// If a secret's name starts at `i`, answers where its value begins and which quote ends it.
bool value_after_name(std::string_view text, std::size_t i, std::size_t& begin, char& quote) {
  for (const std::string_view name : kSecretNames) {
    if (!starts_with_word(text.substr(i), name)) continue;
    std::size_t at = i + name.size();
    if (at < text.size() && lower(text[at]) == 's') ++at;
    if (at < text.size() && text[at] == '\\') ++at;
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) ++at;
    while (at < text.size() && text[at] == ' ') ++at;
    if (at >= text.size() || (text[at] != '=' && text[at] != ':')) continue;
    ++at;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\\')) ++at;
    quote = 0;
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) quote = text[at++];
    begin = at;
    return true;
  }
  return false;
}

std::string without_named_secrets(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t begin = 0;
    char quote = 0;
    if (!value_after_name(text, i, begin, quote)) {
      out += text[i++];
      continue;
    }
    out += text.substr(i, begin - i);
    std::size_t end = end_of_value(text, begin, quote);
    // `Authorization: Basic dXNlcjpwYXNz`: the scheme is followed by the secret.
    const std::string_view value = text.substr(begin, end - begin);
    if (quote == 0 && (same_word(value, "bearer") || same_word(value, "basic") || same_word(value, "digest")) && end < text.size()) {
      end = end_of_value(text, end + 1, 0);
    }
    if (end > begin) out += kSecret;
    i = end;
  }
  return out;
}

std::string without_tokens(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const bool at_word = i == 0 || !is_word(text[i - 1]);
    if (at_word && (starts_with_word(text.substr(i), "bearer ") || starts_with_word(text.substr(i), "basic "))) {
      const std::size_t begin = text.find(' ', i) + 1;
      std::size_t end = begin;
      while (end < text.size() && is_token(text[end])) ++end;
      // "basic checks" is prose; a credential is longer than a word of prose or has its padding.
      if (end - begin >= 16 || (end > begin && text[end - 1] == '=')) {
        out += text.substr(i, begin - i);
        out += kSecret;
        i = end;
        continue;
      }
    }
    // A JWT: base64url of `{"`, two dots.
    if (at_word && text.substr(i, 3) == "eyJ") {
      std::size_t end = i;
      std::size_t dots = 0;
      while (end < text.size() && (is_word(text[end]) || text[end] == '-' || text[end] == '.')) dots += text[end++] == '.' ? 1U : 0U;
      if (dots >= 1) {
        out += kSecret;
        i = end;
        continue;
      }
    }
    // scheme://user:password@host
    if (starts_with_word(text.substr(i), "://")) {
      std::size_t end = i + 3;
      std::size_t at = std::string_view::npos;
      while (end < text.size() && text[end] != ' ' && text[end] != '/' && text[end] != '"' && text[end] != '\'') {
        if (text[end] == '@') at = end;
        ++end;
      }
      if (at != std::string_view::npos) {
        out += "://";
        out += kSecret;
        i = at;
        continue;
      }
    }
    out += text[i++];
  }
  return out;
}

}  // namespace

bool is_refused_field(std::string_view key) {
  for (const std::string_view name : kRefusedNames) {
    if (key.size() < name.size() || !same_word(key.substr(key.size() - name.size()), name)) continue;
    if (key.size() == name.size() || !is_digit(key[key.size() - name.size() - 1])) return true;
  }
  std::size_t begin = 0;
  while (begin <= key.size()) {
    std::size_t end = begin;
    while (end < key.size() && key[end] != '_' && key[end] != '-' && key[end] != '.') ++end;
    for (const std::string_view word : kRefusedWords) {
      if (same_word(key.substr(begin, end - begin), word)) return true;
    }
    begin = end + 1;
  }
  return false;
}

std::string redacted(std::string_view text) { return without_addresses(without_named_secrets(without_tokens(text))); }

}  // namespace dd::observe
