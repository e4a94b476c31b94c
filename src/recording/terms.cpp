// SPDX-License-Identifier: MIT
#include "recording/terms.hpp"

#include <array>
#include <cstddef>

namespace dd::recording {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 3> kKinds = {"audio", "video", "screenshare"};
constexpr std::array<std::string_view, 5> kCodecs = {"opus", "vp8", "vp9", "h264", "av1"};
constexpr std::array<std::string_view, 6> kGapReasons = {"paused", "loss", "stall", "key_frame", "trouble", "crash"};
constexpr std::array<std::string_view, 3> kFills = {"black", "freeze", "image"};

template <typename Enum, std::size_t size>
std::optional<Enum> find_in(const std::array<std::string_view, size>& names, std::string_view text) {
  for (std::size_t i = 0; i < size; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }
std::string_view to_string(Codec codec) { return kCodecs.at(static_cast<std::size_t>(codec)); }
std::string_view to_string(GapReason reason) { return kGapReasons.at(static_cast<std::size_t>(reason)); }
std::string_view to_string(Fill fill) { return kFills.at(static_cast<std::size_t>(fill)); }

std::optional<Kind> parse_kind(std::string_view text) { return find_in<Kind>(kKinds, text); }
std::optional<Codec> parse_codec(std::string_view text) { return find_in<Codec>(kCodecs, text); }
std::optional<GapReason> parse_gap_reason(std::string_view text) { return find_in<GapReason>(kGapReasons, text); }
std::optional<Fill> parse_fill(std::string_view text) { return find_in<Fill>(kFills, text); }

}  // namespace dd::recording
