// SPDX-License-Identifier: MIT
#include "bench/load/media_parameters.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "rtp/header_extension.hpp"

namespace dd::load {

using nlohmann::json;

namespace {

const json kNone = json::array();

const json& list_of(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_array() ? *found : kNone;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::uint64_t number_of(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_number_integer() && *found >= 0 ? found->get<std::uint64_t>() : 0;
}

Error bad_answer(std::string_view what) { return make_error(Errc::kUnavailable, fmt::format("the server's answer lacks {}", what)); }

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

json extensions_json(const ExtensionIds& ids) {
  json list = json::array();
  const auto add = [&list](std::string_view uri, std::uint8_t id) {
    if (id != 0) list.push_back({{"uri", uri}, {"id", id}, {"encrypt", false}, {"parameters", json::object()}});
  };
  add(rtp::kMidUri, ids.mid);
  add(rtp::kRtpStreamIdUri, ids.rid);
  add(rtp::kRepairedRtpStreamIdUri, ids.repaired_rid);
  add(rtp::kAbsSendTimeUri, ids.abs_send_time);
  add(rtp::kTransportWideCcUri, ids.transport_wide);
  return list;
}

json feedback(std::initializer_list<std::pair<const char*, const char*>> wanted, const Negotiation& negotiation) {
  json list = json::array();
  for (const auto& [type, parameter] : wanted) {
    if (std::string_view(type) == "transport-cc" && !negotiation.transport_feedback) continue;
    if (std::string_view(type) == "nack" && std::string_view(parameter).empty() && !negotiation.nack) continue;
    list.push_back({{"type", type}, {"parameter", parameter}});
  }
  return list;
}

bool allowed_feedback(const json& entry, const Negotiation& negotiation) {
  const std::string type = text_of(entry, "type");
  if (type == "nack") return !text_of(entry, "parameter").empty() || negotiation.nack;
  if (type == "transport-cc") return negotiation.transport_feedback;
  return type == "ccm";
}

}  // namespace

Result<TransportOptions> parse_transport(const json& transport, const std::vector<boost::asio::ip::address>& may_send_to) {
  TransportOptions options;
  options.id = text_of(transport, "id");
  const json& ice = transport.is_object() && transport.contains("iceParameters") ? transport["iceParameters"] : kNone;
  options.ufrag = text_of(ice, "usernameFragment");
  options.password = text_of(ice, "password");
  if (options.id.empty() || options.ufrag.empty() || options.password.empty()) return bad_answer("a transport's id or iceParameters");
  const json& dtls = transport.contains("dtlsParameters") ? transport["dtlsParameters"] : kNone;
  for (const json& print : list_of(dtls, "fingerprints")) {
    if (text_of(print, "algorithm") == "sha-256") options.fingerprint = text_of(print, "value");
  }
  if (options.fingerprint.empty()) return bad_answer("a sha-256 fingerprint");

  std::string elsewhere;
  for (const json& candidate : list_of(transport, "iceCandidates")) {
    if (!same_name(text_of(candidate, "protocol"), "udp")) continue;
    boost::system::error_code no_address;
    const std::string text = text_of(candidate, candidate.contains("address") ? "address" : "ip");
    const auto address = boost::asio::ip::make_address(text, no_address);
    const std::uint64_t port = number_of(candidate, "port");
    if (no_address || port == 0 || port > 65535) continue;
    if (std::find(may_send_to.begin(), may_send_to.end(), address) == may_send_to.end()) {
      elsewhere = text;
      continue;
    }
    options.address = {address, static_cast<std::uint16_t>(port)};
    return options;
  }
  if (elsewhere.empty()) return bad_answer("a UDP candidate with an address");
  return invalid_field("--media-address",
                       fmt::format("the server receives media at {}, which is not the address of --url; if that is yours, "
                                   "allow it with --media-address {}",
                                   elsewhere, elsewhere));
}

ExtensionIds sender_extensions(const json& router_capabilities, const std::string& kind, const Negotiation& negotiation) {
  ExtensionIds ids;
  for (const json& extension : list_of(router_capabilities, "headerExtensions")) {
    const std::uint64_t id = number_of(extension, "preferredId");
    if (text_of(extension, "kind") != kind || id == 0 || id > 14) continue;
    const std::string uri = text_of(extension, "uri");
    const auto number = static_cast<std::uint8_t>(id);
    if (uri == rtp::kMidUri) ids.mid = number;
    if (uri == rtp::kRtpStreamIdUri) ids.rid = number;
    if (uri == rtp::kRepairedRtpStreamIdUri) ids.repaired_rid = number;
    if (uri == rtp::kAbsSendTimeUri) ids.abs_send_time = number;
    if (uri == rtp::kTransportWideCcUri && negotiation.transport_feedback) ids.transport_wide = number;
  }
  return ids;
}

json video_parameters(const std::vector<VideoLayer>& layers, const std::string& cname, const Negotiation& negotiation) {
  const RtpStreamSettings& first = layers.front().stream;
  json encodings = json::array();
  for (const VideoLayer& layer : layers) {
    json encoding = {{"maxBitrate", layer.picture.bitrate}, {"dtx", false}};
    if (layer.stream.rid.empty()) {
      encoding["ssrc"] = layer.stream.ssrc;
      encoding["rtx"] = {{"ssrc", layer.stream.rtx_ssrc}};
    } else {
      encoding["rid"] = layer.stream.rid;  // the SSRCs are found by the packets' rid, as with browsers
    }
    encodings.push_back(std::move(encoding));
  }
  json vp8 = {{"mimeType", "video/VP8"},
              {"payloadType", first.payload_type},
              {"clockRate", first.clock_rate},
              {"parameters", json::object()},
              {"rtcpFeedback", feedback({{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}}, negotiation)}};
  json rtx = {{"mimeType", "video/rtx"},
              {"payloadType", first.rtx_payload_type},
              {"clockRate", first.clock_rate},
              {"parameters", {{"apt", first.payload_type}}},
              {"rtcpFeedback", json::array()}};
  return {{"mid", first.mid},
          {"codecs", json::array({std::move(vp8), std::move(rtx)})},
          {"headerExtensions", extensions_json(first.extensions)},
          {"encodings", std::move(encodings)},
          {"rtcp", {{"cname", cname}, {"reducedSize", true}}}};
}

json audio_parameters(const RtpStreamSettings& stream, const std::string& cname, const Negotiation& negotiation) {
  json opus = {{"mimeType", "audio/opus"},
               {"payloadType", stream.payload_type},
               {"clockRate", stream.clock_rate},
               {"channels", 2},
               {"parameters", {{"minptime", 10}, {"useinbandfec", 1}}},
               {"rtcpFeedback", feedback({{"transport-cc", ""}}, negotiation)}};
  json encoding = {{"ssrc", stream.ssrc}, {"dtx", false}};
  return {{"mid", stream.mid},
          {"codecs", json::array({std::move(opus)})},
          {"headerExtensions", extensions_json(stream.extensions)},
          {"encodings", json::array({std::move(encoding)})},
          {"rtcp", {{"cname", cname}, {"reducedSize", true}}}};
}

json receiver_capabilities(const json& router_capabilities, const Negotiation& negotiation) {
  json codecs = json::array();
  std::vector<std::uint64_t> taken;
  for (const json& codec : list_of(router_capabilities, "codecs")) {
    const std::string name = text_of(codec, "mimeType");
    if (!same_name(name, "audio/opus") && !same_name(name, "video/VP8")) continue;
    json ours = codec;
    ours["rtcpFeedback"] = json::array();
    for (const json& entry : list_of(codec, "rtcpFeedback")) {
      if (allowed_feedback(entry, negotiation)) ours["rtcpFeedback"].push_back(entry);
    }
    // Browsers do not repair sound.
    if (same_name(name, "audio/opus")) ours["rtcpFeedback"] = json::array();
    taken.push_back(number_of(codec, "preferredPayloadType"));
    codecs.push_back(std::move(ours));
  }
  for (const json& codec : list_of(router_capabilities, "codecs")) {
    if (!negotiation.nack || !same_name(text_of(codec, "mimeType"), "video/rtx") || !codec.contains("parameters")) continue;
    if (std::find(taken.begin(), taken.end(), number_of(codec["parameters"], "apt")) != taken.end()) codecs.push_back(codec);
  }
  json extensions = json::array();
  for (const json& extension : list_of(router_capabilities, "headerExtensions")) {
    const std::string uri = text_of(extension, "uri");
    const bool estimates = uri == rtp::kTransportWideCcUri || uri == rtp::kAbsSendTimeUri;
    if (uri == rtp::kMidUri || (estimates && negotiation.transport_feedback)) extensions.push_back(extension);
  }
  return {{"codecs", std::move(codecs)}, {"headerExtensions", std::move(extensions)}};
}

Result<Consumer> parse_consumer(const json& consumer) {
  Consumer parsed;
  parsed.id = text_of(consumer, "consumerId");
  parsed.producer = text_of(consumer, "producerId");
  const json& parameters = consumer.is_object() && consumer.contains("rtpParameters") ? consumer["rtpParameters"] : kNone;
  const json& codecs = list_of(parameters, "codecs");
  const json& encodings = list_of(parameters, "encodings");
  if (parsed.id.empty() || codecs.empty() || encodings.empty()) return bad_answer("a consumer's id or rtpParameters");
  IncomingStream& stream = parsed.stream;
  stream.video = text_of(codecs[0], "mimeType").starts_with("video/");
  stream.payload_type = static_cast<std::uint8_t>(number_of(codecs[0], "payloadType"));
  stream.clock_rate = static_cast<std::uint32_t>(number_of(codecs[0], "clockRate"));
  stream.ssrc = static_cast<std::uint32_t>(number_of(encodings[0], "ssrc"));
  if (encodings[0].contains("rtx")) stream.rtx_ssrc = static_cast<std::uint32_t>(number_of(encodings[0]["rtx"], "ssrc"));
  for (const json& extension : list_of(parameters, "headerExtensions")) {
    if (text_of(extension, "uri") == rtp::kTransportWideCcUri)
      stream.transport_wide = static_cast<std::uint8_t>(number_of(extension, "id"));
  }
  if (stream.ssrc == 0 || stream.clock_rate == 0) return bad_answer("a consumer's SSRC or clock rate");
  return parsed;
}

}  // namespace dd::load
