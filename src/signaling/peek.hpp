// SPDX-License-Identifier: MIT
// Looks into JSON that other parts of ours wrote - answers and events of media servers, signals of replicas - without failing:
// what is not there or of another type is empty. What clients write goes through api/object_reader.hpp instead. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/json.hpp"

namespace dd::signaling {

inline const api::Json* peek(const api::Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto& members = object.get_ref<const api::Json::object_t&>();
  const auto found = members.find(name);
  return found == members.end() || found->second.is_null() ? nullptr : &found->second;
}

inline std::string peek_text(const api::Json& object, std::string_view name) {
  const api::Json* value = peek(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

inline std::optional<std::int64_t> peek_integer(const api::Json& object, std::string_view name) {
  const api::Json* value = peek(object, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<std::int64_t>();
}

inline bool peek_flag(const api::Json& object, std::string_view name, bool otherwise = false) {
  const api::Json* value = peek(object, name);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
}

// The elements of a list; none when there is no list.
inline const api::Json::array_t& peek_list(const api::Json& object, std::string_view name) {
  static const api::Json::array_t kNone;
  const api::Json* value = peek(object, name);
  return value != nullptr && value->is_array() ? value->get_ref<const api::Json::array_t&>() : kNone;
}

}  // namespace dd::signaling
