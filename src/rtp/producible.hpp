// SPDX-License-Identifier: MIT
// What the worker of mediasoup 3.27.1 will take as a producer, decided before it is asked, so that a caller's mistake is
// answered with the field at fault instead of the worker's sentence. It sees one producer only: an SSRC or MID that another
// producer of the transport already uses is the transport's to refuse. Pure functions.
#pragma once

#include "base/result.hpp"
#include "rtp/parameters.hpp"

namespace dd::rtp {

enum class ProducerType { kSimple, kSimulcast, kSvc };

// How the worker will treat the (validated) parameters, by its own rules; kInvalidArgument for what it would refuse.
// Its field is the path in the request ("rtpParameters.codecs[1].payloadType"). Give the parameters an encoding first.
Result<ProducerType> producer_type(MediaKind kind, const Parameters& parameters);

}  // namespace dd::rtp
