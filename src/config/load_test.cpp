// SPDX-License-Identifier: MIT
#include "config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/random.hpp"
#include "config/schema.hpp"

namespace dd::config {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Load : public testing::Test {
 protected:
  Load() : root_(fs::path(testing::TempDir()) / ("dd-load-" + random_uuid())) {
    fs::create_directories(root_ / "config");
    fs::create_directories(root_ / "deep" / "er");
    sources_.directory = root_ / "deep" / "er";
  }
  ~Load() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(root_ / name) << text; }

  Settings loaded() {
    auto result = load(sources_);
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
    return result ? result->settings : Settings{};
  }
  Error refused() {
    auto result = load(sources_);
    EXPECT_FALSE(result.has_value());
    return result ? Error{} : result.error();
  }

  fs::path root_;
  Sources sources_;
};

TEST_F(Load, NeedsNothingInLocal) {
  const Settings settings = loaded();
  EXPECT_EQ(settings.env, "local");
  EXPECT_EQ(settings.http.port, 3001);
  EXPECT_EQ(settings.http.private_ip, "127.0.0.1");
  EXPECT_EQ(settings.rtc.announced_ip, "127.0.0.1");
  EXPECT_EQ(settings.tenant, "default");
  EXPECT_EQ(settings.database.url, "sqlite:data/doordarshan.sqlite");
  EXPECT_EQ(settings.rtc.workers, 2u);
  EXPECT_TRUE(settings.otlp.endpoint.empty());
}

TEST_F(Load, FlagBeatsEnvironmentBeatsEnvFileBeatsDotenv) {
  write(".env", "SERVER_PORT=1\nMYSQL_HOST=dotenv\nMYSQL_USER=dotenv\nMYSQL_DATABASE=dotenv\n");
  write("config/local.env", "SERVER_PORT=2\nMYSQL_HOST=file\nMYSQL_USER=file\n");
  sources_.environment = {{"SERVER_PORT", "3"}, {"MYSQL_HOST", "environment"}};
  sources_.flags = {{"SERVER_PORT", "4"}};
  const Settings settings = loaded();
  EXPECT_EQ(settings.http.port, 4);
  EXPECT_EQ(settings.database.mysql_host, "environment");
  EXPECT_EQ(settings.database.mysql_user, "file");
  EXPECT_EQ(settings.database.mysql_database, "dotenv");
}

TEST_F(Load, EnvChoosesTheFile) {
  write("config/blue.env", "PUBLIC_IP=203.0.113.7\nPRIVATE_IP=10.0.0.7\nTENANT=\" default\"\n");
  sources_.environment = {{"ENV", "blue"}};
  const Settings settings = loaded();
  EXPECT_EQ(settings.http.private_ip, "10.0.0.7");
  EXPECT_EQ(settings.rtc.announced_ip, "203.0.113.7");
  EXPECT_EQ(settings.tenant, " default") << "kendra looks for the leading blank";
}

TEST_F(Load, LocalForcesTheLoopbackAddresses) {
  sources_.environment = {{"PUBLIC_IP", "203.0.113.7"}, {"PRIVATE_IP", "10.0.0.7"}, {"TENANT", " default "}};
  const Settings settings = loaded();
  EXPECT_EQ(settings.http.public_ip, "127.0.0.1");
  EXPECT_EQ(settings.http.private_ip, "127.0.0.1");
  EXPECT_EQ(settings.tenant, " default ") << "never trimmed";
  sources_.environment["RTC_ANNOUNCED_IP"] = "192.168.1.5";
  EXPECT_EQ(loaded().rtc.announced_ip, "192.168.1.5");
}

TEST_F(Load, OtherwiseTheAddressesAndTheTenantAreRequired) {
  sources_.environment = {{"ENV", "production"}};
  EXPECT_THAT(refused().message, HasSubstr("PUBLIC_IP"));
  sources_.environment["PUBLIC_IP"] = "";  // allowed: nothing is announced
  EXPECT_THAT(refused().message, HasSubstr("PRIVATE_IP"));
  sources_.environment["PRIVATE_IP"] = "10.0.0.7";
  EXPECT_THAT(refused().message, HasSubstr("TENANT"));
  sources_.environment["TENANT"] = "NA";
  EXPECT_THAT(refused().message, HasSubstr("TENANT"));
  sources_.environment["TENANT"] = "acme";
  EXPECT_EQ(loaded().tenant, "acme");
}

TEST_F(Load, AnUnknownNameInAFileIsAnErrorWithItsLine) {
  write("config/local.env", "# sample\n\nSERVER_PROT=3001\n");
  EXPECT_THAT(refused().message, testing::AllOf(HasSubstr("local.env: line 3"), HasSubstr("SERVER_PROT")));
}

TEST_F(Load, AMalformedLineIsAnErrorWithItsLine) {
  write(".env", "SERVER_PORT=3001\nTENANT='open\n");
  EXPECT_THAT(refused().message, testing::AllOf(HasSubstr(".env: line 2"), HasSubstr("quote")));
}

TEST_F(Load, TheReferencesUnusedNamesMayStandInAFile) {
  write(".env",
        "LOG_PATH=/var/log\nGST_DEBUG=3\nAWS_REGION=x\nCONSUMER_SHARD_COUNT_NAME=6\nPLAIN_TRANSPORT_VIDEO_PORT_RANGE_START=50000\n");
  loaded();
}

TEST_F(Load, ABadValueNamesTheVariableAndTheBound) {
  const std::pair<const char*, const char*> cases[] = {{"SERVER_PORT", "65536"},
                                                       {"SERVER_PORT", "-1"},
                                                       {"SERVER_PORT", "http"},
                                                       {"RTC_WORKERS", "129"},
                                                       {"DEVELOPMENT", "maybe"},
                                                       {"LOG_LEVEL", "loud"},
                                                       {"RTC_LISTEN_IP", "localhost"},
                                                       {"ALLOWED_NETWORKS", "10.0.0/8"},
                                                       {"OTEL_ENDPOINT", "x"},
                                                       {"ENV", "../etc"},
                                                       {"MEDIA_API_KEY", "short"},
                                                       {"HEARTBEAT_INTERVAL_SECONDS", "10"},
                                                       {"CLIENT_CONFIG_SERVICE_ENDPOINT", "ftp://x"}};
  for (const auto& one : cases) {
    sources_.environment = {{one.first, one.second}};
    EXPECT_THAT(refused().message, HasSubstr(one.first)) << one.second;
  }
  sources_.environment = {{"SERVER_PORT", "65536"}};
  EXPECT_THAT(refused().message, HasSubstr("0 to 65535"));
}

TEST_F(Load, ASecretIsNeverInAnErrorMessage) {
  sources_.environment = {{"MEDIA_API_KEY", "hunter2"}};
  EXPECT_THAT(refused().message, testing::Not(HasSubstr("hunter2")));
  sources_.environment = {{"CLIENT_CONFIG_SERVICE_HEADERS", "{\"Authorization\":\"hunter2"}};
  EXPECT_THAT(refused().message, testing::Not(HasSubstr("hunter2")));
}

TEST_F(Load, MakesTheDatabaseUrlFromItsParts) {
  sources_.environment = {{"MYSQL_HOST", "db"}, {"MYSQL_USER", "root"}, {"MYSQL_PASSWORD", "p@ss/w:rd"}, {"MYSQL_DATABASE", "doordarshan"}};
  EXPECT_EQ(loaded().database.url, "mysql://root:p%40ss%2Fw%3Ard@db:3306/doordarshan");
  sources_.environment["DATABASE_URL"] = "mysql://other";
  EXPECT_EQ(loaded().database.url, "mysql://other");
}

TEST_F(Load, ReadsTheCredentialsFile) {
  write("creds.json", R"({"username":"u","password":"p"})");
  sources_.environment = {{"MYSQL_CREDS_PATH", (root_ / "creds.json").string()}, {"MYSQL_PASSWORD", "unused"}};
  EXPECT_EQ(loaded().database.url, "mysql://u:p@127.0.0.1:3306/doordarshan");
  sources_.environment["MYSQL_CREDS_PATH"] = (root_ / "absent.json").string();
  EXPECT_THAT(refused().message, HasSubstr("MYSQL_CREDS_PATH"));
  write("creds.json", "[]");
  sources_.environment["MYSQL_CREDS_PATH"] = (root_ / "creds.json").string();
  EXPECT_THAT(refused().message, HasSubstr("MYSQL_CREDS_PATH"));
}

TEST_F(Load, HeadersAreJsonQuotedOrNot) {
  for (const char* line : {R"(CLIENT_CONFIG_SERVICE_HEADERS='{"X-Key":"a b"}')", R"(CLIENT_CONFIG_SERVICE_HEADERS={"X-Key":"a b"})"}) {
    write(".env", line);
    EXPECT_THAT(loaded().user_sessions.headers, testing::ElementsAre(testing::Pair("X-Key", "a b")));
  }
  sources_.environment = {{"CLIENT_CONFIG_SERVICE_HEADERS", R"({"Bad Name":"x"})"}};
  EXPECT_THAT(refused().message, HasSubstr("HTTP header"));
}

TEST_F(Load, ThePortRangeOfTheReferenceStillCounts) {
  sources_.environment = {{"RTC_PORT_RANGE_START", "41000"}, {"RTC_PORT_RANGE_END", "41101"}};
  EXPECT_EQ(loaded().rtc.port_base, 41000);
  sources_.environment["RTC_WORKERS"] = "3";
  EXPECT_THAT(refused().message, HasSubstr("RTC_PORT_RANGE_END"));
  sources_.environment["RTC_PORT_BASE"] = "40000";
  EXPECT_EQ(loaded().rtc.port_base, 40000);
}

TEST_F(Load, LogLevelUnderstandsTheReferencesFilters) {
  sources_.environment = {{"LOG_LEVEL", "WARN"}};
  EXPECT_EQ(loaded().logs.level, "warn");
  sources_.environment = {{"LOG_LEVEL", "mediasoup=debug,error"}, {"RUST_LOG", "hyper=off"}};
  EXPECT_EQ(loaded().logs.level, "error");
  sources_.environment["RUST_LOG"] = "debug";
  EXPECT_EQ(loaded().logs.level, "debug");
}

TEST_F(Load, WorkersFollowTheCoresButAreAtLeastTwo) {
  sources_.cores = 1;
  EXPECT_EQ(loaded().rtc.workers, 2u);
  sources_.cores = 8;
  EXPECT_EQ(loaded().rtc.workers, 8u);
  sources_.environment = {{"RTC_WORKERS", "3"}};
  EXPECT_EQ(loaded().rtc.workers, 3u);
}

TEST_F(Load, EmptyMeansNotGivenWhereNothingMayBeEmpty) {
  sources_.environment = {
      {"SERVER_PORT", ""}, {"HTTP_LISTEN_IP", ""}, {"LOG_LEVEL", ""}, {"DATABASE_URL", ""}, {"CLIENT_CONFIG_SERVICE_HEADERS", ""}};
  const Settings settings = loaded();
  EXPECT_EQ(settings.http.port, 3001);
  EXPECT_EQ(settings.http.listen_ip, "0.0.0.0");
}

TEST_F(Load, WarnsOfWhatKendraCannotUse) {
  sources_.environment = {{"SERVER_PORT", "3000"}, {"RTC_WORKERS", "1"}};
  auto result = load(sources_);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->warnings.size(), 2u);
}

TEST_F(Load, AnImageToFillWithIsAFileThatIsThere) {
  sources_.environment = {{"RECORDING_FILL", "image"}};
  EXPECT_EQ(refused().field, "RECORDING_FILL_IMAGE");
  sources_.environment["RECORDING_FILL_IMAGE"] = (root_ / "absent.png").string();
  EXPECT_EQ(refused().field, "RECORDING_FILL_IMAGE");
  write("away.png", "");
  sources_.environment["RECORDING_FILL_IMAGE"] = (root_ / "away.png").string();
  EXPECT_EQ(loaded().recordings.fill, "image");
}

constexpr const char* kProfiles =
    R"({"main":{"endpoint":"https://s3.example.org","bucket":"b.one","prefix":"/a/b/","accessKey":"key","secretKey":"s:e/c+ret","pathStyle":false}})";

TEST_F(Load, StorageProfilesAreNamedBuckets) {
  write(".env", std::string("RECORDING_STORAGE_PROFILES=") + kProfiles + "\nRECORDING_UPLOAD_PROFILE=main\n");
  const auto settings = loaded();
  const StorageProfile& main = settings.storage.profiles.at("main");
  EXPECT_EQ(main.endpoint, "https://s3.example.org");
  EXPECT_EQ(main.region, "us-east-1");
  EXPECT_EQ(main.prefix, "a/b");
  EXPECT_EQ(main.secret_key, "s:e/c+ret");
  EXPECT_FALSE(main.path_style);
  EXPECT_EQ(value_text(*find_row("RECORDING_STORAGE_PROFILES"), settings), "***");
}

TEST_F(Load, StorageProfilesMayComeFromAFile) {
  write("profiles.json", kProfiles);
  sources_.environment = {{"RECORDING_STORAGE_PROFILES_PATH", (root_ / "profiles.json").string()}};
  EXPECT_EQ(loaded().storage.profiles.at("main").bucket, "b.one");
  sources_.environment["RECORDING_STORAGE_PROFILES_PATH"] = "absent.json";
  EXPECT_EQ(refused().field, "RECORDING_STORAGE_PROFILES_PATH");
}

TEST_F(Load, AStorageProfileThatCannotWorkStopsTheStartAndTellsNoSecret) {
  for (const char* text :
       {"[]", R"({"main":1})", R"({"main":{"endpoint":"s3.example.org","bucket":"b","accessKey":"k","secretKey":"geheim"}})",
        R"({"main":{"endpoint":"https://x","bucket":"","accessKey":"k","secretKey":"geheim"}})",
        R"({"main":{"endpoint":"https://x","bucket":"b","accessKey":"k"}})",
        R"({"main":{"endpoint":"https://x","bucket":"b","accessKey":"k","secretKey":"geheim","acessKey":"k"}})",
        R"({"m n":{"endpoint":"https://x","bucket":"b","accessKey":"k","secretKey":"geheim"}})"}) {
    sources_.environment = {{"RECORDING_STORAGE_PROFILES", text}};
    const Error error = refused();
    EXPECT_EQ(error.field, "RECORDING_STORAGE_PROFILES") << text;
    EXPECT_THAT(error.message, testing::Not(HasSubstr("geheim")));
  }
  sources_.environment = {{"RECORDING_STORAGE_PROFILES", kProfiles}, {"RECORDING_UPLOAD_PROFILE", "other"}};
  EXPECT_EQ(refused().field, "RECORDING_UPLOAD_PROFILE");
}

TEST_F(Load, TurnServersAreTurnUrls) {
  const std::vector<std::string> good{"turn:turn.example.org:3478?transport=udp", "turns:turn.example.org",
                                      "turn:[2001:db8::1]:3478?transport=tcp"};
  sources_.environment = {{"TURN_URLS", good[0] + ", " + good[1] + "," + good[2]}, {"TURN_SECRET", "0123456789abcdef"}};
  EXPECT_EQ(loaded().control.turn_urls, good);
  for (const char* bad :
       {"turn.example.org:3478", "stun:stun.example.org", "turn:", "turn:a b", "turn:host?transport=sctp", "10.0.0.0/8"}) {
    sources_.environment["TURN_URLS"] = bad;
    EXPECT_EQ(refused().field, "TURN_URLS") << bad;
  }
}

TEST_F(Load, WebhooksWantASecret) {
  sources_.environment = {{"WEBHOOK_URLS", "https://a.example/x?y=1, http://b.example"}};
  EXPECT_EQ(refused().field, "WEBHOOK_SECRET");
  sources_.environment["WEBHOOK_SECRET"] = "0123456789abcdef";
  EXPECT_THAT(loaded().webhooks.urls, testing::ElementsAre("https://a.example/x?y=1", "http://b.example"));
  sources_.environment["WEBHOOK_URLS"] = "ftp://a.example";
  EXPECT_EQ(refused().field, "WEBHOOK_URLS");
}

}  // namespace
}  // namespace dd::config
