// SPDX-License-Identifier: MIT
// Our half of the differential test: one JSON case a line on stdin, one JSON answer a line on stdout, in the same order.
// It decides nothing about who is right; run.mjs compares the answers with mediasoup's. A pipe's end ends it.
#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json.hpp"
#include "api/rtp_json.hpp"
#include "rtp/h264_profile.hpp"
#include "rtp/ortc.hpp"
#include "rtp/producible.hpp"
#include "rtp/router_capabilities.hpp"
#include "rtp/scalability_mode.hpp"

namespace {

using dd::api::Json;
using dd::api::OrderedJson;

// What each stage gave, and the stage that refused, if one did.
class Answer {
 public:
  void put(const char* stage, OrderedJson value) { json_["stages"][stage] = std::move(value); }
  void refuse(const char* stage, const dd::Error& error) {
    json_["error"] = {{"stage", stage}, {"field", error.field}, {"message", error.message}};
  }
  const OrderedJson& json() const { return json_; }

 private:
  OrderedJson json_{{"stages", OrderedJson::object()}};
};

// The same numbers as reference.mjs draws, so that answers can be compared without looking away from SSRCs.
dd::rtp::SsrcSource counting_ssrcs() {
  return [next = std::uint32_t{100'000'000}]() mutable {
    next += 1000;
    return next;
  };
}

const Json& member(const Json& object, const char* name) {
  static const Json kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

template <typename Value>
bool put_or_refuse(Answer& answer, const char* stage, const dd::Result<Value>& result) {
  if (!result) {
    answer.refuse(stage, result.error());
    return false;
  }
  answer.put(stage, dd::api::to_json(*result));
  return true;
}

void negotiate(const Json& request, Answer& answer) {
  const auto draw_ssrc = counting_ssrcs();
  const auto codecs = dd::api::parse_media_codecs(member(request, "codecs"), "codecs");
  if (!codecs) return answer.refuse("router", codecs.error());
  const auto router = dd::rtp::generate_router_capabilities(*codecs);
  if (!router) return answer.refuse("router", router.error());
  // Half of an answer's bytes, and the same for most cases.
  if (member(request, "showRouter") == true) answer.put("router", dd::api::to_json(*router));

  auto parameters = dd::api::parse_rtp_parameters(member(request, "params"), "rtpParameters");
  if (!put_or_refuse(answer, "params", parameters)) return;
  if (parameters->encodings.empty()) parameters->encodings.emplace_back();
  const auto mapping = dd::rtp::producer_mapping(*parameters, *router, draw_ssrc);
  if (!put_or_refuse(answer, "mapping", mapping)) return;

  const auto kind = member(request, "kind") == "audio" ? dd::rtp::MediaKind::kAudio : dd::rtp::MediaKind::kVideo;
  const auto consumable = dd::rtp::consumable_parameters(kind, *parameters, *router, *mapping);
  answer.put("consumable", dd::api::to_json(consumable));
  const bool enable_rtx = member(request, "enableRtx") == true;
  answer.put("pipe", dd::api::to_json(dd::rtp::pipe_consumer_parameters(consumable, enable_rtx, draw_ssrc)));

  const auto capabilities = dd::api::parse_rtp_capabilities(member(request, "caps"), "rtpCapabilities");
  if (!put_or_refuse(answer, "caps", capabilities)) return;
  answer.put("canConsume", dd::rtp::can_consume(consumable, *capabilities));
  const dd::rtp::ConsumerOptions options{enable_rtx, member(request, "pipe") == true};
  put_or_refuse(answer, "consumer", dd::rtp::consumer_parameters(consumable, *capabilities, options, draw_ssrc));
}

std::string_view name_of(dd::rtp::ProducerType type) {
  switch (type) {
    case dd::rtp::ProducerType::kSimple: return "simple";
    case dd::rtp::ProducerType::kSimulcast: return "simulcast";
    case dd::rtp::ProducerType::kSvc: return "svc";
  }
  return {};
}

// Leaves out the header extensions that the worker's messages cannot name, as media/rtp_fbs.cpp does.
void keep_forwarded(std::vector<dd::rtp::HeaderExtensionParameters>& extensions) {
  const auto& known = dd::rtp::supported_capabilities().header_extensions;
  const auto unknown = [&](const dd::rtp::HeaderExtensionParameters& extension) {
    return extension.id > 255 || std::none_of(known.begin(), known.end(), [&](const auto& other) { return other.uri == extension.uri; });
  };
  extensions.erase(std::remove_if(extensions.begin(), extensions.end(), unknown), extensions.end());
}

void decide_type(const Json& request, Answer& answer) {
  auto parameters = dd::api::parse_rtp_parameters(member(request, "params"), "rtpParameters");
  if (!parameters) return answer.refuse("params", parameters.error());
  keep_forwarded(parameters->header_extensions);
  if (!put_or_refuse(answer, "params", parameters)) return;
  if (parameters->encodings.empty()) parameters->encodings.emplace_back();
  const auto kind = member(request, "kind") == "audio" ? dd::rtp::MediaKind::kAudio : dd::rtp::MediaKind::kVideo;
  const auto type = dd::rtp::producer_type(kind, *parameters);
  if (!type) return answer.refuse("type", type.error());
  const auto mapping = dd::rtp::producer_mapping(*parameters, dd::rtp::router_capabilities());
  if (!mapping) return answer.refuse("mapping", mapping.error());
  answer.put("type", name_of(*type));
}

dd::rtp::ParameterMap texts_and_numbers(const Json& json) {
  dd::rtp::ParameterMap parameters;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) parameters[name] = value.get<std::string>();
    if (value.is_number_integer()) parameters[name] = value.get<std::int64_t>();
    if (value.is_boolean()) parameters[name] = value.get<bool>();
  }
  return parameters;
}

void compare_h264(const Json& request, Answer& answer) {
  const auto a = texts_and_numbers(member(request, "a"));
  const auto b = texts_and_numbers(member(request, "b"));
  const auto parsed = dd::rtp::profile_level_of(a);
  const auto spelled = parsed ? dd::rtp::profile_level_id(*parsed) : std::nullopt;
  answer.put("spelled", spelled ? OrderedJson(*spelled) : OrderedJson(nullptr));
  const bool same = dd::rtp::same_profile(a, b);
  answer.put("same", same);
  const auto level = same ? dd::rtp::answer_profile_level_id(a, b) : std::nullopt;
  answer.put("answer", level ? OrderedJson(*level) : OrderedJson(nullptr));
}

void parse_mode(const Json& request, Answer& answer) {
  const auto mode = dd::rtp::parse_scalability_mode(member(request, "text").get<std::string>());
  answer.put("mode", {{"spatialLayers", mode.spatial_layers}, {"temporalLayers", mode.temporal_layers}, {"ksvc", mode.ksvc}});
}

void run(const Json& request, Answer& answer) {
  const Json& operation = member(request, "op");
  if (operation == "negotiate") return negotiate(request, answer);
  if (operation == "produce") return decide_type(request, answer);
  if (operation == "h264") return compare_h264(request, answer);
  if (operation == "scalability") return parse_mode(request, answer);
  if (operation == "caps") put_or_refuse(answer, "caps", dd::api::parse_rtp_capabilities(member(request, "caps"), "rtpCapabilities"));
  if (operation == "params") put_or_refuse(answer, "params", dd::api::parse_rtp_parameters(member(request, "params"), "rtpParameters"));
  if (operation == "sctp") {
    put_or_refuse(answer, "sctp", dd::api::parse_sctp_stream_parameters(member(request, "sctp"), "sctpStreamParameters"));
  }
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    Answer answer;
    const auto request = dd::api::parse_json(line);
    if (request) {
      run(request->root, answer);
    } else {
      answer.refuse("json", request.error());
    }
    std::cout << dd::api::to_text(answer.json()) << '\n';
    if (std::cin.rdbuf()->in_avail() <= 0) std::cout.flush();
  }
  return 0;
}
