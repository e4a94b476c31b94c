// SPDX-License-Identifier: MIT
#include "api/range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace dd::api {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ByteRange requested_range(const HttpRequest& request, std::uint64_t size, std::string_view etag) {
  const ByteRange whole{ByteRange::Kind::kWhole, 0, size};
  const auto range = request.header("range");
  if (!range) return whole;
  // Somebody goes on with what they have; if that was of another content, they need all of the new one. Dates are too
  // coarse to tell two contents apart, so If-Range with a date gets the whole, too.
  if (const auto condition = request.header("if-range"); condition && *condition != etag) return whole;
  constexpr std::string_view kUnit = "bytes=";
  if (!range->starts_with(kUnit)) return whole;
  const std::string_view wanted = range->substr(kUnit.size());
  const auto dash = wanted.find('-');
  if (dash == std::string_view::npos || wanted.find(',') != std::string_view::npos) return whole;
  const std::string_view first_text = wanted.substr(0, dash);
  const std::string_view last_text = wanted.substr(dash + 1);
  const ByteRange none{ByteRange::Kind::kUnsatisfiable, 0, 0};

  if (first_text.empty()) {  // the last so many
    const auto count = number(last_text);
    if (!count) return whole;
    if (*count == 0 || size == 0) return none;
    const std::uint64_t length = std::min(*count, size);
    return {ByteRange::Kind::kPart, size - length, length};
  }
  const auto first = number(first_text);
  if (!first) return whole;
  std::uint64_t last = size == 0 ? 0 : size - 1;
  if (!last_text.empty()) {
    const auto given = number(last_text);
    if (!given || *given < *first) return whole;  // not a valid range, so it is as if it were not there
    last = std::min(last, *given);
  }
  if (*first >= size) return none;
  return {ByteRange::Kind::kPart, *first, last - *first + 1};
}

}  // namespace dd::api
