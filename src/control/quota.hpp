// SPDX-License-Identifier: MIT
// The quotas a tenant may have, by name; an absent one is no bound. It enforces nothing: who admits, publishes or records asks.
// Plain values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "control/tenant_store.hpp"

namespace dd::control {

enum class Quota {
  kMeetings,                // at a time
  kParticipantsPerMeeting,  // at a time
  kParticipants,            // in all meetings, at a time
  kAudioBitrate,            // of one producer of that kind, bits a second; the server stops what sends more
  kVideoBitrate,
  kScreenshareBitrate,
  kRecordingMinutes,   // in a calendar month (UTC)
  kStorageBytes,       // of recordings, on all servers together
  kRequestsPerSecond,  // of signaling and HTTP together, on one replica
};

inline constexpr std::array kQuotas{Quota::kMeetings,         Quota::kParticipantsPerMeeting, Quota::kParticipants,
                                    Quota::kAudioBitrate,     Quota::kVideoBitrate,           Quota::kScreenshareBitrate,
                                    Quota::kRecordingMinutes, Quota::kStorageBytes,           Quota::kRequestsPerSecond};

std::string_view to_string(Quota quota);  // "meetings", "participants_per_meeting", ..., "requests_per_second"
std::optional<Quota> parse_quota(std::string_view text);
std::optional<std::uint64_t> quota_of(const Tenant& tenant, Quota quota);
// As a count of people or meetings, of which nobody has more than 32 bits can say.
std::optional<std::uint32_t> count_quota_of(const Tenant& tenant, Quota quota);

// `maxBitrate` of createProducer for what a tenant may send of a kind; kForbidden with reason "quota_publish_bitrate" when that is nothing.
Result<std::optional<std::int32_t>> publish_bound(std::optional<std::uint64_t> quota);

}  // namespace dd::control
