// SPDX-License-Identifier: MIT
// Transports in JSON: the TransportOptions that a client builds its side from, and the DTLS parameters it sends back.
// The shapes are the reference's (no `ip` in a candidate; `tcpType` for TCP only), with `sctpParameters` added.
// Pure functions.
#pragma once

#include <string>

#include "api/json.hpp"
#include "base/result.hpp"
#include "meeting/media_port.hpp"

namespace dd::api {

// Checks the role, and that each fingerprint is a known algorithm with hex pairs of just its length; hex becomes upper case.
Result<meeting::DtlsParameters> parse_dtls_parameters(const Json& json, const std::string& field);

OrderedJson to_json(const meeting::IceParameters& ice);
OrderedJson to_json(const meeting::TransportDescription& transport);

}  // namespace dd::api
