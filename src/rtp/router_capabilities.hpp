// SPDX-License-Identifier: MIT
// What a router speaks: the codecs it is declared with, merged with what the worker supports, with RTX beside each video
// codec. It creates no router. Pure functions and one constant; callable from any thread.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "rtp/parameters.hpp"

namespace dd::rtp {

// Everything the worker of mediasoup 3.27.1 can forward; codecs here carry no dynamic payload type yet.
const Capabilities& supported_capabilities();

// Gives each codec its payload type (the declared one, else the next of 100..127, 96..99) and each video codec its RTX.
// kInvalidArgument for an unsupported codec or a payload type used twice.
Result<Capabilities> generate_router_capabilities(std::vector<CodecCapability> codecs);

// The codecs that every router of ours is declared with, in order of preference.
const std::vector<CodecCapability>& router_codecs();

// What every router of ours answers with.
const Capabilities& router_capabilities();

}  // namespace dd::rtp
