// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "portal/admin_requests.hpp"
#include "portal/route.hpp"
#include "portal/tenant_metrics.hpp"

namespace dd::portal {
namespace {

using api::OrderedJson;

constexpr std::size_t kMaxKeys = 64;

std::int64_t unix_milliseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

OrderedJson quotas_json(const Quotas& quotas) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, value] : quotas) json[name] = value;
  return json;
}

OrderedJson tenant_json(const control::Tenant& tenant) {
  OrderedJson json = OrderedJson::object();
  json["tenant"] = tenant.id.str();
  json["name"] = tenant.name;
  json["suspended"] = tenant.suspended;
  json["created"] = unix_milliseconds(tenant.created);
  json["quotas"] = quotas_json(tenant.quotas);
  return json;
}

OrderedJson key_json(const trust::Key& key) {
  OrderedJson json = OrderedJson::object();
  json["keyId"] = key.id.str();
  json["algorithm"] = trust::to_string(key.algorithm);
  json["retires"] = key.retires ? OrderedJson(unix_milliseconds(*key.retires)) : OrderedJson(nullptr);
  return json;
}

Error no_tenant() { return make_error(Errc::kNotFound, "there is no such tenant"); }

Result<TenantId> administered(const Call& call) {
  DD_TRY(auto tenant, parse_tenant_id("tenantId", call.parameters[0]));
  if (!call.caller.administers(tenant)) return no_tenant();
  return tenant;
}

// As the store has it: what Tenants keeps may be two seconds old, and this is about to be written back.
Task<Result<control::Tenant>> stored(Context& portal, TenantId tenant) {
  DD_CO_TRY(auto found, co_await portal.tenant_store.find_tenant(tenant));
  if (found) co_return std::move(*found);
  auto implied = control::implied_tenant(tenant);
  if (!implied) co_return no_tenant();
  co_return std::move(*implied);
}

Task<Result<control::Tenant>> put(Context& portal, control::Tenant tenant) {
  if (tenant.created == WallTime{}) tenant.created = portal.loop.wall_now();
  control::Tenant written = tenant;
  DD_CO_TRY_VOID(co_await portal.tenant_store.put_tenant(std::move(written)));
  portal.tenants.forget_copy(tenant.id);
  co_return tenant;
}

Answer list_tenants(Call call) {
  Context& portal = call.portal;
  OrderedJson json = OrderedJson::object();
  json["tenants"] = OrderedJson::array();
  if (!call.caller.operates()) {
    DD_CO_TRY(auto own, co_await stored(portal, call.caller.claims.tenant));
    json["tenants"].push_back(tenant_json(own));
    co_return json_response(json);
  }
  DD_CO_TRY(auto tenants, co_await portal.tenant_store.tenants());
  const bool has_default = std::any_of(tenants.begin(), tenants.end(), [](const auto& tenant) { return tenant.id == kDefaultTenant; });
  if (!has_default) {
    DD_CO_TRY(auto implied, co_await stored(portal, kDefaultTenant));
    tenants.push_back(std::move(implied));
  }
  std::sort(tenants.begin(), tenants.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  for (const auto& tenant : tenants) json["tenants"].push_back(tenant_json(tenant));
  co_return json_response(json);
}

Answer get_tenant(Call call) {
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto tenant, co_await stored(call.portal, id));
  co_return json_response(tenant_json(tenant));
}

Answer get_tenant_metrics(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto tenant, co_await stored(portal, id));
  DD_CO_TRY(const auto meetings, co_await portal.store.meetings_of(id));
  DD_CO_TRY(const auto participants, co_await portal.store.participants_of(id));
  DD_CO_TRY(const auto usage, co_await portal.tenant_store.usage(id, 0, day_of(portal.loop.wall_now())));
  auto response = text_response(tenant_metrics(tenant, {meetings.size(), participants}, usage));
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  co_return response;
}

Answer create_tenant(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto change, parse_tenant_change(call.body.root));
  if (!change.tenant) co_return invalid_field("tenant", "tenant is missing");
  DD_CO_TRY(auto found, co_await portal.tenant_store.find_tenant(*change.tenant));
  if (found) co_return make_error(Errc::kConflict, "there is a tenant of that id");
  control::Tenant tenant;
  tenant.id = *change.tenant;
  tenant.name = change.name.value_or(change.tenant->str());
  tenant.suspended = change.suspended.value_or(false);
  tenant.quotas = change.quotas.value_or(Quotas{});
  DD_CO_TRY(auto written, co_await put(portal, std::move(tenant)));
  co_return json_response(tenant_json(written), 201);
}

Answer put_tenant(Call call) {
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto change, parse_tenant_change(call.body.root));
  auto tenant = co_await stored(call.portal, id);
  if (!tenant && tenant.error().code != Errc::kNotFound) co_return Error(std::move(tenant.error()));
  control::Tenant changed;
  if (tenant) changed = std::move(*tenant);
  changed.id = id;
  if (change.name) changed.name = *change.name;
  if (change.suspended) changed.suspended = *change.suspended;
  if (change.quotas) changed.quotas = *change.quotas;
  DD_CO_TRY(auto written, co_await put(call.portal, std::move(changed)));
  co_return json_response(tenant_json(written));
}

Answer delete_tenant(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto id, administered(call));
  if (id == kDefaultTenant || id == trust::kOperatorTenant) co_return make_error(Errc::kConflict, "this tenant stays");
  DD_CO_TRY(auto meetings, co_await portal.store.meetings_of(id));
  if (!meetings.empty()) co_return make_error(Errc::kConflict, "the tenant has meetings; suspend it and end them first");
  DD_CO_TRY_VOID(co_await portal.tenant_store.delete_tenant(id));
  portal.tenants.forget_copy(id);
  co_return text_response("{}");
}

Answer suspend_tenant(Call call) {
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(const bool suspended, parse_suspension(call.body.root));
  DD_CO_TRY(auto tenant, co_await stored(call.portal, id));
  tenant.suspended = suspended;
  DD_CO_TRY(auto written, co_await put(call.portal, std::move(tenant)));
  co_return json_response(tenant_json(written));
}

Answer get_quotas(Call call) {
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto tenant, co_await stored(call.portal, id));
  OrderedJson json = OrderedJson::object();
  json["quotas"] = quotas_json(tenant.quotas);
  co_return json_response(json);
}

Answer put_quotas(Call call) {
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto quotas, parse_quotas_body(call.body.root));
  DD_CO_TRY(auto tenant, co_await stored(call.portal, id));
  tenant.quotas = std::move(quotas);
  DD_CO_TRY(auto written, co_await put(call.portal, std::move(tenant)));
  OrderedJson json = OrderedJson::object();
  json["quotas"] = quotas_json(written.quotas);
  co_return json_response(json);
}

Answer list_keys(Call call) {
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto keys, co_await call.portal.tenant_store.keys_of(id));
  OrderedJson json = OrderedJson::object();
  json["keys"] = OrderedJson::array();
  for (const auto& key : keys) json["keys"].push_back(key_json(key));
  co_return json_response(json);
}

// What the caller gave is looked at as a key before it is kept; of a private one only the public half is.
Result<trust::Key> given_key(const TenantId& tenant, const NewKey& wanted) {
  trust::Key key;
  key.tenant = tenant;
  key.algorithm = wanted.algorithm;
  key.material = wanted.public_key;
  auto half = trust::public_half(key);
  if (!half) return invalid_field("publicKey", "publicKey is no PEM key of that algorithm");
  return half;
}

Answer add_key(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto wanted, parse_new_key(call.body.root));
  DD_CO_TRY_VOID(co_await stored(portal, id));
  DD_CO_TRY(auto keys, co_await portal.tenant_store.keys_of(id));
  if (keys.size() >= kMaxKeys) co_return make_error(Errc::kConflict, "the tenant has as many keys as it may; delete retired ones");
  const KeyId key_id = wanted.id.value_or(KeyId(random_uuid()));
  const bool taken = std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.id == key_id; });
  if (taken) co_return make_error(Errc::kConflict, "the tenant has a key of that id");

  OrderedJson json;
  if (!wanted.public_key.empty()) {
    DD_CO_TRY(auto key, given_key(id, wanted));
    key.id = key_id;
    key.tenant = id;
    json = key_json(key);
    DD_CO_TRY_VOID(co_await portal.tenant_store.put_key(std::move(key)));
  } else {
    DD_CO_TRY(auto key, trust::generate_key(id, wanted.algorithm));
    key.id = key_id;
    json = key_json(key);
    json["secret"] = key.material;  // once; a private half is not kept
    DD_CO_TRY(auto kept, trust::public_half(key));
    DD_CO_TRY_VOID(co_await portal.tenant_store.put_key(std::move(kept)));
  }
  portal.tenants.forget_copy(id);
  auto response = json_response(json, 201);
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

Answer retire_key(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(const auto at, parse_retirement(call.body.root, portal.loop.wall_now()));
  DD_CO_TRY(auto keys, co_await portal.tenant_store.keys_of(id));
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.id.str() == call.parameters[1]; });
  if (found == keys.end()) co_return make_error(Errc::kNotFound, "the tenant has no such key");
  trust::Key key = *found;
  key.retires = at;
  const OrderedJson json = key_json(key);
  DD_CO_TRY_VOID(co_await portal.tenant_store.put_key(std::move(key)));
  portal.tenants.forget_copy(id);
  co_return json_response(json);
}

Answer delete_key(Call call) {
  DD_CO_TRY(auto id, administered(call));
  DD_CO_TRY(auto key, parse_id<KeyId>("keyId", call.parameters[1]));
  DD_CO_TRY_VOID(co_await call.portal.tenant_store.delete_key(id, std::move(key)));
  call.portal.tenants.forget_copy(id);
  co_return text_response("{}");
}

constexpr Route tenant_route(std::string_view method, std::string_view path, Guard guard, std::string_view operation, Handler handler,
                             std::string_view summary, std::string_view request, std::string_view response,
                             std::string_view description = {}, int success = 200) {
  return Route{method, path, guard, handler, "tenants", operation, summary, request, response, description, "", success};
}

constexpr std::array kTenantRoutes{
    tenant_route("GET", "/api/admin/tenants", Guard::kAdmin, "listTenants", &list_tenants, "The tenants", "", "Tenants"),
    tenant_route("POST", "/api/admin/tenants", Guard::kOperator, "createTenant", &create_tenant, "Make a tenant", "TenantChange", "Tenant",
                 "", 201),
    tenant_route("GET", "/api/admin/tenants/{tenantId}", Guard::kAdmin, "getTenant", &get_tenant, "A tenant", "", "Tenant"),
    tenant_route("GET", "/api/admin/tenants/{tenantId}/metrics", Guard::kAdmin, "getTenantMetrics", &get_tenant_metrics,
                 "A tenant's own Prometheus metrics", "", "",
                 "Meetings, participants, quotas and usage of the tenant, and of nobody else."),
    tenant_route("PUT", "/api/admin/tenants/{tenantId}", Guard::kOperator, "putTenant", &put_tenant, "Make or change a tenant",
                 "TenantChange", "Tenant", "Absent members stay as they are; quotas are replaced as a whole."),
    tenant_route("DELETE", "/api/admin/tenants/{tenantId}", Guard::kOperator, "deleteTenant", &delete_tenant, "Remove a tenant", "",
                 "Nothing", "409 while it has meetings. Its recordings stay on their servers."),
    tenant_route("POST", "/api/admin/tenants/{tenantId}/suspend", Guard::kOperator, "suspendTenant", &suspend_tenant,
                 "Refuse a tenant's tokens, or take them again", "Suspension", "Tenant"),
    tenant_route("GET", "/api/admin/tenants/{tenantId}/quotas", Guard::kAdmin, "getQuotas", &get_quotas, "A tenant's quotas", "", "Quotas"),
    tenant_route("PUT", "/api/admin/tenants/{tenantId}/quotas", Guard::kOperator, "putQuotas", &put_quotas, "Replace a tenant's quotas",
                 "Quotas", "Quotas", "An absent quota, or null, is no bound."),
    tenant_route("GET", "/api/admin/tenants/{tenantId}/keys", Guard::kAdmin, "listKeys", &list_keys,
                 "A tenant's keys, without what is secret", "", "Keys"),
    tenant_route("POST", "/api/admin/tenants/{tenantId}/keys", Guard::kAdmin, "addKey", &add_key, "Make a key, or give a public one",
                 "NewKey", "MadeKey", "The secret is answered once. Of RS256 and EdDSA keys only the public half is kept.", 201),
    tenant_route("POST", "/api/admin/tenants/{tenantId}/keys/{keyId}/retire", Guard::kAdmin, "retireKey", &retire_key,
                 "Refuse tokens of a key from a time on", "Retirement", "Key"),
    tenant_route("DELETE", "/api/admin/tenants/{tenantId}/keys/{keyId}", Guard::kAdmin, "deleteKey", &delete_key, "Remove a key", "",
                 "Nothing"),
};

}  // namespace

std::span<const Route> tenant_routes() { return kTenantRoutes; }

}  // namespace dd::portal
