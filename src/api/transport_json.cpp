// SPDX-License-Identifier: MIT
#include "api/transport_json.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "api/object_reader.hpp"

namespace dd::api {
namespace {

constexpr std::size_t kMaxFingerprints = 16;

struct Algorithm {
  std::string_view name;
  std::size_t bytes;
};
// RFC 8122 section 5, without the broken md2 and md5.
constexpr std::array<Algorithm, 5> kAlgorithms{{{"sha-1", 20}, {"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}}};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

Result<std::string> checked_digest(const std::string& text, std::size_t bytes, const std::string& field) {
  bool good = text.size() == 3 * bytes - 1;
  std::string upper = text;
  for (std::size_t i = 0; good && i < upper.size(); ++i) {
    if (i % 3 == 2) {
      good = upper[i] == ':';
    } else {
      good = is_hex(upper[i]);
      if (upper[i] >= 'a') upper[i] = static_cast<char>(upper[i] - 'a' + 'A');
    }
  }
  if (!good) return invalid_field(field, fmt::format("{} must be {} hexadecimal pairs with colons between them", field, bytes));
  return upper;
}

Result<meeting::DtlsFingerprint> parse_fingerprint(const Json& json, const std::string& field) {
  DD_TRY(auto reader, ObjectReader::open(json, field));
  for (const auto& [key, value] : json.get_ref<const Json::object_t&>()) {
    if (key != "algorithm" && key != "value") return invalid_field(field, fmt::format("{} may hold only algorithm and value", field));
  }
  DD_TRY(auto name, reader.text("algorithm", 16));
  const auto* known = std::find_if(kAlgorithms.begin(), kAlgorithms.end(), [&](const Algorithm& a) { return a.name == name; });
  if (known == kAlgorithms.end()) {
    return invalid_field(reader.path_of("algorithm"), "the algorithm must be sha-1, sha-224, sha-256, sha-384 or sha-512");
  }
  DD_TRY(auto text, reader.text("value", 255));
  DD_TRY(auto digest, checked_digest(text, known->bytes, reader.path_of("value")));
  meeting::DtlsFingerprint fingerprint;
  fingerprint.algorithm = std::move(name);
  fingerprint.value = std::move(digest);
  return fingerprint;
}

std::string_view to_string(meeting::DtlsRole role) {
  switch (role) {
    case meeting::DtlsRole::kAuto: return "auto";
    case meeting::DtlsRole::kClient: return "client";
    case meeting::DtlsRole::kServer: return "server";
  }
  return "auto";
}

OrderedJson to_json(const meeting::IceCandidate& candidate) {
  OrderedJson json = OrderedJson::object();
  json["foundation"] = candidate.foundation;
  json["priority"] = candidate.priority;
  json["address"] = candidate.address;
  json["protocol"] = candidate.protocol;
  json["port"] = candidate.port;
  json["type"] = candidate.type;
  if (candidate.tcp_type) json["tcpType"] = *candidate.tcp_type;
  return json;
}

OrderedJson to_json(const meeting::DtlsParameters& dtls) {
  OrderedJson json = OrderedJson::object();
  json["role"] = to_string(dtls.role);
  OrderedJson fingerprints = OrderedJson::array();
  for (const auto& fingerprint : dtls.fingerprints) {
    OrderedJson entry = OrderedJson::object();
    entry["algorithm"] = fingerprint.algorithm;
    entry["value"] = fingerprint.value;
    fingerprints.push_back(std::move(entry));
  }
  json["fingerprints"] = std::move(fingerprints);
  return json;
}

}  // namespace

Result<meeting::DtlsParameters> parse_dtls_parameters(const Json& json, const std::string& field) {
  DD_TRY(auto reader, ObjectReader::open(json, field));
  meeting::DtlsParameters dtls;
  DD_TRY(auto role, reader.text("role", 16));
  if (role == "auto") {
    dtls.role = meeting::DtlsRole::kAuto;
  } else if (role == "client") {
    dtls.role = meeting::DtlsRole::kClient;
  } else if (role == "server") {
    dtls.role = meeting::DtlsRole::kServer;
  } else {
    return invalid_field(reader.path_of("role"), "the DTLS role must be auto, client or server");
  }
  DD_TRY(const Json* list, reader.array("fingerprints", kMaxFingerprints));
  if (list->empty()) return invalid_field(reader.path_of("fingerprints"), "at least one fingerprint is needed");
  for (std::size_t i = 0; i < list->size(); ++i) {
    DD_TRY(auto fingerprint, parse_fingerprint((*list)[i], reader.element_path("fingerprints", i)));
    dtls.fingerprints.push_back(std::move(fingerprint));
  }
  return dtls;
}

OrderedJson to_json(const meeting::IceParameters& ice) {
  OrderedJson json = OrderedJson::object();
  json["usernameFragment"] = ice.username_fragment;
  json["password"] = ice.password;
  json["iceLite"] = ice.ice_lite;
  return json;
}

OrderedJson to_json(const meeting::TransportDescription& transport) {
  OrderedJson json = OrderedJson::object();
  json["id"] = transport.id.str();
  json["dtlsParameters"] = to_json(transport.dtls_parameters);
  OrderedJson candidates = OrderedJson::array();
  for (const auto& candidate : transport.ice_candidates) candidates.push_back(to_json(candidate));
  json["iceCandidates"] = std::move(candidates);
  json["iceParameters"] = to_json(transport.ice_parameters);
  if (transport.sctp_parameters) {
    OrderedJson sctp = OrderedJson::object();
    sctp["port"] = transport.sctp_parameters->port;
    sctp["OS"] = transport.sctp_parameters->os;
    sctp["MIS"] = transport.sctp_parameters->mis;
    sctp["maxMessageSize"] = transport.sctp_parameters->max_message_size;
    json["sctpParameters"] = std::move(sctp);
  }
  return json;
}

}  // namespace dd::api
