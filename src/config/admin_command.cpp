// SPDX-License-Identifier: MIT
// CLI11 does the parsing; its exceptions end here.
#include "config/admin_command.hpp"

#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace dd::config {
namespace {

const std::vector<std::string> kGrants{"audio", "video", "screenshare", "subscribe", "data", "record", "moderate", "admin"};
constexpr int kLongestTokenSeconds = 400 * 24 * 3600;
constexpr int kLongestRetirementHours = 365 * 24;

// "meetings=10", "storage_bytes=none"
std::optional<std::pair<std::string, std::optional<std::uint64_t>>> parse_quota_change(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  const std::string value = text.substr(equals + 1);
  if (value == "none") return std::pair{text.substr(0, equals), std::optional<std::uint64_t>{}};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return std::pair{text.substr(0, equals), std::optional<std::uint64_t>{number}};
}

// What CLI11 writes into while it parses; one member for each command.
struct Given {
  CreateTenant create;
  ListKeys list_keys;
  AddKey add_key;
  RetireKey retire_key;
  ChangeQuotas quotas;
  ShowUsage usage;
  IssueToken token;
  int retire_in_hours = 0;
  int lifetime_seconds = 3600;
};

void add_quota_changes(CLI::App& command, const std::string& option, QuotaChanges& into) {
  command
      .add_option_function<std::vector<std::string>>(
          option,
          [&into](const std::vector<std::string>& changes) {
            for (const std::string& change : changes) {
              auto [name, value] = *parse_quota_change(change);  // the check below has let it pass
              into.insert_or_assign(std::move(name), value);
            }
          },
          "A bound, as meetings=10; meetings=none lifts it. See docs/tenant.md.")
      ->type_name("NAME=VALUE")
      ->check([](const std::string& change) {
        return parse_quota_change(change) ? std::string{} : fmt::format("{} is not NAME=NUMBER or NAME=none", change);
      });
}

void add_key_commands(CLI::App& tenant, Given& given) {
  auto* key = tenant.add_subcommand("key", "A tenant's keys, which sign its tokens.");
  key->require_subcommand(1);
  auto* list = key->add_subcommand("list", "Show the keys, without what is secret.");
  list->add_option("tenant", given.list_keys.tenant, "The tenant's id.")->required();
  auto* add = key->add_subcommand("add", "Make a key and print its secret once, or take a public key.");
  add->add_option("tenant", given.add_key.tenant, "The tenant's id.")->required();
  add->add_option("--algorithm", given.add_key.algorithm, "What it signs with.")
      ->check(CLI::IsMember({"HS256", "RS256", "EdDSA"}))
      ->capture_default_str();
  add->add_option("--public-key", given.add_key.public_key_file, "A PEM file with the public half of a key of yours.")
      ->check(CLI::ExistingFile);
  auto* retire = key->add_subcommand("retire", "Refuse what a key signed, at once or some hours from now.");
  retire->add_option("tenant", given.retire_key.tenant, "The tenant's id.")->required();
  retire->add_option("key", given.retire_key.key, "The key's id.")->required();
  retire->add_option("--in-hours", given.retire_in_hours, "Hours from now.")->check(CLI::Range(0, kLongestRetirementHours));
}

void add_tenant_commands(CLI::App& app, Given& given) {
  auto* tenant = app.add_subcommand("tenant", "Tenants: customers of these servers.");
  tenant->require_subcommand(1);
  auto* create = tenant->add_subcommand("create", "Make a tenant and its first key, whose secret is printed once.");
  create->add_option("tenant", given.create.tenant, "The tenant's id.")->required();
  create->add_option("--name", given.create.name, "What people call it.");
  add_quota_changes(*create, "--quota", given.create.quotas);
  tenant->add_subcommand("list", "Show the tenants.");
  add_key_commands(*tenant, given);
  auto* quota = tenant->add_subcommand("quota", "Show a tenant's quotas, or change some.");
  quota->add_option("tenant", given.quotas.tenant, "The tenant's id.")->required();
  add_quota_changes(*quota, "quota", given.quotas.quotas);
  auto* usage = tenant->add_subcommand("usage", "Print usage by day as CSV.");
  usage->add_option("tenant", given.usage.tenant, "The tenant's id; everybody's usage without it.");
  usage->add_option("--from", given.usage.from, "First day, as 2026-03-01. Default: the first of this month.");
  usage->add_option("--to", given.usage.to, "Last day. Default: today.");
}

void add_token_command(CLI::App& app, Given& given) {
  auto* token = app.add_subcommand("token", "Sign a token with the tenant's key, and print it.");
  token->add_option("--tenant", given.token.tenant, "The tenant's id.")->capture_default_str();
  token->add_option("--meeting", given.token.meeting, "The one meeting it lets into; any of the tenant's without it.");
  token->add_option("--participant", given.token.participant, "Who its bearer is; without it the client chooses.");
  token->add_option("--name", given.token.name, "What others see.");
  token->add_option("--grant", given.token.grants, "What it allows. Default: audio, video, screenshare, subscribe, data.")
      ->check(CLI::IsMember(kGrants))
      ->delimiter(',')
      ->type_name("GRANT,...");
  token->add_option("--seconds", given.lifetime_seconds, "How long it is good for.")
      ->check(CLI::Range(1, kLongestTokenSeconds))
      ->capture_default_str();
  token->add_flag("--link", given.token.link, "Print a link that opens the web app with it.");
}

AdminCommand chosen(const CLI::App& app, Given given) {
  if (app.got_subcommand("token")) {
    given.token.lifetime = std::chrono::seconds{given.lifetime_seconds};
    return std::move(given.token);
  }
  const CLI::App& tenant = *app.get_subcommand("tenant");
  if (tenant.got_subcommand("create")) return std::move(given.create);
  if (tenant.got_subcommand("quota")) return std::move(given.quotas);
  if (tenant.got_subcommand("usage")) return std::move(given.usage);
  if (tenant.got_subcommand("list")) return ListTenants{};
  const CLI::App& key = *tenant.get_subcommand("key");
  if (key.got_subcommand("list")) return std::move(given.list_keys);
  if (key.got_subcommand("add")) return std::move(given.add_key);
  given.retire_key.in = std::chrono::hours{given.retire_in_hours};
  return std::move(given.retire_key);
}

}  // namespace

bool is_admin_command(int argc, const char* const* argv) {
  return argc > 1 && (std::string_view(argv[1]) == "tenant" || std::string_view(argv[1]) == "token");
}

std::variant<Administration, Exit> read_admin_command(int argc, const char* const* argv, const Sources& sources) {
  CLI::App app{"Doordarshan Media Server: administration, on the database that the configuration names.", "doordarshan"};
  app.require_subcommand(1);
  Given given;
  add_tenant_commands(app, given);
  add_token_command(app, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Exit{0, app.help()};
  } catch (const CLI::ParseError& error) {
    return Exit{2, fmt::format("{}\nTry --help.\n", error.what())};
  }
  auto loaded = load(sources);
  if (!loaded) return Exit{2, fmt::format("configuration: {}\n", loaded.error().message)};
  return Administration{std::move(*loaded), chosen(app, std::move(given))};
}

}  // namespace dd::config
