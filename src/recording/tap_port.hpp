// SPDX-License-Identifier: MIT
// What recording needs from the media engine: a producer's RTP, sent in plain to a port of a recorder on this machine.
// It knows no mediasoup message and no recorder; media/ implements it. One tap for each producer at a time, and one preview.
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

struct TapId {
  ProducerId producer;
  bool preview = false;  // of a smaller simulcast layer, beside the tap that records
  friend auto operator<=>(const TapId&, const TapId&) = default;
};

class TapPort {
 public:
  virtual ~TapPort() = default;

  // Nothing flows before start_tap(), so that the recorder can be told what will come. `on_closed` runs once when the tap
  // ends by itself (its producer closed, its worker died), not after close_tap(). The highest simulcast or SVC layer is pinned;
  // of a preview the one that is `smaller` steps below it, or the lowest. kInvalidArgument for a preview of what has no smaller one.
  virtual Task<Result<TapDescription>> open_tap(TapId tap, std::uint16_t recorder_port, unsigned smaller,
                                                UniqueFunction<void()> on_closed) = 0;
  // Also asks the producer for a key frame.
  virtual Task<Result<void>> start_tap(TapId tap) = 0;
  // Another layer of an open preview, from its next key frame on.
  virtual Task<Result<void>> choose_layer(TapId tap, unsigned smaller) = 0;
  virtual Task<Result<void>> request_key_frame(TapId tap) = 0;
  virtual void close_tap(const TapId& tap) = 0;  // ignores unknown ids
};

}  // namespace dd::recording
