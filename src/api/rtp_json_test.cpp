// SPDX-License-Identifier: MIT
#include "api/rtp_json.hpp"

#include <gtest/gtest.h>

#include "rtp/router_capabilities.hpp"

namespace dd::api {
namespace {

Json opus() {
  return Json::parse(
      R"({"mimeType":"audio/opus","payloadType":111,"clockRate":48000,"channels":2,"parameters":{"useinbandfec":1},"rtcpFeedback":[]})");
}

Json sender() {
  Json json =
      Json::parse(R"({"mid":"0","headerExtensions":[{"uri":"urn:ietf:params:rtp-hdrext:sdes:mid","id":4,"encrypt":false,"parameters":{}}],
    "encodings":[{"ssrc":1111,"rtx":{"ssrc":1112},"dtx":false}],"rtcp":{"cname":"abc","reducedSize":true}})");
  json["codecs"] = Json::array({opus()});
  return json;
}

std::string refused_field(const Json& json) {
  const auto parsed = parse_rtp_parameters(json, "rtpParameters");
  return parsed ? "" : parsed.error().field;
}

TEST(RtpJson, WritesTheRoutersCapabilitiesAsClientsOfTheReferenceKnowThem) {
  const OrderedJson json = to_json(rtp::router_capabilities());
  EXPECT_EQ(to_text(json["codecs"][0]),
            R"({"kind":"audio","mimeType":"audio/opus","preferredPayloadType":111,"clockRate":48000,"channels":2,)"
            R"("parameters":{"useinbandfec":1},"rtcpFeedback":[{"type":"nack","parameter":""},{"type":"transport-cc","parameter":""}]})");
  EXPECT_EQ(
      to_text(json["codecs"][2]),
      R"({"kind":"video","mimeType":"video/rtx","preferredPayloadType":100,"clockRate":90000,"parameters":{"apt":96},"rtcpFeedback":[]})");
  EXPECT_EQ(
      to_text(json["headerExtensions"][0]),
      R"({"kind":"audio","uri":"urn:ietf:params:rtp-hdrext:sdes:mid","preferredId":1,"preferredEncrypt":false,"direction":"sendrecv"})");
}

TEST(RtpJson, ReadsBackWhatItWrites) {
  const auto capabilities = parse_rtp_capabilities(Json::parse(to_text(to_json(rtp::router_capabilities()))), "rtpCapabilities");
  ASSERT_TRUE(capabilities);
  EXPECT_EQ(*capabilities, rtp::router_capabilities());
}

TEST(RtpJson, WritesParametersInTheOrderClientsKnow) {
  const auto parsed = parse_rtp_parameters(sender(), "rtpParameters");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(
      to_text(to_json(*parsed)),
      R"({"mid":"0","codecs":[{"mimeType":"audio/opus","payloadType":111,"clockRate":48000,"channels":2,"parameters":{"useinbandfec":1},"rtcpFeedback":[]}],)"
      R"("headerExtensions":[{"uri":"urn:ietf:params:rtp-hdrext:sdes:mid","id":4,"encrypt":false}],)"
      R"("encodings":[{"ssrc":1111,"rtx":{"ssrc":1112},"dtx":false}],"rtcp":{"cname":"abc","reducedSize":true}})");
}

TEST(RtpJson, OnlyTheCodecsOfASenderAreNeeded) {
  const auto parsed =
      parse_rtp_parameters(Json{{"codecs", Json::array({{{"mimeType", "audio/opus"}, {"payloadType", 111}, {"clockRate", 48000}}})}}, "p");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->codecs[0].channels, 1);
  EXPECT_TRUE(parsed->encodings.empty());
  EXPECT_TRUE(parsed->rtcp.reduced_size);
  EXPECT_EQ(refused_field(Json::object()), "rtpParameters.codecs");
}

TEST(RtpJson, UnknownMembersAndHeaderExtensionsAreNoFault) {
  Json json = sender();
  json["encodings"][0].update({{"active", true}, {"scaleResolutionDownBy", 1}, {"priority", "low"}});
  json["headerExtensions"].push_back({{"uri", "urn:x-unknown"}, {"id", 9}, {"parameters", {{"a", nullptr}, {"b", {1, 2}}, {"c", "d"}}}});
  json["extra"] = Json::object();
  const auto parsed = parse_rtp_parameters(json, "rtpParameters");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header_extensions[1].parameters, (rtp::ParameterMap{{"c", "d"}}));
}

TEST(RtpJson, NullMeansAbsent) {
  Json json = sender();
  for (const char* name : {"mid", "headerExtensions", "encodings", "rtcp", "msid"}) json[name] = nullptr;
  EXPECT_EQ(refused_field(json), "");
}

TEST(RtpJson, CodecParametersAreTextsNumbersOrBooleans) {
  Json json = sender();
  json["codecs"][0]["parameters"] = {{"text", "x"}, {"whole", 96.0}, {"part", 0.5}, {"negative", -1}, {"flag", true}};
  const auto parsed = parse_rtp_parameters(json, "rtpParameters");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->codecs[0].parameters,
            (rtp::ParameterMap{{"text", "x"}, {"whole", std::int64_t{96}}, {"part", 0.5}, {"negative", std::int64_t{-1}}, {"flag", true}}));
  for (const Json& value : {Json(nullptr), Json::array(), Json::object()}) {
    json["codecs"][0]["parameters"] = {{"x", value}};
    EXPECT_EQ(refused_field(json), "rtpParameters.codecs[0].parameters.x");
  }
}

TEST(RtpJson, ARefusalNamesTheFieldByItsPath) {
  const auto field_of = [](const char* pointer, const Json& value) {
    Json json = sender();
    json[Json::json_pointer(pointer)] = value;
    return refused_field(json);
  };
  EXPECT_EQ(field_of("/codecs/0/payloadType", 256), "rtpParameters.codecs[0].payloadType");
  EXPECT_EQ(field_of("/codecs/0/payloadType", "111"), "rtpParameters.codecs[0].payloadType");
  EXPECT_EQ(field_of("/codecs/0/clockRate", 1.5), "rtpParameters.codecs[0].clockRate");
  EXPECT_EQ(field_of("/codecs/0/mimeType", "opus"), "rtpParameters.codecs[0].mimeType");
  EXPECT_EQ(field_of("/codecs/0/parameters/apt", "96"), "rtpParameters.codecs[0].parameters.apt");
  EXPECT_EQ(field_of("/codecs/0/rtcpFeedback/0", Json{{"parameter", "pli"}}), "rtpParameters.codecs[0].rtcpFeedback[0].type");
  EXPECT_EQ(field_of("/codecs/0", nullptr), "rtpParameters.codecs[0]");
  EXPECT_EQ(field_of("/headerExtensions/0/id", -1), "rtpParameters.headerExtensions[0].id");
  EXPECT_EQ(field_of("/encodings/0/ssrc", 4294967296), "rtpParameters.encodings[0].ssrc");
  EXPECT_EQ(field_of("/encodings/0/rtx/ssrc", nullptr), "rtpParameters.encodings[0].rtx.ssrc");
  EXPECT_EQ(field_of("/encodings/0/maxBitrate", "fast"), "rtpParameters.encodings[0].maxBitrate");
  EXPECT_EQ(field_of("/rtcp", "x"), "rtpParameters.rtcp");
  EXPECT_EQ(field_of("/mid", std::string(256, 'm')), "rtpParameters.mid");
  EXPECT_EQ(refused_field(Json::array()), "rtpParameters");
}

TEST(RtpJson, ListsAreBounded) {
  Json json = sender();
  json["codecs"] = Json(65, opus());
  EXPECT_EQ(refused_field(json), "rtpParameters.codecs");
  json = sender();
  json["encodings"] = Json(17, Json::object());
  EXPECT_EQ(refused_field(json), "rtpParameters.encodings");
  json = sender();
  json["codecs"][0]["rtcpFeedback"] = Json(33, Json{{"type", "nack"}});
  EXPECT_EQ(refused_field(json), "rtpParameters.codecs[0].rtcpFeedback");
  json = sender();
  for (int i = 0; i < 65; ++i) json["codecs"][0]["parameters"][std::to_string(i)] = 1;
  EXPECT_EQ(refused_field(json), "rtpParameters.codecs[0].parameters");
}

TEST(RtpJson, CapabilitiesMayBeEmptyButNotNonsense) {
  EXPECT_TRUE(parse_rtp_capabilities(Json::object(), "rtpCapabilities"));
  EXPECT_EQ(parse_rtp_capabilities(Json(7), "rtpCapabilities").error().field, "rtpCapabilities");
  EXPECT_EQ(parse_rtp_capabilities(Json{{"codecs", 7}}, "rtpCapabilities").error().field, "rtpCapabilities.codecs");
  const Json extension{{"kind", "screen"}, {"uri", "u"}, {"preferredId", 1}};
  EXPECT_EQ(parse_rtp_capabilities(Json{{"headerExtensions", {extension}}}, "rtpCapabilities").error().field,
            "rtpCapabilities.headerExtensions[0].kind");
}

TEST(RtpJson, DataStreams) {
  const auto parsed = parse_sctp_stream_parameters(Json{{"streamId", 3}, {"maxRetransmits", 0}}, "s");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_text(to_json(*parsed)), R"({"streamId":3,"ordered":true,"maxRetransmits":0})");
  const auto unordered = parse_sctp_stream_parameters(Json{{"streamId", 3}, {"maxPacketLifeTime", 100}}, "s");
  ASSERT_TRUE(unordered);
  EXPECT_FALSE(unordered->ordered);
  EXPECT_EQ(parse_sctp_stream_parameters(Json{{"streamId", 65536}}, "s").error().field, "s.streamId");
  EXPECT_EQ(parse_sctp_stream_parameters(Json{{"streamId", 1}, {"ordered", true}, {"maxRetransmits", 1}}, "s").error().field, "s.ordered");
}

}  // namespace
}  // namespace dd::api
