// SPDX-License-Identifier: MIT
// What the senders of each suite send, received by libsrtp, with libsrtp's own ciphers and with OpenSSL's in their place.
#include "srtp_sender.hpp"

#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <vector>

#include "cm_sender.hpp"
#include "gcm_sender.hpp"
#include "srtp_openssl.hpp"

namespace dd {
namespace {

struct Case {
  srtp_profile_t profile;
  GcmSender::Engine engine;  // of AES-GCM
};

std::vector<std::uint8_t> key_of(srtp_profile_t profile) {
  std::vector<std::uint8_t> key(srtp_profile_get_master_key_length(profile) + srtp_profile_get_master_salt_length(profile));
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i * 37 + 11);
  return key;
}

srtp_t session(srtp_profile_t profile, srtp_ssrc_type_t direction) {
  auto key = key_of(profile);
  srtp_policy_t policy{};
  srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile);
  srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile);
  policy.ssrc.type = direction;
  policy.key = key.data();
  policy.window_size = 1024;
  policy.allow_repeat_tx = 1;
  srtp_t made = nullptr;
  EXPECT_EQ(srtp_create(&made, &policy), srtp_err_status_ok);
  return made;
}

std::vector<std::uint8_t> rtp(std::uint16_t sequence, std::uint32_t ssrc, std::size_t payload, bool extended, unsigned sources) {
  std::vector<std::uint8_t> out(12 + sources * 4, 0);
  out[0] = static_cast<std::uint8_t>(0x80 | (extended ? 0x10 : 0) | sources);
  out[1] = 96;
  out[2] = static_cast<std::uint8_t>(sequence >> 8);
  out[3] = static_cast<std::uint8_t>(sequence);
  for (int i = 0; i < 4; ++i) out[static_cast<std::size_t>(8 + i)] = static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
  if (extended) out.insert(out.end(), {0xbe, 0xde, 0, 2, 0x10, 'm', 0x51, 1, 2, 0, 0, 0});
  for (std::size_t i = 0; i < payload; ++i) out.push_back(static_cast<std::uint8_t>(i * 13 + sequence));
  return out;
}

class SrtpSenderTest : public testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() { srtp_init(); }
  SrtpSenderTest() : sender(make()), receiver(session(GetParam().profile, ssrc_any_inbound)) {}
  ~SrtpSenderTest() override { srtp_dealloc(receiver); }

  static std::unique_ptr<SrtpSender> make() {
    const auto key = key_of(GetParam().profile);
    switch (GetParam().profile) {
      case srtp_profile_aes128_cm_sha1_80: return CmSender::make(key.data(), key.size(), 10);
      case srtp_profile_aes128_cm_sha1_32: return CmSender::make(key.data(), key.size(), 4);
      default: return GcmSender::make(key.data(), key.size(), GetParam().engine);
    }
  }
  void SetUp() override {
    if (!sender) GTEST_SKIP() << "this engine is not here";
  }
  bool arrives(const std::vector<std::uint8_t>& plain) {
    std::vector<std::uint8_t> sent(plain.size() + sender->trailer());
    if (!sender->protect(plain.data(), plain.size(), sent.data())) return false;
    int length = static_cast<int>(sent.size());
    if (srtp_unprotect(receiver, sent.data(), &length) != srtp_err_status_ok) return false;
    sent.resize(static_cast<std::size_t>(length));
    return sent == plain;
  }

  std::unique_ptr<SrtpSender> sender;
  srtp_t receiver;
};

TEST_P(SrtpSenderTest, LibsrtpReadsItAcrossTwoRollovers) {
  for (std::uint32_t i = 65'000; i < 65'000 + 140'000; ++i) {
    ASSERT_TRUE(arrives(rtp(static_cast<std::uint16_t>(i), 0x12345678, i % 50, i % 3 == 0, i % 4))) << i;
  }
}

TEST_P(SrtpSenderTest, EveryLengthArrives) {
  for (std::uint16_t i = 0; i < 1500; ++i) ASSERT_TRUE(arrives(rtp(i, 1, i, i % 2 == 0, 0))) << i;
}

TEST_P(SrtpSenderTest, StreamsCountForThemselves) {
  for (int i = 0; i < 3000; ++i) {
    const auto ssrc = static_cast<std::uint32_t>(i % 5 + 1);
    ASSERT_TRUE(arrives(rtp(static_cast<std::uint16_t>(65'400 + i / 5 * static_cast<int>(ssrc)), ssrc, 40, true, 0)));
  }
}

TEST_P(SrtpSenderTest, EveryPacketIsLibsrtpsPacket) {
  // Steps forwards and backwards, across rollovers, repeats, and jumps: what one refuses the other refuses.
  srtp_t reference = session(GetParam().profile, ssrc_any_outbound);
  std::uint32_t random = 1;
  std::int64_t at = 3;
  int refused = 0;
  for (int i = 0; i < 60'000; ++i) {
    random = random * 1664525 + 1013904223;
    const int step = static_cast<int>(random >> 24);
    at += step < 200 ? 1 + step / 50 : step < 250 ? -(step - 200) * 3 : step < 255 ? 900 : -1500;
    const auto plain = rtp(static_cast<std::uint16_t>(at), 7, 20 + random % 30, i % 2 == 0, 0);
    std::vector<std::uint8_t> ours(plain.size() + sender->trailer());
    std::vector<std::uint8_t> theirs(plain.size() + SRTP_MAX_TRAILER_LEN);
    std::copy(plain.begin(), plain.end(), theirs.begin());
    int length = static_cast<int>(plain.size());
    const bool their_answer = srtp_protect(reference, theirs.data(), &length) == srtp_err_status_ok;
    ASSERT_EQ(sender->protect(plain.data(), plain.size(), ours.data()), their_answer) << i;
    if (!their_answer) {
      ++refused;
      continue;
    }
    theirs.resize(static_cast<std::size_t>(length));
    ASSERT_EQ(ours, theirs) << i;
  }
  EXPECT_GT(refused, 0);
  srtp_dealloc(reference);
}

TEST_P(SrtpSenderTest, AForgottenStreamStartsAnew) {
  for (std::uint32_t i = 60'000; i < 70'000; ++i) ASSERT_TRUE(arrives(rtp(static_cast<std::uint16_t>(i), 9, 10, false, 0)));
  sender->forget(9);
  srtp_remove_stream(receiver, __builtin_bswap32(9));
  EXPECT_TRUE(arrives(rtp(5, 9, 10, false, 0)));
}

TEST_P(SrtpSenderTest, WhatIsNoRtpIsRefused) {
  std::vector<std::uint8_t> out(2000);
  const auto good = rtp(1, 1, 0, true, 15);
  for (std::size_t length = 0; length < good.size(); ++length) EXPECT_FALSE(sender->protect(good.data(), length, out.data())) << length;
  EXPECT_TRUE(sender->protect(good.data(), good.size(), out.data()));
  auto wrong = good;
  wrong[0] &= 0x3f;
  EXPECT_FALSE(sender->protect(wrong.data(), wrong.size(), out.data()));
}

INSTANTIATE_TEST_SUITE_P(Suites, SrtpSenderTest,
                         testing::Values(Case{srtp_profile_aes128_cm_sha1_80, {}}, Case{srtp_profile_aes128_cm_sha1_32, {}},
                                         Case{srtp_profile_aead_aes_128_gcm, GcmSender::Engine::kOpenSsl},
                                         Case{srtp_profile_aead_aes_256_gcm, GcmSender::Engine::kOpenSsl},
                                         Case{srtp_profile_aead_aes_128_gcm, GcmSender::Engine::kIpsecMb},
                                         Case{srtp_profile_aead_aes_256_gcm, GcmSender::Engine::kIpsecMb}));

TEST(SrtpSender, OtherLengthsAreRefused) {
  const std::vector<std::uint8_t> key(64, 1);
  EXPECT_EQ(GcmSender::make(key.data(), 30), nullptr);
  EXPECT_EQ(GcmSender::make(key.data(), 0), nullptr);
  EXPECT_EQ(CmSender::make(key.data(), 28, 10), nullptr);
  EXPECT_EQ(CmSender::make(key.data(), 0, 10), nullptr);
  EXPECT_EQ(CmSender::make(key.data(), 30, 16), nullptr);
}

// Sessions of the library's own ciphers against sessions of OpenSSL's: the former are made before the ciphers are replaced.
TEST(SrtpOpenssl, BothImplementationsReadEachOther) {
  srtp_init();
  const srtp_profile_t profiles[] = {srtp_profile_aes128_cm_sha1_80, srtp_profile_aes128_cm_sha1_32, srtp_profile_aead_aes_128_gcm,
                                     srtp_profile_aead_aes_256_gcm};
  std::vector<std::pair<srtp_t, srtp_t>> own;
  for (const auto profile : profiles) own.emplace_back(session(profile, ssrc_any_outbound), session(profile, ssrc_any_inbound));
  ASSERT_EQ(use_openssl_in_srtp(), srtp_err_status_ok) << "libsrtp's test vectors";
  for (std::size_t i = 0; i < own.size(); ++i) {
    srtp_t ours_out = session(profiles[i], ssrc_any_outbound);
    srtp_t ours_in = session(profiles[i], ssrc_any_inbound);
    for (const auto& [out, in] : {std::pair{own[i].first, ours_in}, std::pair{ours_out, own[i].second}}) {
      for (std::uint16_t sequence = 0; sequence < 500; ++sequence) {
        const auto plain = rtp(sequence, 3, sequence * 2, true, 0);
        auto bytes = plain;
        bytes.resize(plain.size() + SRTP_MAX_TRAILER_LEN + 4);
        int length = static_cast<int>(plain.size());
        ASSERT_EQ(srtp_protect(out, bytes.data(), &length), srtp_err_status_ok);
        auto forged = bytes;
        forged[static_cast<std::size_t>(length) - 1] ^= 1;
        int forged_length = length;
        ASSERT_NE(srtp_unprotect(in, forged.data(), &forged_length), srtp_err_status_ok);
        ASSERT_EQ(srtp_unprotect(in, bytes.data(), &length), srtp_err_status_ok);
        bytes.resize(static_cast<std::size_t>(length));
        ASSERT_EQ(bytes, plain);

        std::vector<std::uint8_t> report{0x81, 201, 0, 7, 0, 0, 0, 3};
        report.resize(32, 9);
        const auto plain_report = report;
        report.resize(32 + SRTP_MAX_TRAILER_LEN + 4);
        length = 32;
        ASSERT_EQ(srtp_protect_rtcp(out, report.data(), &length), srtp_err_status_ok);
        ASSERT_EQ(srtp_unprotect_rtcp(in, report.data(), &length), srtp_err_status_ok);
        report.resize(static_cast<std::size_t>(length));
        ASSERT_EQ(report, plain_report);
      }
    }
    srtp_dealloc(ours_out);
    srtp_dealloc(ours_in);
    srtp_dealloc(own[i].first);
    srtp_dealloc(own[i].second);
  }
}

}  // namespace
}  // namespace dd
