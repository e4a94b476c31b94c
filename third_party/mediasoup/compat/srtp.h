// SPDX-License-Identifier: MIT
// libsrtp's version 3 interface, as mediasoup's worker calls it, on top of Debian's libsrtp 2.5. It is only what the worker
// needs, not a port: no MKI, no cryptex. Must come before any other directory with an <srtp.h> on the include path.
#pragma once

// Version 2 has a struct of this name and version 3 an opaque handle; the struct keeps living under another name.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// Codes that version 2 lacks, with version 3's values.
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err = static_cast<srtp_err_status_t>(29);

namespace srtp_compat {

struct Policy {
  srtp2_policy_t v2{};
  std::uint8_t key[SRTP_MAX_KEY_LEN]{};
  srtp_profile_t profile{};
  bool has_profile = false;
};

// Version 2 works in place and counts in int; version 3 has two buffers, and *out_length is the capacity on entry and the
// written length on return. `growth` is how much the call may append.
template <typename Call>
srtp_err_status_t run(Call call, const std::uint8_t* in, std::size_t in_length, std::uint8_t* out, std::size_t* out_length,
                      std::size_t growth) {
  if (in_length > INT_MAX - growth || in_length + growth > *out_length) return srtp_err_status_buffer_small;
  if (out != in) std::memmove(out, in, in_length);
  int length = static_cast<int>(in_length);
  const srtp_err_status_t status = call(out, &length);
  if (status == srtp_err_status_ok) *out_length = static_cast<std::size_t>(length);
  return status;
}

}  // namespace srtp_compat

using srtp_policy_t = srtp_compat::Policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy) {
  *policy = new (std::nothrow) srtp_compat::Policy;
  return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy) {
  if (!policy) return;
  volatile std::uint8_t* key = policy->key;  // volatile, or the compiler drops a write that nobody reads
  for (std::size_t i = 0; i < sizeof(policy->key); ++i) key[i] = 0;
  delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc) {
  policy->v2.ssrc = ssrc;
  return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile) {
  srtp_err_status_t status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->v2.rtp, profile);
  if (status == srtp_err_status_ok) status = srtp_crypto_policy_set_from_profile_for_rtcp(&policy->v2.rtcp, profile);
  policy->profile = profile;
  policy->has_profile = status == srtp_err_status_ok;
  return status;
}

inline srtp_err_status_t srtp_policy_add_key(srtp_policy_t policy, const std::uint8_t* key, std::size_t key_length,
                                             const std::uint8_t* salt, std::size_t salt_length, const std::uint8_t* mki,
                                             std::size_t mki_length) {
  if (!policy->has_profile || mki || mki_length != 0) return srtp_err_status_bad_param;
  if (key_length != srtp_profile_get_master_key_length(policy->profile) ||
      salt_length != srtp_profile_get_master_salt_length(policy->profile) || key_length + salt_length > sizeof(policy->key)) {
    return srtp_err_status_bad_param;
  }
  // Version 2 wants the master key with the master salt behind it.
  std::memcpy(policy->key, key, key_length);
  std::memcpy(policy->key + key_length, salt, salt_length);
  policy->v2.key = policy->key;
  return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow) {
  policy->v2.allow_repeat_tx = allow ? 1 : 0;
  return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, std::size_t size) {
  policy->v2.window_size = static_cast<unsigned long>(size);
  return srtp_err_status_ok;
}

#ifdef DD_MS_SRTP_OPENSSL
// Behind srtp_init(), so that every session gets OpenSSL's ciphers (srtp_openssl.hpp).
#include "srtp_openssl.hpp"
namespace srtp_compat {
inline srtp_err_status_t init() {
  const srtp_err_status_t status = ::srtp_init();
  return status == srtp_err_status_ok ? dd::use_openssl_in_srtp() : status;
}
}  // namespace srtp_compat
#define srtp_init srtp_compat::init
#endif

// The calls below are C++ overloads next to the C functions of version 2: their parameter lists differ.

// Version 2 derives its session keys here, so the policy may be destroyed right after.
inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy) {
  return ::srtp_create(session, static_cast<const srtp2_policy_t*>(&policy->v2));
}

inline srtp_err_status_t srtp_protect(srtp_t session, const std::uint8_t* rtp, std::size_t rtp_length, std::uint8_t* srtp,
                                      std::size_t* srtp_length, std::size_t /*mki_index*/) {
  return srtp_compat::run([session](void* packet, int* length) { return ::srtp_protect(session, packet, length); }, rtp, rtp_length,
                          srtp, srtp_length, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(srtp_t session, const std::uint8_t* srtp, std::size_t srtp_length, std::uint8_t* rtp,
                                        std::size_t* rtp_length) {
  return srtp_compat::run([session](void* packet, int* length) { return ::srtp_unprotect(session, packet, length); }, srtp,
                          srtp_length, rtp, rtp_length, 0);
}

// SRTCP appends its index (RFC 3711, section 3.4: 4 bytes) before the tag.
inline srtp_err_status_t srtp_protect_rtcp(srtp_t session, const std::uint8_t* rtcp, std::size_t rtcp_length, std::uint8_t* srtcp,
                                           std::size_t* srtcp_length, std::size_t /*mki_index*/) {
  return srtp_compat::run([session](void* packet, int* length) { return ::srtp_protect_rtcp(session, packet, length); }, rtcp,
                          rtcp_length, srtcp, srtcp_length, SRTP_MAX_TRAILER_LEN + 4);
}

inline srtp_err_status_t srtp_unprotect_rtcp(srtp_t session, const std::uint8_t* srtcp, std::size_t srtcp_length, std::uint8_t* rtcp,
                                             std::size_t* rtcp_length) {
  return srtp_compat::run([session](void* packet, int* length) { return ::srtp_unprotect_rtcp(session, packet, length); }, srtcp,
                          srtcp_length, rtcp, rtcp_length, 0);
}

// The SSRC is in network byte order in both.
inline srtp_err_status_t srtp_stream_remove(srtp_t session, std::uint32_t ssrc) { return ::srtp_remove_stream(session, ssrc); }
