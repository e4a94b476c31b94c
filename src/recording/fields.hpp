// SPDX-License-Identifier: MIT
// Reads the members of one JSON object as bounded values; the first refusal is kept and names the field.
// It is not for HTTP bodies (api/object_reader.hpp): what is read here was written by this system, and may be torn or forged all the same.
// Views the document it reads; used within one function.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::recording {

// Keeps members in the order in which they are written, so that a line can be read by people.
using Json = nlohmann::ordered_json;

inline constexpr std::size_t kMaxText = 1024;
inline constexpr std::int64_t kMaxMicroseconds = std::int64_t{1} << 53;  // 285 years; a JSON number is exact up to here
inline constexpr std::int64_t kMaxU32 = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::int64_t kMaxSide = 65'535;  // of a picture, in pixels

std::string dump(const Json& json, int indent = -1);

class Fields {
 public:
  // `path` names the object in messages; empty for the document itself.
  explicit Fields(const Json& object, std::string path = {});

  // The first refusal, or nothing. Values read after or before it are in bounds, but may be made up.
  std::optional<Error> error() const { return error_; }
  void refuse(std::string_view name, std::string_view why);
  void refuse(Error error);  // of an object inside this one
  std::string path_of(std::string_view name) const;

  bool has(std::string_view name) const { return find(name) != nullptr; }
  const Json* find(std::string_view name) const;  // null when absent or JSON null

  std::string text(std::string_view name, std::size_t max = kMaxText);
  std::string optional_text(std::string_view name, std::size_t max = kMaxText);  // "" when absent
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t min, std::int64_t max);
  bool boolean(std::string_view name);                       // false when absent
  const Json* list(std::string_view name, std::size_t max);  // null when absent

  template <typename Number>
  Number number(std::string_view name, std::int64_t max = kMaxMicroseconds) {
    return static_cast<Number>(integer(name, 0, max));
  }
  template <typename Number>
  std::optional<Number> optional_number(std::string_view name, std::int64_t max) {
    const auto value = optional_integer(name, 0, max);
    return value ? std::optional(static_cast<Number>(*value)) : std::nullopt;
  }
  std::string track();  // "track", a path component
  std::string file();   // "file", relative to the recording's folder
  Time time(std::string_view name) { return Time(integer(name, 0, kMaxMicroseconds)); }

  // `parse` is one of terms.hpp's.
  template <typename Enum>
  Enum word(std::string_view name, std::optional<Enum> (*parse)(std::string_view)) {
    const auto value = parse(text(name));
    if (!value) refuse(name, "is none of the words that may stand here");
    return value.value_or(Enum{});
  }

 private:
  const Json* object_;
  std::string path_;
  std::optional<Error> error_;
};

}  // namespace dd::recording
