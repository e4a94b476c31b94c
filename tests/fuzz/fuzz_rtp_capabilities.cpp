// SPDX-License-Identifier: MIT
// Any text as a receiver's capabilities: parsed, written, parsed again, and matched with a producer of each codec.
// links: dd_api dd_rtp
#include <cstdint>
#include <string_view>
#include <vector>

#include "api/json.hpp"
#include "api/rtp_json.hpp"
#include "base/check.hpp"
#include "rtp/ortc.hpp"
#include "rtp/router_capabilities.hpp"

namespace {

using namespace dd::rtp;

// One producer for each of the router's media codecs, and one with all of a kind.
std::vector<Parameters> consumables() {
  std::vector<Parameters> producers;
  Parameters everything;
  for (const CodecCapability& codec : router_capabilities().codecs) {
    CodecParameters sent{codec.mime_type, *codec.preferred_payload_type, codec.clock_rate, codec.channels, codec.parameters, {}};
    if (codec.kind == MediaKind::kVideo) everything.codecs.push_back(sent);
    if (codec.mime_type == "video/rtx") continue;
    Parameters parameters;
    parameters.codecs.push_back(std::move(sent));
    parameters.encodings.resize(3);
    producers.push_back(std::move(parameters));
  }
  everything.encodings.resize(1);
  producers.push_back(std::move(everything));
  std::vector<Parameters> consumable;
  for (Parameters& parameters : producers) {
    const auto mapping = producer_mapping(parameters, router_capabilities());
    DD_CHECK(mapping.has_value(), "the router takes its own codecs");
    consumable.push_back(consumable_parameters(MediaKind::kVideo, parameters, router_capabilities(), *mapping));
  }
  return consumable;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Parameters> kConsumables = consumables();
  const auto json = dd::api::parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!json) return 0;
  const auto capabilities = dd::api::parse_rtp_capabilities(json->root, "rtpCapabilities");
  if (!capabilities) {
    DD_CHECK(capabilities.error().field.rfind("rtpCapabilities", 0) == 0, "a refusal names a field");
    return 0;
  }
  const auto written = dd::api::parse_json(dd::api::to_text(dd::api::to_json(*capabilities)));
  DD_CHECK(written.has_value(), "what we write is JSON");
  const auto again = dd::api::parse_rtp_capabilities(written->root, "rtpCapabilities");
  DD_CHECK(again.has_value() && *again == *capabilities, "what we write we read back");

  for (const Parameters& consumable : kConsumables) {
    for (const ConsumerOptions& options : {ConsumerOptions{true, false}, ConsumerOptions{false, true}}) {
      const auto consumer = consumer_parameters(consumable, *capabilities, options);
      DD_CHECK(consumer.has_value() || !can_consume(consumable, *capabilities), "who can consume may");
      DD_CHECK(!consumer || !consumer->codecs.empty(), "a consumer has a codec");
    }
  }
  return 0;
}
