// SPDX-License-Identifier: MIT
// The only file of this folder that includes nlohmann-json; nothing of it throws with these arguments.
#include "config/json_object.hpp"

#include <nlohmann/json.hpp>

namespace dd::config {

Result<std::map<std::string, std::string>> parse_string_object(std::string_view text) {
  const auto object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object()) return make_error(Errc::kInvalidArgument, "is not a JSON object");
  std::map<std::string, std::string> out;
  for (const auto& entry : object.items()) {
    if (!entry.value().is_string()) return make_error(Errc::kInvalidArgument, "has a value that is not a string");
    out.emplace(entry.key(), entry.value().get<std::string>());
  }
  return out;
}

std::string encode_string_object(const std::map<std::string, std::string>& object) {
  return nlohmann::json(object).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace dd::config
