// SPDX-License-Identifier: MIT
#include "bench/load/media_parameters.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

using nlohmann::json;

const json kRouter = json::parse(R"({
  "codecs": [
    {"kind":"audio","mimeType":"audio/opus","preferredPayloadType":100,"clockRate":48000,"channels":2,"parameters":{},
     "rtcpFeedback":[{"type":"nack","parameter":""},{"type":"transport-cc","parameter":""}]},
    {"kind":"video","mimeType":"video/VP8","preferredPayloadType":101,"clockRate":90000,"parameters":{},
     "rtcpFeedback":[{"type":"nack","parameter":""},{"type":"nack","parameter":"pli"},{"type":"ccm","parameter":"fir"},
                     {"type":"goog-remb","parameter":""},{"type":"transport-cc","parameter":""}]},
    {"kind":"video","mimeType":"video/rtx","preferredPayloadType":102,"clockRate":90000,"parameters":{"apt":101},"rtcpFeedback":[]},
    {"kind":"video","mimeType":"video/VP9","preferredPayloadType":103,"clockRate":90000,"parameters":{},"rtcpFeedback":[]},
    {"kind":"video","mimeType":"video/rtx","preferredPayloadType":104,"clockRate":90000,"parameters":{"apt":103},"rtcpFeedback":[]}],
  "headerExtensions": [
    {"kind":"video","uri":"urn:ietf:params:rtp-hdrext:sdes:mid","preferredId":1},
    {"kind":"video","uri":"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id","preferredId":2},
    {"kind":"video","uri":"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01","preferredId":5},
    {"kind":"audio","uri":"urn:ietf:params:rtp-hdrext:ssrc-audio-level","preferredId":6}]})");

json transport_at(const char* address, const char* protocol = "udp") {
  return {{"id", "t1"},
          {"iceParameters", {{"usernameFragment", "u"}, {"password", "p"}}},
          {"iceCandidates", json::array({{{"protocol", protocol}, {"address", address}, {"port", 40000}}})},
          {"dtlsParameters", {{"fingerprints", json::array({{{"algorithm", "sha-256"}, {"value", "AA"}}})}}}};
}

const std::vector<boost::asio::ip::address> kGiven{boost::asio::ip::make_address("127.0.0.1")};

TEST(MediaParameters, MediaGoesToTheGivenAddressOnly) {
  const auto ours = parse_transport(transport_at("127.0.0.1"), kGiven);
  ASSERT_TRUE(ours);
  EXPECT_EQ(ours->address.port(), 40000);
  EXPECT_EQ(ours->fingerprint, "AA");
  const auto elsewhere = parse_transport(transport_at("192.0.2.7"), kGiven);
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().field, "--media-address");
  EXPECT_NE(elsewhere.error().message.find("192.0.2.7"), std::string::npos);
}

TEST(MediaParameters, AnAnswerWithoutWhatIsNeededIsAnError) {
  EXPECT_FALSE(parse_transport(transport_at("127.0.0.1", "tcp"), kGiven));
  EXPECT_FALSE(parse_transport(json(nullptr), kGiven));
  EXPECT_FALSE(parse_transport(json::array(), kGiven));
  for (const char* part : {"id", "iceParameters", "iceCandidates", "dtlsParameters"}) {
    json transport = transport_at("127.0.0.1");
    transport.erase(part);
    EXPECT_FALSE(parse_transport(transport, kGiven)) << part;
    transport[part] = 7;
    EXPECT_FALSE(parse_transport(transport, kGiven)) << part;
  }
  EXPECT_FALSE(parse_consumer(json::object()));
  EXPECT_FALSE(parse_consumer(json(7)));
}

TEST(MediaParameters, ASubscriberTakesOpusAndVp8WithTheirRepair) {
  const json all = receiver_capabilities(kRouter, {.transport_feedback = true, .nack = true});
  ASSERT_EQ(all["codecs"].size(), 3U);
  EXPECT_EQ(all["codecs"][2]["parameters"]["apt"], 101);
  EXPECT_EQ(all["codecs"][1]["rtcpFeedback"].size(), 4U);
  const json least = receiver_capabilities(kRouter, {.transport_feedback = false, .nack = false});
  ASSERT_EQ(least["codecs"].size(), 2U);
  EXPECT_EQ(least["codecs"][1]["rtcpFeedback"].size(), 2U);  // PLI and FIR
  EXPECT_EQ(least["headerExtensions"].size(), 1U);
}

TEST(MediaParameters, LayersAreKnownByTheirRids) {
  std::vector<VideoLayer> layers(2);
  layers[0].stream = {.ssrc = 1,
                      .payload_type = 96,
                      .clock_rate = 90000,
                      .rtx_ssrc = 2,
                      .rtx_payload_type = 97,
                      .mid = "1",
                      .rid = "h",
                      .extensions = sender_extensions(kRouter, "video", {})};
  layers[1] = layers[0];
  layers[1].stream.rid = "f";
  const json parameters = video_parameters(layers, "someone", {});
  EXPECT_EQ(parameters["encodings"][0]["rid"], "h");
  EXPECT_EQ(parameters["encodings"][1]["rid"], "f");
  EXPECT_FALSE(parameters["encodings"][0].contains("ssrc"));
  EXPECT_EQ(parameters["headerExtensions"].size(), 3U);
  layers.resize(1);
  layers[0].stream.rid.clear();
  EXPECT_EQ(video_parameters(layers, "someone", {})["encodings"][0]["rtx"]["ssrc"], 2);
}

TEST(MediaParameters, AConsumerTellsWhatWillCome) {
  const auto consumer = parse_consumer(json::parse(R"({"consumerId":"c","producerId":"p","kind":"video","rtpParameters":{
    "codecs":[{"mimeType":"video/VP8","payloadType":101,"clockRate":90000},{"mimeType":"video/rtx","payloadType":102,"clockRate":90000}],
    "headerExtensions":[{"uri":"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01","id":5}],
    "encodings":[{"ssrc":77,"rtx":{"ssrc":78}}]}})"));
  ASSERT_TRUE(consumer);
  EXPECT_TRUE(consumer->stream.video);
  EXPECT_EQ(consumer->stream.ssrc, 77U);
  EXPECT_EQ(consumer->stream.rtx_ssrc, 78U);
  EXPECT_EQ(consumer->stream.transport_wide, 5);
}

}  // namespace
}  // namespace dd::load
