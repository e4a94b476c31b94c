// SPDX-License-Identifier: MIT
// Nothing of nlohmann-json throws as it is used here.
#include "recording/fields.hpp"

#include <fmt/format.h>

#include "recording/paths.hpp"

namespace dd::recording {

std::string dump(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

Fields::Fields(const Json& object, std::string path) : object_(&object), path_(std::move(path)) {
  if (!object.is_object()) error_ = invalid_field(path_, "is not an object");
}

std::string Fields::path_of(std::string_view name) const { return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name); }

void Fields::refuse(std::string_view name, std::string_view why) {
  refuse(invalid_field(path_of(name), fmt::format("{} {}", path_of(name), why)));
}

void Fields::refuse(Error error) {
  if (!error_) error_ = std::move(error);
}

const Json* Fields::find(std::string_view name) const {
  if (!object_->is_object()) return nullptr;
  const auto found = object_->find(name);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

std::string Fields::text(std::string_view name, std::size_t max) {
  if (!has(name)) refuse(name, "is missing");
  return optional_text(name, max);
}

std::string Fields::optional_text(std::string_view name, std::size_t max) {
  const Json* value = find(name);
  if (value == nullptr) return {};
  const auto* text = value->get_ptr<const std::string*>();
  if (text == nullptr) {
    refuse(name, "is not a string");
    return {};
  }
  if (text->size() > max) {
    refuse(name, fmt::format("is longer than {} bytes", max));
    return {};
  }
  return *text;
}

std::int64_t Fields::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  if (!has(name)) refuse(name, "is missing");
  return optional_integer(name, min, max).value_or(min);
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  // An unsigned number above the signed range would wrap.
  const auto* wide = value->get_ptr<const Json::number_unsigned_t*>();
  if (!value->is_number_integer() || (wide != nullptr && *wide > static_cast<std::uint64_t>(kMaxMicroseconds))) {
    refuse(name, "is not a whole number in bounds");
    return std::nullopt;
  }
  const auto number = value->get<std::int64_t>();
  if (number < min || number > max) {
    refuse(name, fmt::format("is not between {} and {}", min, max));
    return std::nullopt;
  }
  return number;
}

std::string Fields::track() {
  std::string track = text("track");
  if (!is_component(track)) refuse("track", "is not a track's id");
  return track;
}

std::string Fields::file() {
  std::string file = text("file");
  if (!is_relative_file(file)) refuse("file", "is not the name of a file of a recording");
  return file;
}

bool Fields::boolean(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    refuse(name, "is neither true nor false");
    return false;
  }
  return value->get<bool>();
}

const Json* Fields::list(std::string_view name, std::size_t max) {
  const Json* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    refuse(name, "is not a list");
    return nullptr;
  }
  if (value->size() > max) {
    refuse(name, fmt::format("has more than {} entries", max));
    return nullptr;
  }
  return value;
}

}  // namespace dd::recording
