// SPDX-License-Identifier: MIT
// Reads the members of one JSON object as typed values; every refusal names the field by its path ("routers[0].workerId").
// Unknown members are ignored, null means absent, and an optional id may also be "" (kendra writes absent ids so).
// Views the document it reads; plain value, used within one function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace dd::api {

inline constexpr std::size_t kMaxListLength = 20'000;

class ObjectReader {
 public:
  // `path` names the object in messages; empty for the body itself.
  static Result<ObjectReader> open(const Json& value, std::string path = {});

  std::string path_of(std::string_view name) const;

  const Json* find(std::string_view name) const;  // null when absent or JSON null

  Result<const Json*> require(std::string_view name) const;
  Result<ObjectReader> object(std::string_view name) const;
  Result<const Json*> array(std::string_view name, std::size_t max = kMaxListLength) const;
  Result<const Json*> optional_array(std::string_view name, std::size_t max = kMaxListLength) const;  // null when absent

  Result<std::string> text(std::string_view name, std::size_t max) const;
  Result<std::string> optional_text(std::string_view name, std::size_t max) const;  // "" when absent
  Result<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max) const;
  Result<std::optional<std::int64_t>> optional_integer(std::string_view name, std::int64_t min, std::int64_t max) const;
  Result<std::optional<bool>> optional_boolean(std::string_view name) const;

  template <typename IdType>
  Result<IdType> id(std::string_view name) const {
    DD_TRY(const std::string* value, id_text(name));
    return parse_id<IdType>(path_of(name), *value);
  }

  template <typename IdType>
  Result<std::optional<IdType>> optional_id(std::string_view name) const {
    const Json* value = find(name);
    if (value != nullptr && !value->is_string()) return wrong_type(path_of(name), "a string");
    if (value == nullptr || value->get_ref<const std::string&>().empty()) return std::optional<IdType>{};
    DD_TRY(auto parsed, parse_id<IdType>(path_of(name), value->get_ref<const std::string&>()));
    return std::optional<IdType>(std::move(parsed));
  }

  // Absent is empty, and null and "" entries are skipped.
  template <typename IdType>
  Result<std::vector<IdType>> ids(std::string_view name) const {
    std::vector<IdType> parsed;
    DD_TRY(const Json* list, optional_array(name));
    if (list == nullptr) return parsed;
    parsed.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Json& entry = (*list)[i];
      if (entry.is_null() || (entry.is_string() && entry.get_ref<const std::string&>().empty())) continue;
      const std::string path = element_path(name, i);
      if (!entry.is_string()) return wrong_type(path, "a string");
      DD_TRY(auto id, parse_id<IdType>(path, entry.get_ref<const std::string&>()));
      parsed.push_back(std::move(id));
    }
    return parsed;
  }

  // For lists that the compatibility spec has and we derive ourselves: their shape is checked, their content is not used.
  Result<void> unused_texts(std::string_view name) const;
  Result<void> unused_text(std::string_view name) const;

  std::string element_path(std::string_view name, std::size_t index) const;
  static Error wrong_type(std::string path, std::string_view wanted);

 private:
  ObjectReader(const Json& object, std::string path) : object_(&object), path_(std::move(path)) {}
  Result<const std::string*> id_text(std::string_view name) const;

  const Json* object_;
  std::string path_;
};

}  // namespace dd::api
