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

namespace {

Result<StorageProfile> parse_profile(const nlohmann::json& json) {
  if (!json.is_object()) return make_error(Errc::kInvalidArgument, "has a profile that is not a JSON object");
  StorageProfile profile;
  for (const auto& entry : json.items()) {
    if (entry.key() == "pathStyle") {
      if (!entry.value().is_boolean()) return make_error(Errc::kInvalidArgument, "has a pathStyle that is not true or false");
      profile.path_style = entry.value().get<bool>();
      continue;
    }
    std::string* const field = entry.key() == "endpoint"    ? &profile.endpoint
                               : entry.key() == "region"    ? &profile.region
                               : entry.key() == "bucket"    ? &profile.bucket
                               : entry.key() == "prefix"    ? &profile.prefix
                               : entry.key() == "accessKey" ? &profile.access_key
                               : entry.key() == "secretKey" ? &profile.secret_key
                                                            : nullptr;
    if (field == nullptr) return make_error(Errc::kInvalidArgument, "has a member that no profile has: " + entry.key());
    if (!entry.value().is_string()) return make_error(Errc::kInvalidArgument, "has a " + entry.key() + " that is not a string");
    *field = entry.value().get<std::string>();
  }
  while (profile.prefix.ends_with('/')) profile.prefix.pop_back();
  while (profile.prefix.starts_with('/')) profile.prefix.erase(0, 1);
  return profile;
}

}  // namespace

Result<std::map<std::string, StorageProfile>> parse_storage_profiles(std::string_view text) {
  const auto object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object()) return make_error(Errc::kInvalidArgument, "is not a JSON object");
  std::map<std::string, StorageProfile> profiles;
  for (const auto& entry : object.items()) {
    DD_TRY(auto profile, parse_profile(entry.value()));
    profiles.emplace(entry.key(), std::move(profile));
  }
  return profiles;
}

std::string encode_string_object(const std::map<std::string, std::string>& object) {
  return nlohmann::json(object).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace dd::config
