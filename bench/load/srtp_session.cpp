// SPDX-License-Identifier: MIT
#include "bench/load/srtp_session.hpp"

#include <srtp2/srtp.h>

#include <array>
#include <fmt/format.h>
#include <utility>

#include "srtp_openssl.hpp"

namespace dd::load {
namespace {

struct ProfileRow {
  SrtpProfile profile;
  std::string_view dtls_name;
  std::string_view name;
  SrtpSizes sizes;
};

constexpr std::array<ProfileRow, 3> kProfiles{{
    {SrtpProfile::kAeadAes128Gcm, "SRTP_AEAD_AES_128_GCM", "aes-gcm-128", {16, 12}},
    {SrtpProfile::kAeadAes256Gcm, "SRTP_AEAD_AES_256_GCM", "aes-gcm-256", {32, 12}},
    {SrtpProfile::kAes128CmSha1, "SRTP_AES128_CM_SHA1_80", "aes-cm-128", {16, 14}},
}};

const ProfileRow& row_of(SrtpProfile profile) { return kProfiles[static_cast<std::size_t>(profile)]; }

// An RTX or a late repetition may be older than libsrtp's 128 packets; what a browser takes is taken here.
constexpr unsigned long kReplayWindow = 1024;

Result<srtp_t> open_direction(SrtpProfile profile, const std::vector<std::uint8_t>& key, srtp_ssrc_type_t direction) {
  // Debian's libsrtp2 encrypts by NSS, which takes twice as long as OpenSSL: time that a load generator has not.
  static const srtp_err_status_t kStarted = [] {
    const srtp_err_status_t status = srtp_init();
    return status == srtp_err_status_ok ? use_openssl_in_srtp() : status;
  }();
  if (kStarted != srtp_err_status_ok) return make_error(Errc::kInternal, "libsrtp2 does not start");
  srtp_policy_t policy{};
  switch (profile) {
    case SrtpProfile::kAeadAes128Gcm:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
      break;
    case SrtpProfile::kAeadAes256Gcm:
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
      break;
    case SrtpProfile::kAes128CmSha1:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
      break;
  }
  std::vector<std::uint8_t> own_key = key;  // libsrtp wants it mutable
  policy.ssrc.type = direction;
  policy.key = own_key.data();
  policy.window_size = kReplayWindow;
  srtp_t session = nullptr;
  const auto status = srtp_create(&session, &policy);
  if (status != srtp_err_status_ok) {
    return make_error(Errc::kInternal, fmt::format("libsrtp2 makes no session of {}: {}", to_string(profile), static_cast<int>(status)));
  }
  return session;
}

}  // namespace

SrtpSizes sizes_of(SrtpProfile profile) { return row_of(profile).sizes; }
std::string_view dtls_name(SrtpProfile profile) { return row_of(profile).dtls_name; }
std::string_view to_string(SrtpProfile profile) { return row_of(profile).name; }

std::optional<SrtpProfile> parse_dtls_name(std::string_view name) {
  for (const ProfileRow& row : kProfiles) {
    if (row.dtls_name == name) return row.profile;
  }
  return std::nullopt;
}

Result<SrtpSession> SrtpSession::open(const SrtpKeys& keys) {
  DD_TRY(srtp_t outgoing, open_direction(keys.profile, keys.local, ssrc_any_outbound));
  SrtpSession session(outgoing, nullptr);
  DD_TRY(session.incoming_, open_direction(keys.profile, keys.remote, ssrc_any_inbound));
  return session;
}

SrtpSession::~SrtpSession() {
  if (outgoing_ != nullptr) srtp_dealloc(outgoing_);
  if (incoming_ != nullptr) srtp_dealloc(incoming_);
}

SrtpSession::SrtpSession(SrtpSession&& other) noexcept
    : outgoing_(std::exchange(other.outgoing_, nullptr)), incoming_(std::exchange(other.incoming_, nullptr)) {}

SrtpSession& SrtpSession::operator=(SrtpSession&& other) noexcept {
  std::swap(outgoing_, other.outgoing_);
  std::swap(incoming_, other.incoming_);
  return *this;
}

std::optional<std::size_t> SrtpSession::protect_rtp(MutableBytes buffer, std::size_t size) {
  int length = static_cast<int>(size);
  if (size + kSrtpOverhead > buffer.size() || srtp_protect(outgoing_, buffer.data(), &length) != srtp_err_status_ok) return std::nullopt;
  return static_cast<std::size_t>(length);
}

std::optional<std::size_t> SrtpSession::protect_rtcp(MutableBytes buffer, std::size_t size) {
  int length = static_cast<int>(size);
  if (size + kSrtpOverhead > buffer.size() || srtp_protect_rtcp(outgoing_, buffer.data(), &length) != srtp_err_status_ok)
    return std::nullopt;
  return static_cast<std::size_t>(length);
}

std::optional<std::size_t> SrtpSession::unprotect_rtp(MutableBytes datagram) {
  int length = static_cast<int>(datagram.size());
  if (srtp_unprotect(incoming_, datagram.data(), &length) != srtp_err_status_ok) return std::nullopt;
  return static_cast<std::size_t>(length);
}

std::optional<std::size_t> SrtpSession::unprotect_rtcp(MutableBytes datagram) {
  int length = static_cast<int>(datagram.size());
  if (srtp_unprotect_rtcp(incoming_, datagram.data(), &length) != srtp_err_status_ok) return std::nullopt;
  return static_cast<std::size_t>(length);
}

}  // namespace dd::load
