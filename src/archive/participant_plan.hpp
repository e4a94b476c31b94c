// SPDX-License-Identifier: MIT
// Which files for playing a recording gives, and out of which files of tracks each is made: no frame is looked at.
// It decides what goes together and from when to when; finish.cpp does it.
// Pure function of the timeline and its manifest.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recording/manifest.hpp"
#include "recording/terms.hpp"
#include "recording/timeline.hpp"

namespace dd::archive {

// A stretch of a file of a track, on the recording's timeline.
struct Stretch {
  std::string file;
  recording::Time start{};  // the file's time 0
  recording::Retiming retiming;
  recording::Time until{};  // where another file takes over, or the end
};

struct StreamPlan {
  recording::Codec codec = recording::Codec::kOpus;
  std::vector<Stretch> stretches;  // none: the stream was muted from beginning to end
  std::uint32_t width = 0;         // of the first picture; 0 when nobody knows
  std::uint32_t height = 0;
  std::uint32_t rotation = 0;  // degrees clockwise
};

struct ParticipantPlan {
  std::string participant;
  recording::Kind kind = recording::Kind::kVideo;  // or kScreenshare
  std::string file;                                // relative to the recording's folder
  recording::Time from{};
  recording::Time to{};
  std::optional<StreamPlan> audio;
  std::optional<StreamPlan> video;
};

// One file for each participant with a camera or a microphone, one for each screen share, further ones where a codec changes or a phone was
// turned (a container has one of them for each stream) or where two cameras ran at the same time.
std::vector<ParticipantPlan> plan_participants(std::span<const recording::Event> events, const recording::Manifest& manifest);

}  // namespace dd::archive
