// SPDX-License-Identifier: MIT
#include "bench/load/stun.hpp"

#include <gtest/gtest.h>

namespace dd::load {
namespace {

// RFC 5769, section 2.2.
const std::vector<std::uint8_t> kSampleResponse{
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08,
    0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3,
    0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};
constexpr std::string_view kSamplePassword = "VOkJxbRl1RmTxUk/WvJxBt";

TEST(Stun, TheSampleResponseOfTheRfcIsAccepted) {
  const auto answer = parse_binding_answer(kSampleResponse, kSamplePassword);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->success);
  EXPECT_EQ(answer->transaction[0], 0xb7);
  EXPECT_EQ(answer->transaction[11], 0xae);
}

TEST(Stun, AnAnswerSignedWithAnotherPasswordIsRefused) { EXPECT_FALSE(parse_binding_answer(kSampleResponse, "another")); }

TEST(Stun, NoDamagedByteIsAccepted) {
  constexpr std::size_t kFingerprintType = 72;  // as another type it is one that may be ignored, and it is behind what is signed
  for (std::size_t at = 0; at < kSampleResponse.size(); ++at) {
    if (at == kFingerprintType || at == kFingerprintType + 1) continue;
    auto damaged = kSampleResponse;
    damaged[at] ^= 0x10U;
    EXPECT_FALSE(parse_binding_answer(damaged, kSamplePassword)) << "byte " << at;
  }
}

TEST(Stun, NoLengthOfAnAnswerIsReadBeyondItsEnd) {
  for (std::size_t size = 0; size < kSampleResponse.size(); ++size) {
    EXPECT_FALSE(parse_binding_answer(Bytes(kSampleResponse).first(size), kSamplePassword)) << "length " << size;
  }
}

TEST(Stun, ARequestNominatesAndIsSigned) {
  BindingRequest request;
  request.transaction.fill(7);
  request.username = "server:client";
  request.password = "secret";
  request.tie_breaker = 1;
  request.priority = 0x7e0000ff;
  auto bytes = encode_binding_request(request);
  ASSERT_EQ(bytes.size() % 4, 0U);
  EXPECT_EQ(rtp::read_u16(bytes, 0), 1);
  EXPECT_EQ(20U + rtp::read_u16(bytes, 2), bytes.size());
  EXPECT_FALSE(parse_binding_answer(bytes, "secret"));  // it is no answer
  // USERNAME (4 + 13 + 3), ICE-CONTROLLING (12) and PRIORITY (8) come before it.
  EXPECT_EQ(rtp::read_u16(bytes, 20 + 20 + 12 + 8), 0x0025);
  EXPECT_EQ(rtp::read_u16(bytes, bytes.size() - 8), 0x8028);
  EXPECT_EQ(rtp::read_u16(bytes, bytes.size() - 8 - 24), 0x0008);
}

}  // namespace
}  // namespace dd::load
