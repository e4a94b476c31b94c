// SPDX-License-Identifier: MIT
// ORTC negotiation as mediasoup 3.27.1 does it: a producer's parameters are mapped to the router's payload types and SSRCs,
// become "consumable", and are cut down to what each receiver can take. It opens no transport and talks to no worker.
// Pure functions of their arguments but for the SSRCs they draw; callable from any thread.
//
// To produce: validate(parameters), give it an encoding if it has none and the transport's CNAME, producer_mapping(), and
// consumable_parameters(); the worker gets the parameters and the mapping. To consume: validate(capabilities),
// consumer_parameters() of the consumable ones, and set `mid`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "rtp/parameters.hpp"

namespace dd::rtp {

struct CodecMapping {
  std::uint8_t payload_type = 0;         // the sender's
  std::uint8_t mapped_payload_type = 0;  // the router's
  friend bool operator==(const CodecMapping&, const CodecMapping&) = default;
};

struct EncodingMapping {
  std::optional<std::uint32_t> ssrc;  // the sender's SSRC or RID, as far as signalled
  std::optional<std::string> rid;
  std::uint32_t mapped_ssrc = 0;
  friend bool operator==(const EncodingMapping&, const EncodingMapping&) = default;
};

struct Mapping {
  std::vector<CodecMapping> codecs;
  std::vector<EncodingMapping> encodings;
  friend bool operator==(const Mapping&, const Mapping&) = default;
};

// Where fresh SSRCs come from: random_ssrc(), or a sequence in tests.
using SsrcSource = std::function<std::uint32_t()>;

// Uniform in [100 000 000, 999 999 999), mediasoup's range: high enough that adding an encoding's index cannot wrap.
std::uint32_t random_ssrc();

// Matches each codec of a producer with the router's. An H264 codec's profile-level-id becomes the negotiated one in
// `parameters`. kInvalidArgument names the codec that the router does not know by its path in the request.
Result<Mapping> producer_mapping(Parameters& parameters, const Capabilities& router, const SsrcSource& draw_ssrc = random_ssrc);

// What any consumer of the producer starts from. `mapping` is producer_mapping()'s answer for the same arguments.
Parameters consumable_parameters(MediaKind kind, const Parameters& parameters, const Capabilities& router, const Mapping& mapping);

// Whether a receiver with these (validated) capabilities shares a media codec with the producer.
bool can_consume(const Parameters& consumable, const Capabilities& remote);

struct ConsumerOptions {
  bool enable_rtx = true;  // also decides about plain NACK, without which RTX has nothing to answer
  bool pipe = false;       // keep all encodings instead of one
};

// What one receiver is sent. kConflict when it shares no media codec with the producer.
Result<Parameters> consumer_parameters(const Parameters& consumable, const Capabilities& remote, const ConsumerOptions& options,
                                       const SsrcSource& draw_ssrc = random_ssrc);

// What travels between two routers: all encodings, and no bandwidth estimation.
Parameters pipe_consumer_parameters(const Parameters& consumable, bool enable_rtx, const SsrcSource& draw_ssrc = random_ssrc);

}  // namespace dd::rtp
