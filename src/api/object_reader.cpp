// SPDX-License-Identifier: MIT
#include "api/object_reader.hpp"

#include <fmt/format.h>

namespace dd::api {

Result<ObjectReader> ObjectReader::open(const Json& value, std::string path) {
  if (!value.is_object()) {
    if (path.empty()) return make_error(Errc::kInvalidArgument, "the body must be a JSON object");
    return wrong_type(std::move(path), "an object");
  }
  return ObjectReader(value, std::move(path));
}

std::string ObjectReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

std::string ObjectReader::element_path(std::string_view name, std::size_t index) const {
  return fmt::format("{}[{}]", path_of(name), index);
}

Error ObjectReader::wrong_type(std::string path, std::string_view wanted) {
  std::string message = fmt::format("{} must be {}", path, wanted);
  return invalid_field(std::move(path), std::move(message));
}

const Json* ObjectReader::find(std::string_view name) const {
  const auto& members = object_->get_ref<const Json::object_t&>();
  const auto found = members.find(name);
  return found == members.end() || found->second.is_null() ? nullptr : &found->second;
}

Result<const Json*> ObjectReader::require(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) {
    std::string path = path_of(name);
    std::string message = fmt::format("{} is missing", path);
    return invalid_field(std::move(path), std::move(message));
  }
  return value;
}

Result<ObjectReader> ObjectReader::object(std::string_view name) const {
  DD_TRY(const Json* value, require(name));
  return open(*value, path_of(name));
}

Result<const Json*> ObjectReader::array(std::string_view name, std::size_t max) const {
  DD_TRY_VOID(require(name));
  return optional_array(name, max);
}

Result<const Json*> ObjectReader::optional_array(std::string_view name, std::size_t max) const {
  const Json* value = find(name);
  if (value == nullptr) return value;
  if (!value->is_array()) return wrong_type(path_of(name), "an array");
  if (value->size() > max) {
    std::string path = path_of(name);
    std::string message = fmt::format("{} may have at most {} entries", path, max);
    return invalid_field(std::move(path), std::move(message));
  }
  return value;
}

Result<const std::string*> ObjectReader::id_text(std::string_view name) const {
  DD_TRY(const Json* value, require(name));
  if (!value->is_string()) return wrong_type(path_of(name), "a string");
  return value->get_ptr<const std::string*>();
}

Result<std::string> ObjectReader::text(std::string_view name, std::size_t max) const {
  DD_TRY_VOID(require(name));
  return optional_text(name, max);
}

Result<std::string> ObjectReader::optional_text(std::string_view name, std::size_t max) const {
  const Json* value = find(name);
  if (value == nullptr) return std::string{};
  if (!value->is_string()) return wrong_type(path_of(name), "a string");
  const auto& written = value->get_ref<const std::string&>();
  if (written.size() > max) {
    std::string path = path_of(name);
    std::string message = fmt::format("{} may be at most {} bytes long", path, max);
    return invalid_field(std::move(path), std::move(message));
  }
  return written;
}

Result<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t min, std::int64_t max) const {
  DD_TRY_VOID(require(name));
  DD_TRY(auto value, optional_integer(name, min, max));
  return *value;
}

Result<std::optional<std::int64_t>> ObjectReader::optional_integer(std::string_view name, std::int64_t min, std::int64_t max) const {
  const Json* value = find(name);
  if (value == nullptr) return std::optional<std::int64_t>{};
  const bool whole = value->is_number_integer();
  const bool above = value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  if (!whole || above || value->get<std::int64_t>() < min || value->get<std::int64_t>() > max) {
    return wrong_type(path_of(name), fmt::format("an integer from {} to {}", min, max));
  }
  return std::optional<std::int64_t>(value->get<std::int64_t>());
}

Result<std::optional<bool>> ObjectReader::optional_boolean(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::optional<bool>{};
  if (!value->is_boolean()) return wrong_type(path_of(name), "true or false");
  return std::optional<bool>(value->get<bool>());
}

Result<void> ObjectReader::unused_texts(std::string_view name) const {
  DD_TRY(const Json* list, optional_array(name));
  if (list == nullptr) return ok();
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!(*list)[i].is_string() && !(*list)[i].is_null()) return wrong_type(element_path(name, i), "a string");
  }
  return ok();
}

Result<void> ObjectReader::unused_text(std::string_view name) const {
  const Json* value = find(name);
  if (value != nullptr && !value->is_string()) return wrong_type(path_of(name), "a string");
  return ok();
}

}  // namespace dd::api
