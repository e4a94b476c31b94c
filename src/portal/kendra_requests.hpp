// SPDX-License-Identifier: MIT
// The bodies of kendra's public API as typed values; every refusal names the field as kendra's clients write it (`meeting_id`).
// Whether the caller may do it is the route's affair. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

namespace dd::portal {

inline constexpr std::int64_t kMaxKendraCapacity = 10'000;
inline constexpr std::size_t kMaxKendraTargets = 1'000;

// Whom a call is about. `meeting` is the id that servers and rows know: what was written for the default tenant, scoped for others.
struct KendraAddress {
  TenantId tenant;
  std::string written;  // the meeting, as the caller wrote it
  MeetingId meeting;
  ParticipantId participant;  // empty where the call has none
  InstanceId instance;
};

enum class Names { kMeeting, kParticipant, kInstance };  // each includes the one before

// An id of the default tenant's meeting has no colon, so that it cannot be the scoped id of another tenant's.
Result<KendraAddress> parse_kendra_address(const api::Json& body, Names names);

// What createMeeting asks room for. `everybody`: one router for so many, instead of the other two.
struct KendraCapacity {
  std::int64_t producers = 0;
  std::int64_t consumers = 0;
  std::int64_t everybody = 0;
};
Result<KendraCapacity> parse_kendra_capacity(const api::Json& body);

Result<std::string> parse_kendra_kind(const api::Json& body);                  // `kind`, as written
Result<std::vector<std::string>> parse_kendra_kinds(const api::Json& body);    // `kinds`, lower case
Result<bool> parse_kendra_flag(const api::Json& body, std::string_view name);  // false when absent
std::string lower_case(std::string_view text);

// `target_participants`, {participant: [kind]}; kinds in lower case. An empty object names nobody.
using KendraTargets = std::vector<std::pair<ParticipantId, std::vector<std::string>>>;
Result<KendraTargets> parse_kendra_targets(const api::Json& body);

// `rtp_parameters`, `dtls_parameters`, `rtp_capabilities`: objects whose content the media server checks.
Result<api::JsonText> parse_kendra_object(const api::Json& body, std::string_view name);

}  // namespace dd::portal
