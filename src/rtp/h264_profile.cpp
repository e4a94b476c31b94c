// SPDX-License-Identifier: MIT
#include "rtp/h264_profile.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <variant>

#include "rtp/codec_match.hpp"

namespace dd::rtp {
namespace {

// RFC 6184, table 5: profile_idc, and the constraint flags of profile-iop as far as `mask` says they matter.
struct ProfilePattern {
  unsigned idc;
  unsigned mask;
  unsigned iop;
  H264Profile profile;
};

constexpr std::array<ProfilePattern, 9> kPatterns{{
    {0x42, 0b0100'1111, 0b0100'0000, H264Profile::kConstrainedBaseline},
    {0x4d, 0b1000'1111, 0b1000'0000, H264Profile::kConstrainedBaseline},
    {0x58, 0b1100'1111, 0b1100'0000, H264Profile::kConstrainedBaseline},
    {0x42, 0b0100'1111, 0b0000'0000, H264Profile::kBaseline},
    {0x58, 0b1100'1111, 0b1000'0000, H264Profile::kBaseline},
    {0x4d, 0b1010'1111, 0b0000'0000, H264Profile::kMain},
    {0x64, 0b1111'1111, 0b0000'0000, H264Profile::kHigh},
    {0x64, 0b1111'1111, 0b0000'1100, H264Profile::kConstrainedHigh},
    {0xf4, 0b1111'1111, 0b0000'0000, H264Profile::kPredictiveHigh444},
}};

// constraint_set3_flag tells level 1b from level 1.1 (RFC 6184, section 8.1).
constexpr unsigned kConstraintSet3 = 0x10;

bool is_level(unsigned level_idc) {
  switch (level_idc) {
    case 10:
    case 11:
    case 12:
    case 13:
    case 20:
    case 21:
    case 22:
    case 30:
    case 31:
    case 32:
    case 40:
    case 41:
    case 42:
    case 50:
    case 51:
    case 52: return true;
    default: return false;
  }
}

std::string_view idc_and_iop(H264Profile profile) {
  switch (profile) {
    case H264Profile::kConstrainedBaseline: return "42e0";
    case H264Profile::kBaseline: return "4200";
    case H264Profile::kMain: return "4d00";
    case H264Profile::kConstrainedHigh: return "640c";
    case H264Profile::kHigh: return "6400";
    case H264Profile::kPredictiveHigh444: return "f400";
  }
  return {};
}

// Level 1b lies between 1 and 1.1, so it cannot be compared as a number. That a higher level counts as lower than 1b when it
// comes first is mediasoup's slip (h264-profile-level-id 2.3.3); to negotiate as its clients do we keep it.
bool is_lower(H264Level a, H264Level b) {
  if (a == kH264Level1b) return b != 10 && b != kH264Level1b;
  if (b == kH264Level1b) return a != 10;
  return a < b;
}

bool allows_level_asymmetry(const ParameterMap& parameters) {
  const ParameterValue* value = find_parameter(parameters, "level-asymmetry-allowed");
  if (value == nullptr) return false;
  if (const bool* flag = std::get_if<bool>(value)) return *flag;
  if (const std::string* text = std::get_if<std::string>(value)) return *text == "1";
  return is_number(*value, 1);
}

}  // namespace

std::optional<H264ProfileLevel> parse_profile_level_id(std::string_view hex) {
  if (hex.size() != 6) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc{} || end != hex.data() + hex.size()) return std::nullopt;

  const unsigned idc = value >> 16;
  const unsigned iop = value >> 8 & 0xff;
  const unsigned level_idc = value & 0xff;
  if (!is_level(level_idc)) return std::nullopt;
  const H264Level level = level_idc == 11 && (iop & kConstraintSet3) != 0 ? kH264Level1b : static_cast<H264Level>(level_idc);
  for (const ProfilePattern& pattern : kPatterns) {
    if (pattern.idc == idc && (iop & pattern.mask) == pattern.iop) return H264ProfileLevel{pattern.profile, level};
  }
  return std::nullopt;
}

std::optional<std::string> profile_level_id(const H264ProfileLevel& value) {
  if (value.level == kH264Level1b) {
    switch (value.profile) {
      case H264Profile::kConstrainedBaseline: return "42f00b";
      case H264Profile::kBaseline: return "42100b";
      case H264Profile::kMain: return "4d100b";
      default: return std::nullopt;
    }
  }
  return fmt::format("{}{:02x}", idc_and_iop(value.profile), value.level);
}

std::optional<H264ProfileLevel> profile_level_of(const ParameterMap& parameters) {
  const ParameterValue* value = find_parameter(parameters, "profile-level-id");
  if (value == nullptr) return H264ProfileLevel{H264Profile::kConstrainedBaseline, 31};
  const std::string* text = std::get_if<std::string>(value);
  return text == nullptr ? std::nullopt : parse_profile_level_id(*text);
}

bool same_profile(const ParameterMap& a, const ParameterMap& b) {
  const auto first = profile_level_of(a);
  const auto second = profile_level_of(b);
  return first && second && first->profile == second->profile;
}

std::optional<std::string> answer_profile_level_id(const ParameterMap& local, const ParameterMap& remote) {
  if (find_parameter(local, "profile-level-id") == nullptr && find_parameter(remote, "profile-level-id") == nullptr) {
    return std::nullopt;
  }
  const auto ours = profile_level_of(local);
  const auto theirs = profile_level_of(remote);
  if (!ours || !theirs) return std::nullopt;
  const bool asymmetric = allows_level_asymmetry(local) && allows_level_asymmetry(remote);
  const H264Level lower = is_lower(ours->level, theirs->level) ? ours->level : theirs->level;
  return profile_level_id({ours->profile, asymmetric ? ours->level : lower});
}

}  // namespace dd::rtp
