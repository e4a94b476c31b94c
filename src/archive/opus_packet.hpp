// SPDX-License-Identifier: MIT
// The first bytes of an Opus packet (RFC 6716, section 3.1), and packets that decode to silence.
// It decodes nothing: how long a packet lasts and whether it is stereo stands in its first two bytes.
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "recording/terms.hpp"

namespace dd::archive {

// Nothing for an empty packet or one that would last longer than the 120 ms the format allows.
std::optional<recording::Time> opus_duration(std::span<const std::uint8_t> packet);

// 20 ms of digital silence in as many channels as `before` has; `before` may be empty (stereo).
std::vector<std::uint8_t> opus_silence(std::span<const std::uint8_t> before);
inline constexpr recording::Time kOpusSilence{20'000};

// A packet that was lost, in the format of `before`: a decoder conceals it out of what it heard last, which fades out.
struct LostOpus {
  std::vector<std::uint8_t> bytes;
  recording::Time duration{};
};
LostOpus opus_lost(std::span<const std::uint8_t> before);

// The identification header (RFC 7845, section 5.1) of a stream that begins in the middle: nothing is to be skipped.
std::vector<std::uint8_t> opus_head(std::uint8_t channels);

}  // namespace dd::archive
