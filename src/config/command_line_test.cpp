// SPDX-License-Identifier: MIT
#include "config/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/dotenv.hpp"
#include "config/schema.hpp"

namespace dd::config {
namespace {

using testing::HasSubstr;

std::variant<Loaded, Exit> run(std::vector<const char*> arguments, std::map<std::string, std::string> environment = {}) {
  arguments.insert(arguments.begin(), "doordarshan");
  Sources sources;
  sources.environment = std::move(environment);
  sources.directory = "/nonexistent";
  return read_command_line(static_cast<int>(arguments.size()), arguments.data(), std::move(sources));
}

TEST(CommandLine, AFlagOverridesTheEnvironment) {
  const auto result = run({"--server-port", "3100", "--rtc-workers=4"}, {{"SERVER_PORT", "3200"}});
  ASSERT_TRUE(std::holds_alternative<Loaded>(result));
  EXPECT_EQ(std::get<Loaded>(result).settings.http.port, 3100);
  EXPECT_EQ(std::get<Loaded>(result).settings.rtc.workers, 4u);
}

TEST(CommandLine, HelpNamesEverySettingButTheSecrets) {
  const auto result = run({"--help"});
  ASSERT_TRUE(std::holds_alternative<Exit>(result));
  const Exit& exit = std::get<Exit>(result);
  EXPECT_EQ(exit.code, 0);
  for (const Row& row : rows()) {
    const bool named = exit.text.find(flag_name(row) + " ") != std::string::npos;
    EXPECT_EQ(named, row.secrecy == Secrecy::kOpen) << row.name;
  }
}

TEST(CommandLine, CheckSaysWhetherTheConfigurationIsRight) {
  EXPECT_EQ(std::get<Exit>(run({"--check-config"})).code, 0);
  const auto wrong = run({"--check-config"}, {{"SERVER_PORT", "x"}});
  EXPECT_EQ(std::get<Exit>(wrong).code, 2);
  EXPECT_THAT(std::get<Exit>(wrong).text, HasSubstr("SERVER_PORT"));
}

TEST(CommandLine, PrintHidesSecretsAndReadsBack) {
  const auto result =
      run({"--print-config"}, {{"MYSQL_PASSWORD", "hunter2"}, {"MEDIA_API_KEY", "0123456789abcdef"}, {"TENANT", " default"}});
  const Exit& exit = std::get<Exit>(result);
  EXPECT_EQ(exit.code, 0);
  EXPECT_THAT(exit.text, testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(exit.text, testing::Not(HasSubstr("0123456789abcdef")));
  EXPECT_THAT(exit.text, HasSubstr("MEDIA_API_KEY=***"));
  EXPECT_THAT(exit.text, HasSubstr("TENANT=\" default\""));
  const auto parsed = parse_dotenv(exit.text);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->size(), rows().size());
}

TEST(CommandLine, AWrongFlagExitsWithTwo) {
  EXPECT_EQ(std::get<Exit>(run({"--no-such-flag"})).code, 2);
  EXPECT_EQ(std::get<Exit>(run({"stray"})).code, 2);
  EXPECT_EQ(std::get<Exit>(run({"--server-port"})).code, 2);
}

TEST(Schema, EveryRowIsComplete) {
  for (const Row& row : rows()) {
    EXPECT_EQ(find_row(row.name), &row) << row.name;
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_EQ(row.help.back(), '.') << row.name;
    EXPECT_LE(row.min, row.max == 0 ? row.min : row.max) << row.name;
    Settings settings;
    EXPECT_FALSE(is_ignored_name(row.name)) << row.name;
    const std::string value = row.secrecy == Secrecy::kSecret ? "" : value_text(row, settings);
    EXPECT_TRUE(assign(row, settings, value).has_value()) << row.name << ": its own default is refused";
  }
}

}  // namespace
}  // namespace dd::config
