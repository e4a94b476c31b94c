// SPDX-License-Identifier: MIT
// TestCertificate: a folder with a fresh self-signed certificate for localhost and its key, as PEM files. For tests of net/.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/random.hpp"
#include "net/http_settings.hpp"

namespace dd::net::testing {

class TestCertificate {
 public:
  TestCertificate() : folder_(std::filesystem::temp_directory_path() / ("dd-tls-" + random_token(12))) {
    std::filesystem::create_directory(folder_);
    renew();
  }
  ~TestCertificate() { std::filesystem::remove_all(folder_); }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  TlsFiles files() const { return {certificate(), key(), std::chrono::milliseconds{20}}; }
  std::string certificate() const { return (folder_ / "certificate.pem").string(); }
  std::string key() const { return (folder_ / "key.pem").string(); }

  // Another key and certificate in the same files, as a renewal would leave them. Its serial number is its name.
  long renew() {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* made = X509_new();
    X509_set_version(made, 2);
    const long serial = static_cast<long>(random_u64() % 1'000'000'000) + 1;
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
    X509_gmtime_adj(X509_getm_notBefore(made), -60);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, pair);
    X509_NAME* name = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(made, name);
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, made, made, nullptr, nullptr, 0);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_add_ext(made, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(made, pair, EVP_sha256());
    write(certificate(), [&](std::FILE* file) { PEM_write_X509(file, made); });
    write(key(), [&](std::FILE* file) { PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(made);
    EVP_PKEY_free(pair);
    return serial;
  }

  void spoil() const { std::ofstream(certificate()) << "this is no certificate\n"; }

 private:
  // As a whole, so that no look at it sees half a file.
  template <typename Write>
  static void write(const std::string& path, Write write_to) {
    const std::string draft = path + ".new";
    std::FILE* file = std::fopen(draft.c_str(), "w");
    ASSERT_NE(file, nullptr);
    write_to(file);
    std::fclose(file);
    std::filesystem::rename(draft, path);
  }

  std::filesystem::path folder_;
};

}  // namespace dd::net::testing
