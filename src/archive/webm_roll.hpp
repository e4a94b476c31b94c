// SPDX-License-Identifier: MIT
// Writes into a finished WebM how its pictures are upright (ProjectionPoseRoll, RFC 9559), which the libavformat of Debian 12 cannot.
// The room comes from the void that it leaves behind the seek head; no frame moves. Not for files that anybody has seen already.
// Called by make_participant.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/ebml.hpp"
#include "base/result.hpp"

namespace dd::archive {

// The one stretch of the file that changes. kInvalidArgument when the file is not laid out as libavformat does, or has no picture.
Result<Patch> patch_for_roll(const ReadAt& read_at, std::uint64_t size, std::uint32_t degrees_clockwise);

}  // namespace dd::archive
