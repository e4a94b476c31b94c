// SPDX-License-Identifier: MIT
#include "signaling/visitor_params.hpp"

#include <fmt/format.h>

#include "control/scoped_ids.hpp"
#include "trust/token.hpp"

namespace dd::signaling {

Result<std::optional<std::string>> read_name(const api::ObjectReader& params) {
  std::optional<std::string> name;
  if (params.find("name") == nullptr) return name;
  DD_TRY(auto text, params.text("name", trust::kMaxName));
  if (!text.empty()) name = std::move(text);
  return name;
}

Result<std::optional<std::string>> read_metadata(const api::ObjectReader& params, std::size_t max_bytes) {
  std::optional<std::string> metadata;
  const api::Json* value = params.find("metadata");
  if (value == nullptr) return metadata;
  if (!value->is_object()) return api::ObjectReader::wrong_type(params.path_of("metadata"), "an object");
  std::string text = api::to_text(api::OrderedJson(*value));
  if (text.size() > max_bytes) {
    Error error = make_error(Errc::kPayloadTooLarge, fmt::format("metadata may have at most {} bytes as JSON", max_bytes));
    error.field = params.path_of("metadata");
    return error;
  }
  metadata = std::move(text);
  return metadata;
}

Result<std::string> read_participant(const api::ObjectReader& params, std::string_view name) {
  DD_TRY(auto text, params.text(name, control::kMaxOuterId));
  return control::checked_outer_id(params.path_of(name), text);
}

}  // namespace dd::signaling
