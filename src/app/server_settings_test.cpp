// SPDX-License-Identifier: MIT
#include "app/server_settings.hpp"

#include <gtest/gtest.h>

namespace dd::app {
namespace {

TEST(EngineSettings, ListenOnTheLoopbackThatIsAnnouncedSoThatUdpAnswersComeFromIt) {
  config::Settings settings;
  settings.rtc.announced_ip = "127.0.0.1";
  EXPECT_EQ(engine_settings(settings).listen_ip, "127.0.0.1");
  settings.rtc.listen_ip = "::";
  settings.rtc.announced_ip = "::1";
  EXPECT_EQ(engine_settings(settings).listen_ip, "::1");
}

TEST(EngineSettings, ListenEverywhereForAnAnnouncedAddressOfTheNetwork) {
  config::Settings settings;
  settings.rtc.announced_ip = "192.0.2.7";
  EXPECT_EQ(engine_settings(settings).listen_ip, "0.0.0.0");
  settings.rtc.listen_ip = "10.0.0.5";
  settings.rtc.announced_ip = "127.0.0.1";
  EXPECT_EQ(engine_settings(settings).listen_ip, "10.0.0.5") << "an address that was chosen stays";
}

TEST(FleetSettings, CallOtherMediaServersWithTheKeyAndBelieveTheAuthoritiesThatAreConfigured) {
  config::Settings settings;
  EXPECT_EQ(fleet_settings(settings).ca_file, "") << "the system's";
  settings.tls.ca = "/etc/doordarshan/ca.pem";
  settings.http.api_key = "0123456789abcdef";
  EXPECT_EQ(fleet_settings(settings).ca_file, "/etc/doordarshan/ca.pem");
  EXPECT_EQ(fleet_settings(settings).api_key, "0123456789abcdef");
}

}  // namespace
}  // namespace dd::app
