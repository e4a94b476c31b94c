// SPDX-License-Identifier: MIT
// libsrtp's ciphers and its HMAC on OpenSSL, put in the place of the library's own by its own interface for that. Debian builds libsrtp
// on NSS, which costs half as much again per packet, and five times as much with SHA-1. Session handling, replay protection and key
// derivation stay libsrtp's. Stateless; call it once after srtp_init().
#pragma once

#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <srtp2/srtp.h>

namespace dd {

// libsrtp runs its own test vectors on each replacement before it accepts it.
srtp_err_status_t use_openssl_in_srtp();

}  // namespace dd
