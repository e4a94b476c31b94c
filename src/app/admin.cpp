// SPDX-License-Identifier: MIT
#include "app/admin.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <tuple>

#include "app/paths.hpp"
#include "app/server_settings.hpp"
#include "base/asio_loop.hpp"
#include "base/random.hpp"
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
  if (found) co_return std::move(*found);
  // These two are there without being written.
  if (tenant != trust::kDefaultTenant && tenant != trust::kOperatorTenant) {
    co_return make_error(Errc::kNotFound, fmt::format("there is no tenant {}", id));
  }
  Tenant implied;
  implied.id = tenant;
  implied.name = tenant == trust::kDefaultTenant ? "Default" : "Operator";
  co_return implied;
}

// Of a pair only the public half is kept; the secret or private half is printed here and nowhere else.
Printed make_key(TenantStore& tenants, TenantId tenant, trust::Algorithm algorithm) {
  DD_CO_TRY(auto key, trust::generate_key(tenant, algorithm));
  key.id = KeyId(fmt::format("{}.{}", tenant.str(), random_token(8)));
  std::string text = fmt::format("key     {}\nsecret  {}\n", key.id.str(), key.material);
  if (algorithm != trust::Algorithm::kHs256) {
    DD_CO_TRY(auto half, trust::public_half(key));
    key.material = std::move(half.material);
  }
  DD_CO_TRY_VOID(co_await tenants.put_key(std::move(key)));
  co_return text;
}

Printed execute(TenantStore& tenants, config::CreateTenant command, WallTime now) {
  Tenant tenant;
  DD_CO_TRY(tenant.id, portal::parse_tenant_id("tenant", command.tenant));
  tenant.name = command.name.empty() ? command.tenant : command.name;
  if (tenant.name.size() > trust::kMaxName) co_return invalid_field("name", "the name is too long");
  tenant.created = now;
  DD_CO_TRY_VOID(change_quotas(tenant, command.quotas));
  DD_CO_TRY(auto found, co_await tenants.find_tenant(tenant.id));
  if (found) co_return make_error(Errc::kConflict, fmt::format("there is a tenant {} already", command.tenant));
  const TenantId id = tenant.id;
  DD_CO_TRY_VOID(co_await tenants.put_tenant(std::move(tenant)));
  DD_CO_TRY(auto key, co_await make_key(tenants, id, trust::Algorithm::kHs256));
  co_return fmt::format("tenant  {}\n{}", id.str(), key);
}

Printed execute(TenantStore& tenants, config::ListTenants, WallTime) {
  DD_CO_TRY(auto all, co_await tenants.tenants());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::string text;
  for (const auto& tenant : all) {
    text += fmt::format("{:<32}{:<12}{}\n", tenant.id.str(), tenant.suspended ? "suspended" : "active", tenant.name);
  }
  co_return text;
}

Printed execute(TenantStore& tenants, config::ListKeys command, WallTime) {
  DD_CO_TRY(auto tenant, co_await existing(tenants, command.tenant));
  DD_CO_TRY(auto keys, co_await tenants.keys_of(tenant.id));
  std::string text;
  for (const auto& key : keys) text += key_line(key);
  co_return text;
}

Printed execute(TenantStore& tenants, config::AddKey command, WallTime) {
  DD_CO_TRY(auto tenant, co_await existing(tenants, command.tenant));
  const auto algorithm = trust::parse_algorithm(command.algorithm).value_or(trust::Algorithm::kHs256);
  if (command.public_key_file.empty()) {
    auto made = co_await make_key(tenants, tenant.id, algorithm);
    co_return made;
  }
  if (algorithm == trust::Algorithm::kHs256) co_return invalid_field("public-key", "an HS256 key has no public half");
  std::ifstream file(command.public_key_file);
  trust::Key key;
  key.tenant = tenant.id;
  key.algorithm = algorithm;
  key.material.assign(std::istreambuf_iterator<char>(file), {});
  auto half =
      key.material.size() > kMaxKeyFile ? Result<trust::Key>(make_error(Errc::kInvalidArgument, "too long")) : trust::public_half(key);
  if (!half) co_return invalid_field("public-key", fmt::format("{} is no PEM key for {}", command.public_key_file, command.algorithm));
  half->id = KeyId(fmt::format("{}.{}", tenant.id.str(), random_token(8)));
  half->tenant = tenant.id;
  std::string text = fmt::format("key     {}\n", half->id.str());
  DD_CO_TRY_VOID(co_await tenants.put_key(std::move(*half)));
  co_return text;
}

Printed execute(TenantStore& tenants, config::RetireKey command, WallTime now) {
  DD_CO_TRY(auto tenant, co_await existing(tenants, command.tenant));
  DD_CO_TRY(auto keys, co_await tenants.keys_of(tenant.id));
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.id.str() == command.key; });
  if (found == keys.end()) co_return make_error(Errc::kNotFound, fmt::format("{} has no key {}", command.tenant, command.key));
  found->retires = now + command.in;
  std::string text = key_line(*found);
  DD_CO_TRY_VOID(co_await tenants.put_key(std::move(*found)));
  co_return text;
}

Printed execute(TenantStore& tenants, config::ChangeQuotas command, WallTime now) {
  DD_CO_TRY(auto tenant, co_await existing(tenants, command.tenant));
  DD_CO_TRY_VOID(change_quotas(tenant, command.quotas));
  std::string text = quotas_text(tenant);
  if (!command.quotas.empty()) {
    if (tenant.created == WallTime{}) tenant.created = now;
    DD_CO_TRY_VOID(co_await tenants.put_tenant(std::move(tenant)));
  }
  co_return text;
}

Printed execute(TenantStore& tenants, config::ShowUsage command, WallTime now) {
  std::optional<TenantId> tenant;
  if (!command.tenant.empty()) {
    DD_CO_TRY(auto found, co_await existing(tenants, command.tenant));
    tenant = std::move(found.id);
  }
  const auto from = command.from.empty() ? std::optional(control::first_day_of_month(now)) : control::parse_day(command.from);
  const auto to = command.to.empty() ? std::optional(control::day_of(now)) : control::parse_day(command.to);
  if (!from) co_return invalid_field("from", "from is no day like 2026-03-01");
  if (!to) co_return invalid_field("to", "to is no day like 2026-03-01");
  if (*from > *to) co_return invalid_field("from", "from must not be behind to");
  DD_CO_TRY(auto rows, co_await tenants.usage(std::move(tenant), *from, *to));
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return std::tie(a.tenant, a.day, a.meter) < std::tie(b.tenant, b.day, b.meter); });
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

Printed issue_token(TenantStore& tenants, config::IssueToken command, std::string public_url, WallTime now) {
  DD_CO_TRY(auto tenant, co_await existing(tenants, command.tenant));
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
  claims.expires = now + command.lifetime;
  DD_CO_TRY(auto keys, co_await tenants.keys_of(tenant.id));
  DD_CO_TRY(auto token, trust::issue_with(keys, claims, now));
  if (!command.link) co_return token + "\n";
  const std::string page = command.meeting.empty() ? std::string("/") : "/m/" + command.meeting;
  co_return fmt::format("{}{}#token={}\n", public_url, page, token);
}

}  // namespace

Printed administrate(TenantStore& tenants, config::AdminCommand command, std::string public_url, WallTime now) {
  auto task = std::visit(
      [&](auto& chosen) -> Printed {
        if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, config::IssueToken>) {
          return issue_token(tenants, std::move(chosen), std::move(public_url), now);
        } else {
          return execute(tenants, std::move(chosen), now);
        }
      },
      command);
  auto printed = co_await std::move(task);
  co_return printed;
}

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
  const auto run = [](AsioLoop& on, observe::Metrics& counts, store::Settings place, config::AdminCommand command, std::string public_url,
                      int& code) -> Task<void> {
    store::Database database(on, std::move(place), counts);
    store::TenantStore tenants(database);
    auto printed = Result<std::string>(std::string{});
    if (auto there = co_await database.wait_until_available(kDatabasePatience); !there) {
      printed = Error(std::move(there.error()));
    } else {
      printed = co_await administrate(tenants, std::move(command), std::move(public_url), on.wall_now());
    }
    if (printed) {
      fmt::print("{}", *printed);
    } else {
      fmt::print(stderr, "doordarshan: {}\n", printed.error().message);
      code = 1;
    }
    on.stop();
  };
  loop.post(
      [&] { spawn(run(loop, metrics, std::move(*where), std::move(administration.command), settings.control.public_url, exit_code)); });
  loop.run();
  return exit_code;
}

}  // namespace dd::app
