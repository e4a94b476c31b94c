// SPDX-License-Identifier: MIT
#include "config/admin_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dd::config {
namespace {

using testing::HasSubstr;

std::variant<Administration, Exit> administrate(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "doordarshan");
  Sources sources;
  sources.directory = "/nonexistent";
  return read_admin_command(static_cast<int>(arguments.size()), arguments.data(), sources);
}

template <typename Command>
Command read(std::vector<const char*> arguments) {
  auto result = administrate(std::move(arguments));
  if (const auto* exit = std::get_if<Exit>(&result)) {
    ADD_FAILURE() << exit->text;
    return {};
  }
  return std::get<Command>(std::get<Administration>(result).command);
}

Exit refusal(std::vector<const char*> arguments) {
  auto result = administrate(std::move(arguments));
  if (const auto* exit = std::get_if<Exit>(&result)) return *exit;
  ADD_FAILURE() << "taken";
  return {};
}

TEST(AdminCommand, OnlyItsOwnWordsMakeOne) {
  const char* tenant[] = {"doordarshan", "tenant"};
  const char* flag[] = {"doordarshan", "--server-port", "1"};
  EXPECT_TRUE(is_admin_command(2, tenant));
  EXPECT_FALSE(is_admin_command(3, flag));
  EXPECT_FALSE(is_admin_command(1, tenant));
}

TEST(AdminCommand, ATenantIsMadeWithQuotas) {
  const auto create =
      read<CreateTenant>({"tenant", "create", "acme", "--name", "Acme Ltd", "--quota", "meetings=10", "storage_bytes=none"});
  EXPECT_EQ(create.tenant, "acme");
  EXPECT_EQ(create.name, "Acme Ltd");
  EXPECT_EQ(create.quotas, (QuotaChanges{{"meetings", 10}, {"storage_bytes", std::nullopt}}));
}

TEST(AdminCommand, AQuotaNeedsANameAndANumber) {
  for (const char* bad : {"meetings", "=10", "meetings=", "meetings=-1", "meetings=ten", "meetings=9223372036854775808"}) {
    const Exit exit = refusal({"tenant", "quota", "acme", bad});
    EXPECT_EQ(exit.code, 2);
    EXPECT_THAT(exit.text, HasSubstr(bad));
  }
}

TEST(AdminCommand, KeysAreListedAddedAndRetired) {
  EXPECT_EQ(read<ListKeys>({"tenant", "key", "list", "acme"}).tenant, "acme");
  EXPECT_EQ(read<AddKey>({"tenant", "key", "add", "acme"}).algorithm, "HS256");
  EXPECT_EQ(read<AddKey>({"tenant", "key", "add", "acme", "--algorithm", "EdDSA"}).algorithm, "EdDSA");
  const auto retire = read<RetireKey>({"tenant", "key", "retire", "acme", "acme.1", "--in-hours", "48"});
  EXPECT_EQ(retire.key, "acme.1");
  EXPECT_EQ(retire.in, std::chrono::hours{48});
  EXPECT_EQ(refusal({"tenant", "key", "add", "acme", "--algorithm", "none"}).code, 2);
}

TEST(AdminCommand, ATokenLetsItsBearerTakePartUnlessToldOtherwise) {
  const auto usual = read<IssueToken>({"token", "--meeting", "standup"});
  EXPECT_EQ(usual.tenant, "default");
  EXPECT_EQ(usual.lifetime, std::chrono::hours{1});
  EXPECT_EQ(usual.grants, (std::vector<std::string>{"audio", "video", "screenshare", "subscribe", "data"}));
  EXPECT_FALSE(usual.link);
  const auto viewer = read<IssueToken>({"token", "--tenant", "acme", "--grant", "subscribe,data", "--seconds", "60", "--link"});
  EXPECT_EQ(viewer.grants, (std::vector<std::string>{"subscribe", "data"}));
  EXPECT_EQ(viewer.lifetime, std::chrono::seconds{60});
  EXPECT_TRUE(viewer.link);
  EXPECT_EQ(refusal({"token", "--grant", "everything"}).code, 2);
}

TEST(AdminCommand, WhatIsMissingIsSaid) {
  EXPECT_EQ(refusal({"tenant"}).code, 2);
  EXPECT_THAT(refusal({"tenant", "create"}).text, HasSubstr("tenant is required"));
  EXPECT_EQ(refusal({"tenant", "--help"}).code, 0);
}

}  // namespace
}  // namespace dd::config
