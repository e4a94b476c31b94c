// SPDX-License-Identifier: MIT
#include "trust/token.hpp"

#include <array>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "trust/base64.hpp"
#include "trust/signature.hpp"

namespace dd::trust {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = WallTime{} + std::chrono::seconds{1'795'000'000};

const Key& key_for(Algorithm algorithm) {
  static const std::array<Key, 3> made = [] {
    std::array<Key, 3> keys;
    for (const Algorithm each : {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEdDsa}) {
      keys[static_cast<std::size_t>(each)] = generate_key(TenantId("acme"), each).value();
    }
    return keys;
  }();
  return made[static_cast<std::size_t>(algorithm)];
}

Claims full_claims() {
  Claims claims;
  claims.tenant = TenantId("acme");
  claims.meeting = MeetingId("standup");
  claims.participant = ParticipantId("asha");
  claims.name = "Asha \xc3\x89.";
  claims.grants = Grants{{"audio", "video"}, true, true, false, true, false};
  claims.expires = kNow + 1h;
  claims.token_id = "t-1";
  return claims;
}

std::string issued(const Key& key, const Claims& claims = full_claims()) { return issue(claims, key, kNow).value(); }

// A token of exactly this header and payload, signed rightly.
std::string signed_text(const Key& key, std::string_view header, std::string_view payload) {
  const std::string input = base64url(header) + "." + base64url(payload);
  return input + "." + base64url(make_signature(key, input).value());
}

std::string reason_of(std::string_view token, std::span<const Key> keys, WallTime now = kNow) {
  const auto claims = verify(token, keys, now);
  if (claims) return "accepted";
  EXPECT_EQ(claims.error().code, Errc::kUnauthorized);
  return claims.error().reason;
}
std::string reason_of(std::string_view token, const Key& key, WallTime now = kNow) { return reason_of(token, std::span(&key, 1), now); }

class EveryAlgorithm : public ::testing::TestWithParam<Algorithm> {};
INSTANTIATE_TEST_SUITE_P(Token, EveryAlgorithm, ::testing::Values(Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEdDsa),
                         [](const auto& each) { return std::string(to_string(each.param)); });

TEST_P(EveryAlgorithm, CarriesItsClaimsToWhoeverHoldsThePublicHalf) {
  const Key& key = key_for(GetParam());
  const Key verifier = public_half(key).value();
  EXPECT_EQ(verifier.material.find("PRIVATE"), std::string::npos);
  const auto claims = verify(issued(key), std::span(&verifier, 1), kNow);
  ASSERT_TRUE(claims.has_value()) << claims.error().message;
  const Claims expected = full_claims();
  EXPECT_EQ(claims->tenant, expected.tenant);
  EXPECT_EQ(claims->meeting, expected.meeting);
  EXPECT_EQ(claims->participant, expected.participant);
  EXPECT_EQ(claims->name, expected.name);
  EXPECT_EQ(claims->grants, expected.grants);
  EXPECT_EQ(claims->expires, expected.expires);
  EXPECT_EQ(claims->token_id, expected.token_id);
  EXPECT_EQ(claimed_tenant(issued(key)).value(), expected.tenant);
}

TEST_P(EveryAlgorithm, IsRefusedWithAnyCharacterChanged) {
  const Key verifier = public_half(key_for(GetParam())).value();
  const std::string token = issued(key_for(GetParam()));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(reason_of(changed, verifier), "accepted") << "at " << i;
  }
}

TEST_P(EveryAlgorithm, IsRefusedCutAtAnyLength) {
  const Key verifier = public_half(key_for(GetParam())).value();
  const std::string token = issued(key_for(GetParam()));
  for (std::size_t size = 0; size < token.size(); ++size) EXPECT_NE(reason_of(token.substr(0, size), verifier), "accepted") << size;
  EXPECT_EQ(reason_of(token.substr(0, token.rfind('.') + 1), verifier), "token_invalid") << "an empty signature";
}

TEST_P(EveryAlgorithm, ThatSaysNoneIsRefused) {
  const Key& key = key_for(GetParam());
  const std::string payload = R"({"tenant":"acme","exp":1795003600})";
  for (const std::string_view none : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string header = R"({"alg":")" + std::string(none) + R"("})";
    EXPECT_EQ(reason_of(base64url(header) + "." + base64url(payload) + ".", key), "token_invalid");
    EXPECT_EQ(reason_of(signed_text(key, header, payload), key), "token_invalid") << "even rightly signed";
  }
  EXPECT_EQ(reason_of(signed_text(key, "{}", payload), key), "token_malformed");
  EXPECT_EQ(reason_of(signed_text(key, R"({"alg":["none"]})", payload), key), "token_malformed");
}

TEST(Token, SignedWithThePublicKeyAsASecretIsRefused) {
  for (const Algorithm algorithm : {Algorithm::kRs256, Algorithm::kEdDsa}) {
    const Key verifier = public_half(key_for(algorithm)).value();
    const std::string input = base64url(R"({"alg":"HS256"})") + "." + base64url(R"({"tenant":"acme","exp":1795003600})");
    std::string mac(32, '\0');
    unsigned int size = 0;
    ASSERT_NE(HMAC(EVP_sha256(), verifier.material.data(), static_cast<int>(verifier.material.size()),
                   reinterpret_cast<const unsigned char*>(input.data()), input.size(), reinterpret_cast<unsigned char*>(mac.data()), &size),
              nullptr);
    const std::string token = input + "." + base64url(mac);
    EXPECT_EQ(reason_of(token, verifier), "token_invalid");
    // Even filed by mistake as a shared secret, the public key lets nobody in.
    Key mistaken = verifier;
    mistaken.algorithm = Algorithm::kHs256;
    EXPECT_EQ(reason_of(token, mistaken), "token_invalid");
  }
}

TEST(Token, WhoseAlgorithmIsNotTheKeysIsRefused) {
  const Key& key = key_for(Algorithm::kHs256);
  for (const std::string_view alg : {"HS384", "HS512", "RS256", "EdDSA", "ES256", "hs256"}) {
    EXPECT_EQ(reason_of(signed_text(key, R"({"alg":")" + std::string(alg) + R"("})", R"({"tenant":"acme","exp":1795003600})"), key),
              "token_invalid");
  }
}

TEST(Token, OfAnotherTenantThanItsKeysIsRefused) {
  Key key = key_for(Algorithm::kHs256);
  const std::string token = issued(key);
  key.tenant = TenantId("rival");
  EXPECT_EQ(reason_of(token, key), "token_invalid");
  EXPECT_EQ(reason_of(signed_text(key, R"({"alg":"HS256"})", R"({"tenant":"acme","exp":1795003600})"), key), "token_invalid");
  EXPECT_EQ(issue(full_claims(), key, kNow).error().code, Errc::kInvalidArgument);
}

TEST(Token, NamesItsKeyOrIsTriedWithEachOfTheTenants) {
  const Key other = generate_key(TenantId("acme"), Algorithm::kHs256).value();
  const std::vector<Key> keys{other, key_for(Algorithm::kHs256)};
  EXPECT_EQ(reason_of(issued(keys[1]), keys), "accepted");

  Key unnamed = keys[1];
  unnamed.id = KeyId{};
  EXPECT_EQ(reason_of(issued(unnamed), keys), "accepted");

  Key misnamed = keys[1];
  misnamed.id = other.id;
  EXPECT_EQ(reason_of(issued(misnamed), keys), "token_invalid") << "the key of its kid did not sign it";
  misnamed.id = KeyId("nobody");
  EXPECT_EQ(reason_of(issued(misnamed), keys), "token_invalid");
  EXPECT_EQ(reason_of(issued(keys[1]), std::span<const Key>{}), "token_invalid");
  EXPECT_EQ(reason_of(signed_text(keys[1], R"({"alg":"HS256","kid":7})", R"({"tenant":"acme","exp":1795003600})"), keys),
            "token_malformed");
}

TEST(Token, OfARetiredKeyIsRefusedFromThatMomentOn) {
  Key key = key_for(Algorithm::kHs256);
  key.retires = kNow;
  EXPECT_EQ(reason_of(issued(key), key, kNow - 1s), "accepted");
  EXPECT_EQ(reason_of(issued(key), key, kNow), "token_invalid");
}

TEST(Token, ExpiresAndBeginsWithSomeLeeway) {
  const Key& key = key_for(Algorithm::kHs256);
  const std::string token = signed_text(key, R"({"alg":"HS256"})", R"({"tenant":"acme","nbf":1795000000,"exp":1795000060})");
  EXPECT_EQ(reason_of(token, key, kNow + 64s), "accepted");
  EXPECT_EQ(reason_of(token, key, kNow + 65s), "token_expired");
  EXPECT_EQ(reason_of(token, key, kNow - 5s), "accepted");
  EXPECT_EQ(reason_of(token, key, kNow - 6s), "token_not_yet_valid");
}

TEST(Token, OfAStrangerDoesNotLearnThatItWouldHaveExpired) {
  const Key stranger = generate_key(TenantId("acme"), Algorithm::kHs256).value();
  Claims old = full_claims();
  old.expires = kNow - 1h;
  EXPECT_EQ(reason_of(issue(old, stranger, kNow).value(), key_for(Algorithm::kHs256)), "token_invalid");
}

TEST(Token, WithClaimsOfAnotherShapeIsMalformed) {
  const Key& key = key_for(Algorithm::kHs256);
  for (const std::string_view payload : {
           R"({"tenant":"acme"})",                                                       // no exp
           R"({"exp":1795003600})",                                                      // no tenant
           R"({"tenant":"","exp":1795003600})",                                          //
           R"({"tenant":"a b","exp":1795003600})",                                       //
           R"({"tenant":"acme","exp":"1795003600"})",                                    //
           R"({"tenant":"acme","exp":-1})",                                              //
           R"({"tenant":"acme","exp":1e999})",                                           //
           R"({"tenant":"acme","exp":null})",                                            //
           R"({"tenant":"acme","exp":1795003600,"nbf":"now"})",                          //
           R"({"tenant":"acme","exp":1795003600,"iat":[]})",                             //
           R"({"tenant":"acme","exp":1795003600,"meeting":"a:b"})",                      // a colon is ours
           R"({"tenant":"acme","exp":1795003600,"meeting":".."})",                       //
           R"({"tenant":"acme","exp":1795003600,"participant":7})",                      //
           R"({"tenant":"acme","exp":1795003600,"name":"a\u0000b"})",                    //
           R"({"tenant":"acme","exp":1795003600,"name":"a\nb"})",                        //
           R"({"tenant":"acme","exp":1795003600,"grants":[]})",                          //
           R"({"tenant":"acme","exp":1795003600,"grants":{"publish":"audio"}})",         //
           R"({"tenant":"acme","exp":1795003600,"grants":{"publish":["everything"]}})",  //
           R"({"tenant":"acme","exp":1795003600,"grants":{"admin":"true"}})",            //
           R"({"tenant":"acme","exp":1795003600,"grants":{"admin":1}})",                 //
           R"({"tenant":"acme","tenant":"acme","exp":1795003600})",                      // twice
           R"({"tenant":"acme","exp":1795003600,"exp":1895003600})",                     //
           R"({"tenant":"acme","exp":1795003600,"grants":{"admin":false,"admin":true}})",
           R"({"tenant":"acme","exp":1795003600} )"
           "x",
           R"([{"tenant":"acme","exp":1795003600}])",
           R"({"tenant":"acme","exp":1795003600,"deep":[[[[[[]]]]]]})",
           "{\"tenant\":\"acme\",\"exp\":1795003600,\"name\":\"\xff\"}",
           "",
           "null",
       }) {
    EXPECT_EQ(reason_of(signed_text(key, R"({"alg":"HS256"})", payload), key), "token_malformed") << payload;
  }
  EXPECT_EQ(
      reason_of(signed_text(key, R"({"alg":"HS256"})", R"({"tenant":"acme","exp":1795003600,"name":")" + std::string(129, 'n') + "\"}"),
                key),
      "token_malformed");
}

TEST(Token, WithAHeaderThatDemandsMoreIsMalformed) {
  const Key& key = key_for(Algorithm::kHs256);
  const std::string payload = R"({"tenant":"acme","exp":1795003600})";
  EXPECT_EQ(reason_of(signed_text(key, R"({"alg":"HS256","crit":["b64"],"b64":false})", payload), key), "token_malformed");
  EXPECT_EQ(reason_of(signed_text(key, R"({"alg":"none","alg":"HS256"})", payload), key), "token_malformed");
  EXPECT_EQ(reason_of(signed_text(key, R"("HS256")", payload), key), "token_malformed");
}

TEST(Token, BringsNoKeyOfItsOwn) {
  const Key attacker = generate_key(TenantId("acme"), Algorithm::kHs256).value();
  const std::string token = signed_text(attacker, R"({"alg":"HS256","jwk":{"kty":"oct","k":")" + base64url(attacker.material) + R"("}})",
                                        R"({"tenant":"acme","exp":1795003600})");
  EXPECT_EQ(reason_of(token, key_for(Algorithm::kHs256)), "token_invalid");
}

TEST(Token, InAnotherSpellingIsMalformed) {
  const Key& key = key_for(Algorithm::kHs256);
  const std::string token = issued(key);
  for (const std::string& spelled :
       {token + "=", token + ".", token + ".e30", " " + token, token + "\n", "." + token, token.substr(0, 10) + "\n" + token.substr(10)}) {
    EXPECT_EQ(reason_of(spelled, key), "token_malformed");
  }
  // 32 bytes leave two unused bits in the last character; the three other spellings of it are refused.
  std::string respelled = token;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto last = kAlphabet.find(token.back());
  for (std::size_t bits = 1; bits < 4; ++bits) {
    respelled.back() = kAlphabet[last + bits];
    EXPECT_EQ(reason_of(respelled, key), "token_malformed");
  }
}

TEST(Token, ThatIsHugeIsMalformedWithoutBeingRead) {
  const Key& key = key_for(Algorithm::kHs256);
  EXPECT_EQ(
      reason_of(signed_text(key, R"({"alg":"HS256"})", R"({"tenant":"acme","exp":1795003600,"x":")" + std::string(kMaxToken, 'x') + "\"}"),
                key),
      "token_malformed");
  std::string many = R"({"tenant":"acme","exp":1795003600,"x":[0)";
  for (int i = 0; i < 300; ++i) many += ",0";
  EXPECT_EQ(reason_of(signed_text(key, R"({"alg":"HS256"})", many + "]}"), key), "token_malformed");
}

TEST(Token, WithoutGrantsMayNothingAndStrangeClaimsAreIgnored) {
  const Key& key = key_for(Algorithm::kHs256);
  const auto claims = verify(
      signed_text(key, R"({"alg":"HS256","typ":"at+jwt"})", R"({"tenant":"acme","exp":1795003600.5,"aud":["x"],"grants":{"fly":true}})"),
      std::span(&key, 1), kNow);
  ASSERT_TRUE(claims.has_value()) << claims.error().message;
  EXPECT_EQ(claims->grants, Grants{});
  EXPECT_FALSE(claims->grants.may_publish("audio"));
  EXPECT_TRUE(claims->meeting.empty());
  EXPECT_EQ(claims->expires, WallTime{} + 1'795'003'600'500ms);
}

TEST(Token, MayLastForeverButNotOverflow) {
  const Key& key = key_for(Algorithm::kHs256);
  EXPECT_EQ(reason_of(signed_text(key, R"({"alg":"HS256"})", R"({"tenant":"acme","exp":253402300799})"), key), "accepted");
  EXPECT_EQ(reason_of(signed_text(key, R"({"alg":"HS256"})", R"({"tenant":"acme","exp":1e300})"), key), "accepted");
}

TEST(Token, IsNotIssuedWithWhatWouldNotBeAccepted) {
  const Key& key = key_for(Algorithm::kHs256);
  Claims claims = full_claims();
  claims.name = std::string(kMaxName + 1, 'n');
  EXPECT_EQ(issue(claims, key, kNow).error().code, Errc::kInvalidArgument);
  claims = full_claims();
  claims.name = "\xff";
  EXPECT_EQ(issue(claims, key, kNow).error().code, Errc::kInvalidArgument);
  claims = full_claims();
  claims.meeting = MeetingId("a:b");
  EXPECT_EQ(issue(claims, key, kNow).error().code, Errc::kInvalidArgument);
  claims = full_claims();
  claims.grants.publish = {"everything"};
  EXPECT_EQ(issue(claims, key, kNow).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(issue(full_claims(), public_half(key_for(Algorithm::kRs256)).value(), kNow).error().code, Errc::kInvalidArgument);
}

TEST(Token, KnowsItsAlgorithmsByTheNamesOfTheRfcs) {
  EXPECT_EQ(parse_algorithm("HS256"), Algorithm::kHs256);
  EXPECT_EQ(parse_algorithm("RS256"), Algorithm::kRs256);
  EXPECT_EQ(parse_algorithm("EdDSA"), Algorithm::kEdDsa);
  EXPECT_EQ(parse_algorithm("eddsa"), std::nullopt);
  EXPECT_EQ(parse_algorithm("none"), std::nullopt);
}

}  // namespace
}  // namespace dd::trust
