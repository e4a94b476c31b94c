// SPDX-License-Identifier: MIT
#include "bench/load/ice_agent.hpp"

#include <utility>

namespace dd::load {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstRepeat = 100ms;  // doubled each time (RFC 8489, section 6.2.1); the server is near or far
constexpr Duration kLongestRepeat = 1600ms;
constexpr Duration kCheckLimit = 15s;
constexpr Duration kConsentLimit = 30s;                          // RFC 7675, section 5.1
constexpr Duration kConsentInterval = 5s;                        // of which 80 to 120 % are taken, so that agents do not fall into step
constexpr std::uint32_t kPriority = 0x7E0000FF | (65535U << 8);  // of a host candidate (RFC 8445, section 5.1.2.1)

// xorshift64*: spreads requests in time and makes transaction ids; nothing secret hangs on it.
std::uint64_t step(std::uint64_t& state) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1DULL;
}

}  // namespace

IceAgent::IceAgent(IceCredentials credentials, std::uint64_t tie_breaker, MonotonicTime now)
    : credentials_(std::move(credentials)), tie_breaker_(tie_breaker), random_(tie_breaker | 1U), next_(now), expires_(now + kCheckLimit) {}

std::vector<std::uint8_t> IceAgent::request(MonotonicTime now) {
  if (!waiting_) {
    write_u64(transaction_, 0, step(random_));
    write_u32(transaction_, 8, static_cast<std::uint32_t>(step(random_)));
    waiting_ = true;
    sent_ = 0;
  }
  next_ = now + std::min<Duration>(kFirstRepeat * (1 << std::min(sent_, 5)), kLongestRepeat);
  ++sent_;
  return encode_binding_request({.transaction = transaction_,
                                 .username = credentials_.remote_ufrag + ":" + credentials_.local_ufrag,
                                 .password = credentials_.remote_password,
                                 .tie_breaker = tie_breaker_,
                                 .priority = kPriority});
}

std::optional<std::vector<std::uint8_t>> IceAgent::poll(MonotonicTime now) {
  if (state_ == State::kFailed) return std::nullopt;
  if (now >= expires_) {
    state_ = State::kFailed;
    return std::nullopt;
  }
  if (now < next_) return std::nullopt;
  return request(now);
}

bool IceAgent::handle(MonotonicTime now, Bytes datagram) {
  if (!waiting_ || state_ == State::kFailed) return false;
  const auto answer = parse_binding_answer(datagram, credentials_.remote_password);
  if (!answer || answer->transaction != transaction_) return false;
  if (!answer->success) {
    // The server knows this user no longer; asking again changes nothing.
    state_ = State::kFailed;
    return true;
  }
  waiting_ = false;
  state_ = State::kConnected;
  expires_ = now + kConsentLimit;
  next_ = now + kConsentInterval * static_cast<Duration::rep>(80 + step(random_) % 41) / 100;
  return true;
}

}  // namespace dd::load
