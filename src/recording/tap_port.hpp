// SPDX-License-Identifier: MIT
// What recording needs from the media engine: a producer's RTP, sent in plain to a port of a recorder on this machine.
// It knows no mediasoup message and no recorder; media/ implements it. One tap for each producer at a time.
// Called on the control loop.
#pragma once

#include <cstdint>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/unique_function.hpp"
#include "rtp/parameters.hpp"

namespace dd::recording {

struct TapDescription {
  rtp::MediaKind kind = rtp::MediaKind::kAudio;
  rtp::Parameters parameters;     // of the stream as the recorder gets it: one encoding, and RTX when it can be repaired
  std::uint16_t source_port = 0;  // on 127.0.0.1: where the RTP comes from, and where RTCP about it goes
};

class TapPort {
 public:
  virtual ~TapPort() = default;

  // Nothing flows before start_tap(), so that the recorder can be told what will come. `on_closed` runs once when the tap
  // ends by itself (its producer closed, its worker died), not after close_tap(). The highest simulcast or SVC layer is pinned.
  virtual Task<Result<TapDescription>> open_tap(ProducerId producer, std::uint16_t recorder_port, UniqueFunction<void()> on_closed) = 0;
  // Also asks the producer for a key frame.
  virtual Task<Result<void>> start_tap(ProducerId producer) = 0;
  virtual void close_tap(const ProducerId& producer) = 0;  // ignores unknown ids
};

}  // namespace dd::recording
