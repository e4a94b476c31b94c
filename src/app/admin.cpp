// SPDX-License-Identifier: MIT
#include "app/admin.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "app/server_settings.hpp"
#include "base/asio_loop.hpp"
#include "control/quota.hpp"
#include "control/scoped_ids.hpp"
#include "control/usage.hpp"
#include "observe/log.hpp"
#include "portal/admin_requests.hpp"
#include "store/tenant_store.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

using control::Tenant;
using control::TenantStore;
using Printed = Task<Result<std::string>>;

constexpr auto kDatabasePatience = 10s;
constexpr std::size_t kMaxKeyFile = 8 * 1024;

// What every command works with.
struct Desk {
  TenantStore& tenants;
  std::string public_url;
  WallTime now;
};

Result<void> change_quotas(Tenant& tenant, const config::QuotaChanges& changes) {
  for (const auto& [name, value] : changes) {
    if (!control::parse_quota(name)) return invalid_field("quota", fmt::format("there is no quota called {}", name));
    if (value) tenant.quotas.insert_or_assign(name, *value);
    if (!value) tenant.quotas.erase(name);
  }
  return ok();
}

std::string quotas_text(const Tenant& tenant) {
  std::string text;
  for (const control::Quota quota : control::kQuotas) {
    const auto bound = control::quota_of(tenant, quota);
    text += fmt::format("{:<26}{}\n", control::to_string(quota), bound ? fmt::to_string(*bound) : "none");
  }
  return text;
}

std::string key_line(const trust::Key& key) {
  const std::string retires = key.retires ? fmt::format("retires {}", control::day_text(control::day_of(*key.retires))) : "valid";
  return fmt::format("{:<40}{:<8}{}\n", key.id.str(), trust::to_string(key.algorithm), retires);
}

Task<Result<Tenant>> existing(TenantStore& tenants, std::string_view id) {
  DD_CO_TRY(auto tenant, portal::parse_tenant_id("tenant", id));
  DD_CO_TRY(auto found, co_await tenants.find_tenant(tenant));
  if (!found) found = control::implied_tenant(tenant);
  if (!found) co_return make_error(Errc::kNotFound, fmt::format("there is no tenant {}", id));
  co_return std::move(*found);
}

// Of a pair only the public half is kept; the secret or private half is printed here and nowhere else.
Printed make_key(TenantStore& tenants, TenantId tenant, trust::Algorithm algorithm) {
  DD_CO_TRY(const auto key, trust::generate_key(std::move(tenant), algorithm));
  DD_CO_TRY(auto kept, trust::public_half(key));
  DD_CO_TRY_VOID(co_await tenants.put_key(std::move(kept)));
  co_return fmt::format("key     {}\nsecret  {}\n", key.id.str(), key.material);
}

Printed execute(Desk& desk, config::CreateTenant command) {
  Tenant tenant;
  DD_CO_TRY(tenant.id, portal::parse_tenant_id("tenant", command.tenant));
  tenant.name = command.name.empty() ? command.tenant : command.name;
  if (tenant.name.size() > trust::kMaxName) co_return invalid_field("name", "the name is too long");
  tenant.created = desk.now;
  DD_CO_TRY_VOID(change_quotas(tenant, command.quotas));
  DD_CO_TRY(auto found, co_await desk.tenants.find_tenant(tenant.id));
  if (found) co_return make_error(Errc::kConflict, fmt::format("there is a tenant {} already", command.tenant));
  const TenantId id = tenant.id;
  DD_CO_TRY_VOID(co_await desk.tenants.put_tenant(std::move(tenant)));
  DD_CO_TRY(auto key, co_await make_key(desk.tenants, id, trust::Algorithm::kHs256));
  co_return fmt::format("tenant  {}\n{}", id.str(), key);
}

Printed execute(Desk& desk, config::ListTenants) {
  DD_CO_TRY(auto all, co_await desk.tenants.tenants());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::string text;
  for (const auto& tenant : all) {
    text += fmt::format("{:<32}{:<12}{}\n", tenant.id.str(), tenant.suspended ? "suspended" : "active", tenant.name);
  }
  co_return text;
}

Printed execute(Desk& desk, config::ListKeys command) {
  DD_CO_TRY(auto tenant, co_await existing(desk.tenants, command.tenant));
  DD_CO_TRY(auto keys, co_await desk.tenants.keys_of(tenant.id));
  std::string text;
  for (const auto& key : keys) text += key_line(key);
  co_return text;
}

Printed execute(Desk& desk, config::AddKey command) {
  DD_CO_TRY(auto tenant, co_await existing(desk.tenants, command.tenant));
  const auto algorithm = trust::parse_algorithm(command.algorithm).value_or(trust::Algorithm::kHs256);
  if (command.public_key_file.empty()) {
    auto made = co_await make_key(desk.tenants, tenant.id, algorithm);
    co_return made;
  }
  if (algorithm == trust::Algorithm::kHs256) co_return invalid_field("public-key", "an HS256 key has no public half");
  std::ifstream file(command.public_key_file);
  trust::Key key;
  key.id = trust::fresh_key_id(tenant.id);
  key.tenant = tenant.id;
  key.algorithm = algorithm;
  key.material.assign(std::istreambuf_iterator<char>(file), {});
  auto half =
      key.material.size() > kMaxKeyFile ? Result<trust::Key>(make_error(Errc::kInvalidArgument, "too long")) : trust::public_half(key);
  if (!half) co_return invalid_field("public-key", fmt::format("{} is no PEM key for {}", command.public_key_file, command.algorithm));
  std::string text = fmt::format("key     {}\n", half->id.str());
  DD_CO_TRY_VOID(co_await desk.tenants.put_key(std::move(*half)));
  co_return text;
}

Printed execute(Desk& desk, config::RetireKey command) {
  DD_CO_TRY(auto tenant, co_await existing(desk.tenants, command.tenant));
  DD_CO_TRY(auto keys, co_await desk.tenants.keys_of(tenant.id));
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.id.str() == command.key; });
  if (found == keys.end()) co_return make_error(Errc::kNotFound, fmt::format("{} has no key {}", command.tenant, command.key));
  found->retires = desk.now + command.in;
  std::string text = key_line(*found);
  DD_CO_TRY_VOID(co_await desk.tenants.put_key(std::move(*found)));
  co_return text;
}

Printed execute(Desk& desk, config::ChangeQuotas command) {
  DD_CO_TRY(auto tenant, co_await existing(desk.tenants, command.tenant));
  DD_CO_TRY_VOID(change_quotas(tenant, command.quotas));
  std::string text = quotas_text(tenant);
  if (!command.quotas.empty()) {
    if (tenant.created == WallTime{}) tenant.created = desk.now;
    DD_CO_TRY_VOID(co_await desk.tenants.put_tenant(std::move(tenant)));
  }
  co_return text;
}

Printed execute(Desk& desk, config::ShowUsage command) {
  std::optional<TenantId> tenant;
  if (!command.tenant.empty()) {
    DD_CO_TRY(auto found, co_await existing(desk.tenants, command.tenant));
    tenant = std::move(found.id);
  }
  const auto from = command.from.empty() ? std::optional(control::first_day_of_month(desk.now)) : control::parse_day(command.from);
  const auto to = command.to.empty() ? std::optional(control::day_of(desk.now)) : control::parse_day(command.to);
  if (!from) co_return invalid_field("from", "from is no day like 2026-03-01");
  if (!to) co_return invalid_field("to", "to is no day like 2026-03-01");
  if (*from > *to) co_return invalid_field("from", "from must not be behind to");
  DD_CO_TRY(auto rows, co_await desk.tenants.usage(std::move(tenant), *from, *to));
  control::sort_usage(rows);
  co_return control::usage_csv(rows);
}

Result<trust::Grants> grants_of(const std::vector<std::string>& words) {
  trust::Grants grants;
  for (const auto& word : words) {
    if (word == "audio" || word == "video" || word == "screenshare")
      grants.publish.push_back(word);
    else if (word == "subscribe")
      grants.subscribe = true;
    else if (word == "data")
      grants.data = true;
    else if (word == "record")
      grants.record = true;
    else if (word == "moderate")
      grants.moderate = true;
    else if (word == "admin")
      grants.admin = true;
    else
      return invalid_field("grant", fmt::format("there is no grant called {}", word));
  }
  return grants;
}

Printed execute(Desk& desk, config::IssueToken command) {
  DD_CO_TRY(auto tenant, co_await existing(desk.tenants, command.tenant));
  trust::Claims claims;
  claims.tenant = tenant.id;
  if (!command.meeting.empty()) {
    DD_CO_TRY(auto meeting, control::checked_outer_id("meeting", command.meeting));
    claims.meeting = MeetingId(std::move(meeting));
  }
  if (!command.participant.empty()) {
    DD_CO_TRY(auto participant, control::checked_outer_id("participant", command.participant));
    claims.participant = ParticipantId(std::move(participant));
  }
  if (command.name.size() > trust::kMaxName) co_return invalid_field("name", "the name is too long");
  claims.name = command.name;
  DD_CO_TRY(claims.grants, grants_of(command.grants));
  claims.expires = desk.now + command.lifetime;
  DD_CO_TRY(auto keys, co_await desk.tenants.keys_of(tenant.id));
  DD_CO_TRY(auto token, trust::issue_with(keys, claims, desk.now));
  if (!command.link) co_return token + "\n";
  const std::string page = command.meeting.empty() ? std::string("/") : "/m/" + command.meeting;
  co_return fmt::format("{}{}#token={}\n", desk.public_url, page, token);
}

Task<void> administrate(AsioLoop& loop, observe::Metrics& metrics, store::Settings where, config::AdminCommand command,
                        std::string public_url, int& exit_code) {
  store::Database database(loop, std::move(where), metrics);
  store::TenantStore tenants(database);
  Desk desk{tenants, std::move(public_url), loop.wall_now()};
  Result<std::string> printed{std::string{}};
  if (auto there = co_await database.wait_until_available(kDatabasePatience); !there) {
    printed = Error(std::move(there.error()));
  } else {
    auto task = std::visit([&desk](auto& chosen) { return execute(desk, std::move(chosen)); }, command);
    printed = co_await std::move(task);
  }
  if (printed) {
    fmt::print("{}", *printed);
  } else {
    fmt::print(stderr, "doordarshan: {}\n", printed.error().message);
    exit_code = 1;
  }
  loop.stop();
}

}  // namespace

int run_administration(config::Administration administration) {
  observe::set_log_level(observe::LogLevel::kError);  // what is printed is the answer
  const auto& settings = administration.loaded.settings;
  auto where = store_settings(settings);
  if (!where) {
    fmt::print(stderr, "doordarshan: {}\n", where.error().message);
    return 1;
  }
  AsioLoop loop;
  observe::Metrics metrics;
  int exit_code = 0;
  loop.post([&] {
    spawn(administrate(loop, metrics, std::move(*where), std::move(administration.command), settings.control.public_url, exit_code));
  });
  loop.run();
  return exit_code;
}

}  // namespace dd::app
