// SPDX-License-Identifier: MIT
#include "trust/signature.hpp"

#include <memory>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/random.hpp"

namespace dd::trust {
namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// Without it OpenSSL asks for the passphrase of an encrypted key on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

// OpenSSL keeps errors per thread; what is left there confuses whoever asks next.
struct ClearedErrors {
  ~ClearedErrors() { ERR_clear_error(); }
};

bool fits(Algorithm algorithm, const EVP_PKEY* key) {
  switch (algorithm) {
    case Algorithm::kRs256:
      return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= kMinRsaBits && EVP_PKEY_get_bits(key) <= 8192;
    case Algorithm::kEdDsa: return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
    case Algorithm::kHs256: return false;
  }
  return false;
}

Bio reader_of(std::string_view pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

Pkey private_key(const Key& key) {
  if (key.material.size() > kMaxMaterial) return nullptr;
  const auto reader = reader_of(key.material);
  Pkey parsed(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, nullptr));
  return parsed && fits(key.algorithm, parsed.get()) ? std::move(parsed) : nullptr;
}

// Of a private key its public half, so that whoever issues can also verify.
Pkey public_key(const Key& key) {
  if (key.material.size() > kMaxMaterial) return nullptr;
  const auto reader = reader_of(key.material);
  Pkey parsed(PEM_read_bio_PUBKEY(reader.get(), nullptr, no_passphrase, nullptr));
  if (!parsed) return private_key(key);
  return fits(key.algorithm, parsed.get()) ? std::move(parsed) : nullptr;
}

// A PEM is never a shared secret: were a public key filed as one, everybody could sign with it.
bool usable_secret(std::string_view secret) {
  return secret.size() >= kMinSecret && secret.size() <= kMaxMaterial && secret.find("-----BEGIN") == std::string_view::npos;
}

std::string hmac_sha256(std::string_view secret, std::string_view bytes) {
  std::string made(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(bytes), bytes.size(),
           reinterpret_cast<unsigned char*>(made.data()), &size) == nullptr) {
    return {};
  }
  made.resize(size);
  return made;
}

// Ed25519 hashes by itself and takes no digest.
const EVP_MD* digest_of(Algorithm algorithm) { return algorithm == Algorithm::kRs256 ? EVP_sha256() : nullptr; }

Result<std::string> written(const Pkey& key, bool secret_too) {
  const Bio out(BIO_new(BIO_s_mem()));
  const int done = secret_too ? PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr)
                              : PEM_write_bio_PUBKEY(out.get(), key.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  if (done != 1 || size <= 0) return make_error(Errc::kInternal, "OpenSSL could not write a key");
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

bool signature_matches(const Key& key, std::string_view signed_bytes, std::string_view signature) {
  const ClearedErrors cleared;
  if (key.algorithm == Algorithm::kHs256) {
    if (!usable_secret(key.material)) return false;
    const std::string expected = hmac_sha256(key.material, signed_bytes);
    return !expected.empty() && signature.size() == expected.size() &&
           CRYPTO_memcmp(expected.data(), signature.data(), expected.size()) == 0;
  }
  const auto pkey = public_key(key);
  const DigestContext context(EVP_MD_CTX_new());
  return pkey && context && EVP_DigestVerifyInit(context.get(), nullptr, digest_of(key.algorithm), nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(signed_bytes), signed_bytes.size()) == 1;
}

Result<std::string> make_signature(const Key& key, std::string_view bytes) {
  const ClearedErrors cleared;
  if (key.algorithm == Algorithm::kHs256) {
    if (!usable_secret(key.material)) return invalid_field("key", "a shared secret has 32 bytes or more, and is no PEM");
    return hmac_sha256(key.material, bytes);
  }
  const auto pkey = private_key(key);
  if (!pkey) return invalid_field("key", "signing needs a private key of the algorithm: RSA of 2048 bits or more, or Ed25519");
  const DigestContext context(EVP_MD_CTX_new());
  std::string made(static_cast<std::size_t>(EVP_PKEY_get_size(pkey.get())), '\0');
  std::size_t size = made.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, digest_of(key.algorithm), nullptr, pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size, bytes_of(bytes), bytes.size()) != 1) {
    return make_error(Errc::kInternal, "OpenSSL could not sign");
  }
  made.resize(size);
  return made;
}

Result<std::string> generate_material(Algorithm algorithm) {
  const ClearedErrors cleared;
  if (algorithm == Algorithm::kHs256) return random_token(64);  // 384 bits, as text that survives every editor
  const Pkey made(algorithm == Algorithm::kRs256 ? EVP_RSA_gen(kMinRsaBits) : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!made) return make_error(Errc::kInternal, "OpenSSL could not make a key");
  return written(made, true);
}

Result<std::string> public_material(const Key& key) {
  const ClearedErrors cleared;
  if (key.algorithm == Algorithm::kHs256) {
    if (!usable_secret(key.material)) return invalid_field("key", "a shared secret has 32 bytes or more, and is no PEM");
    return key.material;
  }
  const auto pkey = public_key(key);
  if (!pkey) return invalid_field("key", "no PEM key of the algorithm: RSA of 2048 to 8192 bits, or Ed25519");
  return written(pkey, false);
}

}  // namespace dd::trust
