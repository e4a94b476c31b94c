// SPDX-License-Identifier: MIT
#include "api/transport_json.hpp"

#include <gtest/gtest.h>

namespace dd::api {
namespace {

std::string pairs(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += i == 0 ? "AB" : ":AB";
  return text;
}

Json dtls(std::string_view algorithm, std::string value) {
  Json fingerprint = Json::object();
  fingerprint["algorithm"] = algorithm;
  fingerprint["value"] = std::move(value);
  Json json = Json::object();
  json["role"] = "auto";
  json["fingerprints"] = Json::array();
  json["fingerprints"].push_back(std::move(fingerprint));
  return json;
}

std::string refused_dtls_field(const Json& json) {
  auto answer = parse_dtls_parameters(json, "dtlsParameters");
  return answer ? "none" : answer.error().field;
}

TEST(DtlsParameters, EachAlgorithmHasItsOwnLength) {
  const std::pair<std::string_view, std::size_t> known[] = {
      {"sha-1", 20}, {"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}};
  for (const auto& [algorithm, bytes] : known) {
    EXPECT_EQ(refused_dtls_field(dtls(algorithm, pairs(bytes))), "none") << algorithm;
    EXPECT_EQ(refused_dtls_field(dtls(algorithm, pairs(bytes - 1))), "dtlsParameters.fingerprints[0].value");
    EXPECT_EQ(refused_dtls_field(dtls(algorithm, pairs(bytes + 1))), "dtlsParameters.fingerprints[0].value");
  }
  EXPECT_EQ(refused_dtls_field(dtls("sha-3", pairs(32))), "dtlsParameters.fingerprints[0].algorithm");
  EXPECT_EQ(refused_dtls_field(dtls("SHA-256", pairs(32))), "dtlsParameters.fingerprints[0].algorithm");
}

TEST(DtlsParameters, AValueOfTheRightLengthButNotHexIsRefused) {
  std::string multibyte = pairs(32);
  multibyte.replace(3, 2, "\xc3\xa9");  // as many bytes as a pair
  for (const std::string& value : {multibyte, "G" + pairs(32).substr(1), pairs(31) + " AB", std::string(95, ':'), std::string()}) {
    EXPECT_EQ(refused_dtls_field(dtls("sha-256", value)), "dtlsParameters.fingerprints[0].value") << value;
  }
}

TEST(DtlsParameters, TheShapeIsChecked) {
  Json json = dtls("sha-256", pairs(32));
  json["fingerprints"][0]["more"] = 1;
  EXPECT_EQ(refused_dtls_field(json), "dtlsParameters.fingerprints[0]");
  json["fingerprints"] = Json::array();
  EXPECT_EQ(refused_dtls_field(json), "dtlsParameters.fingerprints");
  json.erase("fingerprints");
  EXPECT_EQ(refused_dtls_field(json), "dtlsParameters.fingerprints");
  json["role"] = "both";
  EXPECT_EQ(refused_dtls_field(json), "dtlsParameters.role");
  EXPECT_EQ(refused_dtls_field(Json(3)), "dtlsParameters");
  Json many = dtls("sha-256", pairs(32));
  for (int i = 0; i < 16; ++i) many["fingerprints"].push_back(many["fingerprints"][0]);
  EXPECT_EQ(refused_dtls_field(many), "dtlsParameters.fingerprints");
}

TEST(TransportOptions, HaveTheReferencesShape) {
  meeting::TransportDescription transport;
  transport.id = TransportId("t1");
  transport.ice_parameters = {"ufrag", "pwd", true};
  transport.ice_candidates = {{"udpcandidate", 1076302079, "203.0.113.7", "udp", 41873, "host", std::nullopt},
                              {"tcpcandidate", 1076276479, "203.0.113.7", "tcp", 41873, "host", "passive"}};
  transport.dtls_parameters.fingerprints = {{"sha-256", "AB"}};
  EXPECT_EQ(
      to_text(to_json(transport)),
      R"({"id":"t1","dtlsParameters":{"role":"auto","fingerprints":[{"algorithm":"sha-256","value":"AB"}]},)"
      R"("iceCandidates":[{"foundation":"udpcandidate","priority":1076302079,"address":"203.0.113.7","protocol":"udp","port":41873,"type":"host"},)"
      R"({"foundation":"tcpcandidate","priority":1076276479,"address":"203.0.113.7","protocol":"tcp","port":41873,"type":"host","tcpType":"passive"}],)"
      R"("iceParameters":{"usernameFragment":"ufrag","password":"pwd","iceLite":true}})");
  transport.sctp_parameters = meeting::SctpParameters{5000, 1024, 1024, 262144};
  EXPECT_EQ(to_json(transport)["sctpParameters"].dump(), R"({"port":5000,"OS":1024,"MIS":1024,"maxMessageSize":262144})");
}

}  // namespace
}  // namespace dd::api
