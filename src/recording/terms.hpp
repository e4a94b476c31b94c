// SPDX-License-Identifier: MIT
// The few words every part of recording shares: a time on the timeline, kinds, codecs, reasons of gaps, ways to fill one.
// How they are spelt is docs/recording-format.md's affair; the functions here are the only ones that spell them.
// Plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace dd::recording {

// A place on the recording's timeline, or the distance of two. Clocks of others (wall, boot, NTP) are plain integers named so.
using Time = std::chrono::microseconds;

enum class Kind { kAudio, kVideo, kScreenshare };
enum class Codec { kOpus, kVp8, kVp9, kH264, kAv1 };
enum class GapReason { kPaused, kLoss, kStall, kKeyFrame, kTrouble, kCrash };

// How a gap is filled in what is made for playing.
enum class Fill { kBlack, kFreeze, kImage };

std::string_view to_string(Kind kind);
std::string_view to_string(Codec codec);
std::string_view to_string(GapReason reason);
std::string_view to_string(Fill fill);

// Nothing when the text is none of ours; whoever reads input says which field it was.
std::optional<Kind> parse_kind(std::string_view text);
std::optional<Codec> parse_codec(std::string_view text);
std::optional<GapReason> parse_gap_reason(std::string_view text);
std::optional<Fill> parse_fill(std::string_view text);

}  // namespace dd::recording
