// SPDX-License-Identifier: MIT
// Any text as a sender's parameters: parsed, written, parsed again, and negotiated through to a consumer.
// links: dd_api dd_rtp
#include <cstdint>
#include <string_view>

#include "api/json.hpp"
#include "api/rtp_json.hpp"
#include "base/check.hpp"
#include "rtp/ortc.hpp"
#include "rtp/producible.hpp"
#include "rtp/router_capabilities.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dd::rtp;
  const auto json = dd::api::parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!json) return 0;
  (void)dd::api::parse_sctp_stream_parameters(json->root, "sctpStreamParameters");
  auto parameters = dd::api::parse_rtp_parameters(json->root, "rtpParameters");
  if (!parameters) {
    DD_CHECK(parameters.error().field.rfind("rtpParameters", 0) == 0, "a refusal names a field");
    return 0;
  }
  const auto written = dd::api::parse_json(dd::api::to_text(dd::api::to_json(*parameters)));
  DD_CHECK(written.has_value(), "what we write is JSON");
  const auto again = dd::api::parse_rtp_parameters(written->root, "rtpParameters");
  DD_CHECK(again.has_value() && *again == *parameters, "what we write we read back");

  if (parameters->encodings.empty()) parameters->encodings.emplace_back();
  for (const MediaKind kind : {MediaKind::kAudio, MediaKind::kVideo}) {
    const auto type = producer_type(kind, *parameters);
    DD_CHECK(type.has_value() || type.error().field.rfind("rtpParameters", 0) == 0, "a refusal names a field");
    Parameters negotiated = *parameters;
    const auto mapping = producer_mapping(negotiated, router_capabilities());
    if (!mapping) continue;
    const Parameters consumable = consumable_parameters(kind, negotiated, router_capabilities(), *mapping);
    DD_CHECK(negotiated.codecs.empty() || can_consume(consumable, router_capabilities()), "a router's own capabilities can consume");
    for (const bool enable_rtx : {true, false}) {
      (void)pipe_consumer_parameters(consumable, enable_rtx);
      (void)consumer_parameters(consumable, router_capabilities(), {enable_rtx, !enable_rtx});
    }
  }
  return 0;
}
