// SPDX-License-Identifier: MIT
// What a recorder is told of a tapped stream: the tap's RTP parameters in the recorder's words.
// Pure; used by Session.
#pragma once

#include "base/result.hpp"
#include "recording/protocol.hpp"
#include "recording/tap_port.hpp"

namespace dd::studio {

struct Source;

// kInvalidArgument for a codec that cannot be recorded, or parameters without an SSRC.
Result<recording::AddTrack> make_add_track(const Source& source, std::string track, const recording::TapDescription& tap);

}  // namespace dd::studio
