// SPDX-License-Identifier: MIT
#include "trust/signature.hpp"

#include <gtest/gtest.h>

#include "trust/base64.hpp"

namespace dd::trust {
namespace {

// The keys of RFC 7515, appendix A.2, and RFC 8037, appendix A.2, as PEM.
constexpr std::string_view kRfc7515Rsa = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj
NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz
P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo
9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB
EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX
FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp
oQIDAQAB
-----END PUBLIC KEY-----
)";
constexpr std::string_view kRfc8037Ed25519 = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
)";
constexpr std::string_view kRfc7515Payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

Key key_of(Algorithm algorithm, std::string material) { return Key{KeyId("k"), TenantId("t"), algorithm, std::move(material), {}}; }

std::string decoded(std::string_view text) { return decode_base64url(text).value_or("not base64url"); }

TEST(Signature, HmacIsThatOfRfc7515AppendixA1) {
  const auto key =
      key_of(Algorithm::kHs256, decoded("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
  const std::string input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kRfc7515Payload);
  const auto made = make_signature(key, input);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(base64url(*made), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  EXPECT_TRUE(signature_matches(key, input, *made));
}

TEST(Signature, RsaIsThatOfRfc7515AppendixA2) {
  const auto key = key_of(Algorithm::kRs256, std::string(kRfc7515Rsa));
  const std::string input = "eyJhbGciOiJSUzI1NiJ9." + std::string(kRfc7515Payload);
  const std::string signature = decoded(
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
      "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
      "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
  EXPECT_TRUE(signature_matches(key, input, signature));
  EXPECT_FALSE(signature_matches(key, input + "x", signature));
}

TEST(Signature, EdDsaIsThatOfRfc8037AppendixA4) {
  const std::string input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const std::string expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  EXPECT_TRUE(signature_matches(key_of(Algorithm::kEdDsa, std::string(kRfc8037Ed25519)), input, decoded(expected)));

  const std::string seed = decoded("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  const std::string der = std::string("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16) + seed;
  const std::string kind = "PRIVATE KEY-----\n";
  const auto own = key_of(Algorithm::kEdDsa, "-----BEGIN " + kind + base64(der) + "\n-----END " + kind);
  const auto made = make_signature(own, input);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(base64url(*made), expected);
  EXPECT_EQ(public_material(own).value(), kRfc8037Ed25519);
}

TEST(Signature, AShortOrPublicSecretIsNoSecret) {
  for (const std::string& material : {std::string(31, 's'), std::string{}, std::string(kRfc7515Rsa), std::string(kRfc8037Ed25519)}) {
    const auto key = key_of(Algorithm::kHs256, material);
    EXPECT_FALSE(make_signature(key, "text").has_value());
    EXPECT_FALSE(signature_matches(key, "text", std::string(32, '\0')));
  }
}

TEST(Signature, AKeyOfAnotherKindOrTooShortIsRefused) {
  EXPECT_FALSE(public_material(key_of(Algorithm::kRs256, std::string(kRfc8037Ed25519))).has_value());
  EXPECT_FALSE(public_material(key_of(Algorithm::kEdDsa, std::string(kRfc7515Rsa))).has_value());
  EXPECT_FALSE(public_material(key_of(Algorithm::kEdDsa, "no PEM")).has_value());
  // RSA of 1024 bits.
  EXPECT_FALSE(public_material(key_of(Algorithm::kRs256, R"(-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDQedZjMMKB6I7eMkjxJa3nFpZF
lWyDPxHkh2o2JPTSSzNQKsyUBmQzYHdrNaZs5kEEXJpMpVH4kvRrP+5DYYPlyCqc
cGEdQO9vW4Fim6bBWuyxY0Z8mv9r1LvRWxWQmkTEpI9NQVYGaTiH2yKm1qxUuUiY
0aqZ4tiH0C6cCIaJawIDAQAB
-----END PUBLIC KEY-----
)"))
                   .has_value());
}

TEST(Signature, APublicKeyCannotSign) {
  EXPECT_EQ(make_signature(key_of(Algorithm::kRs256, std::string(kRfc7515Rsa)), "text").error().code, Errc::kInvalidArgument);
  EXPECT_EQ(make_signature(key_of(Algorithm::kEdDsa, std::string(kRfc8037Ed25519)), "text").error().code, Errc::kInvalidArgument);
}

TEST(Base64, IsThatOfRfc4648) {
  for (const auto& [bytes, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(decode_base64url(base64url(bytes)), bytes);
  }
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
}

TEST(Base64, OneTextHasOneMeaning) {
  EXPECT_FALSE(decode_base64url("Zg==").has_value());
  EXPECT_FALSE(decode_base64url("Zh").has_value()) << "the unused bits are not zero";
  EXPECT_FALSE(decode_base64url("Zm9").has_value()) << "the unused bits are not zero";
  EXPECT_FALSE(decode_base64url("Z").has_value());
  EXPECT_FALSE(decode_base64url("+/8").has_value());
  EXPECT_FALSE(decode_base64url("Zm 9v").has_value());
  EXPECT_FALSE(decode_base64url("Zm9v\n").has_value());
}

}  // namespace
}  // namespace dd::trust
