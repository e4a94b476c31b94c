// SPDX-License-Identifier: MIT
// The JSON of negotiation, as mediasoup-client would make and read it: what a publisher sends, what a subscriber can receive, and the
// server's answers turned into settings. Pure functions; whatever the server says is checked.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/load/publisher.hpp"
#include "bench/load/subscriber.hpp"
#include "bench/load/transport.hpp"

namespace dd::load {

struct Negotiation {
  bool transport_feedback = true;
  bool nack = true;
};

// Of a TRANSPORT of the answer to `join`. UDP only, and only at an address for which `may_send_to` holds.
Result<TransportOptions> parse_transport(const nlohmann::json& transport, const std::vector<boost::asio::ip::address>& may_send_to);

// The numbers that the router expects for a sender's extensions.
ExtensionIds sender_extensions(const nlohmann::json& router_capabilities, const std::string& kind, const Negotiation& negotiation);

// rtpParameters of `produce`.
nlohmann::json video_parameters(const std::vector<VideoLayer>& layers, const std::string& cname, const Negotiation& negotiation);
nlohmann::json audio_parameters(const RtpStreamSettings& stream, const std::string& cname, const Negotiation& negotiation);

// rtpCapabilities of `consume`: Opus, VP8 and what repairs it.
nlohmann::json receiver_capabilities(const nlohmann::json& router_capabilities, const Negotiation& negotiation);

struct Consumer {
  std::string id;
  std::string producer;
  IncomingStream stream;
};

Result<Consumer> parse_consumer(const nlohmann::json& consumer);

}  // namespace dd::load
