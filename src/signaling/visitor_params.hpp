// SPDX-License-Identifier: MIT
// What clients say about themselves and about others, read and bounded: names, metadata, ids, lists. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/object_reader.hpp"

namespace dd::signaling {

inline constexpr std::size_t kMaxIdsInCall = 256;

Result<std::optional<std::string>> read_name(const api::ObjectReader& params);
Result<std::optional<std::string>> read_metadata(const api::ObjectReader& params, std::size_t max_bytes);  // JSON text of an object
Result<std::string> read_participant(const api::ObjectReader& params, std::string_view name = "participantId");

// A list of ids that must be there; each 1 to 64 characters.
template <typename IdType>
Result<std::vector<std::string>> read_ids(const api::ObjectReader& params, std::string_view name) {
  DD_TRY_VOID(params.array(name, kMaxIdsInCall));
  DD_TRY(auto ids, params.ids<IdType>(name));
  std::vector<std::string> texts;
  texts.reserve(ids.size());
  for (const auto& id : ids) texts.push_back(id.str());
  return texts;
}

}  // namespace dd::signaling
