// SPDX-License-Identifier: MIT
// Makes parsed RTP values fit to negotiate with: refuses what makes no sense and fills in what may be left out, by the rules
// of mediasoup 3.27.1. It parses nothing (api/rtp_json.hpp does) and knows no router. Pure functions.
#pragma once

#include "base/result.hpp"
#include "rtp/parameters.hpp"

namespace dd::rtp {

// The Error's field is the path beneath the value, in the wire's names: "codecs[1].parameters.apt".
Result<void> validate(CodecCapability& codec);
Result<void> validate(Capabilities& capabilities);
Result<void> validate(Parameters& parameters);

// `ordered_given`: the sender said so, rather than leaving it out. Unsaid, limits on retransmission make a stream unordered.
Result<void> validate(SctpStreamParameters& stream, bool ordered_given = true);

}  // namespace dd::rtp
