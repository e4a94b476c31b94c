// SPDX-License-Identifier: MIT
#include "control/quota.hpp"

#include <algorithm>

namespace dd::control {

std::string_view to_string(Quota quota) {
  switch (quota) {
    case Quota::kMeetings: return "meetings";
    case Quota::kParticipantsPerMeeting: return "participants_per_meeting";
    case Quota::kParticipants: return "participants";
    case Quota::kAudioBitrate: return "audio_bitrate";
    case Quota::kVideoBitrate: return "video_bitrate";
    case Quota::kScreenshareBitrate: return "screenshare_bitrate";
    case Quota::kRecordingMinutes: return "recording_minutes";
    case Quota::kStorageBytes: return "storage_bytes";
    case Quota::kRequestsPerSecond: return "requests_per_second";
  }
  return "";
}

std::optional<Quota> parse_quota(std::string_view text) {
  for (const Quota quota : kQuotas) {
    if (to_string(quota) == text) return quota;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> quota_of(const Tenant& tenant, Quota quota) {
  const auto found = tenant.quotas.find(to_string(quota));
  if (found == tenant.quotas.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint32_t> count_quota_of(const Tenant& tenant, Quota quota) {
  const auto bound = quota_of(tenant, quota);
  if (!bound) return std::nullopt;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(*bound, UINT32_MAX));
}

Result<std::optional<std::int32_t>> publish_bound(std::optional<std::uint64_t> quota) {
  if (!quota) return std::optional<std::int32_t>{};
  if (*quota == 0) return refused(Errc::kForbidden, "quota_publish_bitrate", "the tenant may send nothing of this kind");
  return std::optional(static_cast<std::int32_t>(std::min<std::uint64_t>(*quota, INT32_MAX)));
}

}  // namespace dd::control
