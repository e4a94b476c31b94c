// SPDX-License-Identifier: MIT
#include "api/access.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace dd::api {
namespace {

// Takes as long for a wrong key as for the right one; only the length of what was sent shows.
bool equal_in_constant_time(std::string_view sent, std::string_view key) {
  unsigned difference = sent.size() == key.size() ? 0U : 1U;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    difference |= static_cast<unsigned char>(sent[i]) ^ static_cast<unsigned char>(key[i % key.size()]);
  }
  return difference == 0;
}

}  // namespace

std::string_view sent_credential(const HttpRequest& request) {
  if (const auto key = request.header("x-api-key")) return *key;
  const auto authorization = request.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (!authorization || authorization->size() < kScheme.size()) return {};
  const bool bearer = std::equal(kScheme.begin(), kScheme.end(), authorization->begin(), [](char expected, char c) {
    return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  });
  if (!bearer) return {};
  std::string_view token = authorization->substr(kScheme.size());
  while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
  return token;
}

Result<Network> Network::parse(std::string_view cidr) {
  const Error bad = invalid_field("allowed_networks", fmt::format("'{}' is not a network such as 10.0.0.0/8 or fd00::/8", cidr));
  const auto slash = cidr.find('/');
  const std::string address(cidr.substr(0, slash));
  Network network;
  unsigned width = 128;
  if (in_addr v4{}; inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    width = 32;
    network.prefix_[10] = network.prefix_[11] = 0xff;
    std::memcpy(network.prefix_.data() + 12, &v4, 4);
  } else if (inet_pton(AF_INET6, address.c_str(), network.prefix_.data()) != 1) {
    return bad;
  }
  unsigned length = width;
  if (slash != std::string_view::npos) {
    const std::string_view text = cidr.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size() || length > width) return bad;
  }
  network.bits_ = length + (128 - width);
  return network;
}

bool Network::contains(const PeerAddress& address) const {
  const std::size_t whole = bits_ / 8;
  if (!std::equal(prefix_.begin(), prefix_.begin() + static_cast<std::ptrdiff_t>(whole), address.begin())) return false;
  const unsigned rest = bits_ % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xffU << (8 - rest)) & 0xffU;
  return (prefix_[whole] & mask) == (address[whole] & mask);
}

Result<AccessRule> AccessRule::open(std::string key, const std::vector<std::string>& networks) {
  AccessRule rule;
  rule.key_ = std::move(key);
  for (const auto& cidr : networks) {
    DD_TRY(auto network, Network::parse(cidr));
    rule.networks_.push_back(network);
  }
  return rule;
}

AccessRule::Verdict AccessRule::judge(const HttpRequest& request) const {
  if (open_to_everyone()) return Verdict::kAllowed;
  for (const auto& network : networks_) {
    if (network.contains(request.peer)) return Verdict::kAllowed;
  }
  if (key_.empty()) return Verdict::kForbidden;
  return equal_in_constant_time(sent_credential(request), key_) ? Verdict::kAllowed : Verdict::kNeedsKey;
}

}  // namespace dd::api
