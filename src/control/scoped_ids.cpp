// SPDX-License-Identifier: MIT
#include "control/scoped_ids.hpp"

#include <fmt/format.h>

#include "trust/base64.hpp"
#include "trust/digest.hpp"
#include "trust/token.hpp"

namespace dd::control {
namespace {

constexpr std::size_t kScopeLength = 10;  // 60 bits: what a stranger would have to guess to write into another's meeting

std::string scoped(std::string_view outer_id, std::string_view scope) {
  std::string id(outer_id);
  id += ':';
  id += trust::base64url(trust::sha256(scope)).substr(0, kScopeLength);
  return id;
}

std::string_view without_scope(std::string_view id) {
  const bool has_scope = id.size() > kScopeLength + 1 && id[id.size() - kScopeLength - 1] == ':';
  return has_scope ? id.substr(0, id.size() - kScopeLength - 1) : id;
}

}  // namespace

Result<std::string> checked_outer_id(std::string_view field, std::string_view text) {
  if (!is_valid_id(text) || text.size() > kMaxOuterId || text.find(':') != std::string_view::npos) {
    return invalid_field(std::string(field), fmt::format("{} must be 1 to {} characters of A-Z a-z 0-9 - _ . @", field, kMaxOuterId));
  }
  return std::string(text);
}

MeetingId scoped_meeting(const TenantId& tenant, std::string_view meeting) {
  if (tenant == trust::kDefaultTenant) return MeetingId(std::string(meeting));
  return MeetingId(scoped(meeting, tenant.str()));
}

ParticipantId scoped_participant(const MeetingId& scoped_meeting_id, std::string_view participant) {
  return ParticipantId(scoped(participant, scoped_meeting_id.str()));
}

std::string_view outer(const MeetingId& scoped_id) { return without_scope(scoped_id.str()); }
std::string_view outer(const ParticipantId& scoped_id) { return without_scope(scoped_id.str()); }

}  // namespace dd::control
