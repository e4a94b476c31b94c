// SPDX-License-Identifier: MIT
// Writing RTP values: the members and their order are mediasoup's, and what is absent is left out.
#include <type_traits>
#include <variant>

#include "api/rtp_json.hpp"

namespace dd::api {
namespace {

OrderedJson write(const rtp::ParameterMap& parameters) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, value] : parameters) {
    OrderedJson& member = json[name];
    std::visit([&member](const auto& held) { member = held; }, value);
  }
  return json;
}

OrderedJson write(const std::vector<rtp::RtcpFeedback>& list) {
  OrderedJson json = OrderedJson::array();
  for (const rtp::RtcpFeedback& feedback : list) {
    OrderedJson item = OrderedJson::object();
    item["type"] = feedback.type;
    item["parameter"] = feedback.parameter;
    json.push_back(std::move(item));
  }
  return json;
}

template <typename Codec>
void write_common(OrderedJson& json, const Codec& codec) {
  json["clockRate"] = codec.clock_rate;
  if (codec.channels) json["channels"] = *codec.channels;
  json["parameters"] = write(codec.parameters);
  json["rtcpFeedback"] = write(codec.rtcp_feedback);
}

OrderedJson write(const rtp::CodecCapability& codec) {
  OrderedJson json = OrderedJson::object();
  json["kind"] = to_string(codec.kind);
  json["mimeType"] = codec.mime_type;
  if (codec.preferred_payload_type) json["preferredPayloadType"] = *codec.preferred_payload_type;
  write_common(json, codec);
  return json;
}

OrderedJson write(const rtp::CodecParameters& codec) {
  OrderedJson json = OrderedJson::object();
  json["mimeType"] = codec.mime_type;
  json["payloadType"] = codec.payload_type;
  write_common(json, codec);
  return json;
}

std::string_view to_string(rtp::Direction direction) {
  switch (direction) {
    case rtp::Direction::kSendRecv: return "sendrecv";
    case rtp::Direction::kSendOnly: return "sendonly";
    case rtp::Direction::kRecvOnly: return "recvonly";
    case rtp::Direction::kInactive: return "inactive";
  }
  return {};
}

OrderedJson write(const rtp::HeaderExtensionCapability& extension) {
  OrderedJson json = OrderedJson::object();
  json["kind"] = dd::api::to_string(extension.kind);
  json["uri"] = extension.uri;
  json["preferredId"] = extension.preferred_id;
  json["preferredEncrypt"] = extension.preferred_encrypt;
  json["direction"] = to_string(extension.direction);
  return json;
}

OrderedJson write(const rtp::HeaderExtensionParameters& extension) {
  OrderedJson json = OrderedJson::object();
  json["uri"] = extension.uri;
  json["id"] = extension.id;
  json["encrypt"] = extension.encrypt;
  if (!extension.parameters.empty()) json["parameters"] = write(extension.parameters);
  return json;
}

OrderedJson write(const rtp::EncodingParameters& encoding) {
  OrderedJson json = OrderedJson::object();
  if (encoding.ssrc) json["ssrc"] = *encoding.ssrc;
  if (encoding.rid) json["rid"] = *encoding.rid;
  if (encoding.codec_payload_type) json["codecPayloadType"] = *encoding.codec_payload_type;
  if (encoding.rtx_ssrc) json["rtx"]["ssrc"] = *encoding.rtx_ssrc;
  if (encoding.dtx) json["dtx"] = *encoding.dtx;
  if (encoding.scalability_mode) json["scalabilityMode"] = *encoding.scalability_mode;
  if (encoding.max_bitrate) json["maxBitrate"] = *encoding.max_bitrate;
  return json;
}

OrderedJson write(const rtp::CodecMapping& mapping) {
  OrderedJson json = OrderedJson::object();
  json["payloadType"] = mapping.payload_type;
  json["mappedPayloadType"] = mapping.mapped_payload_type;
  return json;
}

OrderedJson write(const rtp::EncodingMapping& mapping) {
  OrderedJson json = OrderedJson::object();
  if (mapping.ssrc) json["ssrc"] = *mapping.ssrc;
  if (mapping.rid) json["rid"] = *mapping.rid;
  json["mappedSsrc"] = mapping.mapped_ssrc;
  return json;
}

template <typename Element>
OrderedJson write_list(const std::vector<Element>& list) {
  OrderedJson json = OrderedJson::array();
  for (const Element& element : list) json.push_back(write(element));
  return json;
}

}  // namespace

OrderedJson to_json(const rtp::Capabilities& capabilities) {
  OrderedJson json = OrderedJson::object();
  json["codecs"] = write_list(capabilities.codecs);
  json["headerExtensions"] = write_list(capabilities.header_extensions);
  return json;
}

OrderedJson to_json(const rtp::Parameters& parameters) {
  OrderedJson json = OrderedJson::object();
  if (parameters.mid) json["mid"] = *parameters.mid;
  json["codecs"] = write_list(parameters.codecs);
  json["headerExtensions"] = write_list(parameters.header_extensions);
  json["encodings"] = write_list(parameters.encodings);
  json["rtcp"] = OrderedJson::object();
  if (parameters.rtcp.cname) json["rtcp"]["cname"] = *parameters.rtcp.cname;
  json["rtcp"]["reducedSize"] = parameters.rtcp.reduced_size;
  if (parameters.msid) json["msid"] = *parameters.msid;
  return json;
}

OrderedJson to_json(const rtp::SctpStreamParameters& stream) {
  OrderedJson json = OrderedJson::object();
  json["streamId"] = stream.stream_id;
  json["ordered"] = stream.ordered;
  if (stream.max_packet_life_time) json["maxPacketLifeTime"] = *stream.max_packet_life_time;
  if (stream.max_retransmits) json["maxRetransmits"] = *stream.max_retransmits;
  return json;
}

OrderedJson to_json(const rtp::Mapping& mapping) {
  OrderedJson json = OrderedJson::object();
  json["codecs"] = write_list(mapping.codecs);
  json["encodings"] = write_list(mapping.encodings);
  return json;
}

std::string_view to_string(rtp::MediaKind kind) { return kind == rtp::MediaKind::kAudio ? "audio" : "video"; }

}  // namespace dd::api
