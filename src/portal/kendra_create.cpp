// SPDX-License-Identifier: MIT
#include <algorithm>

#include "control/placement.hpp"
#include "portal/kendra.hpp"
#include "portal/kendra_layout.hpp"

namespace dd::portal {
namespace {

using api::Json;
using Outcome = control::Reservation::Outcome;

constexpr std::size_t kAttempts = 3;

Json router_details(const KendraLayout::Router& router) {
  return Json{{"routerCapacity", router.capacity}, {"workerId", router.worker.str()}};
}

Json creation(const KendraAddress& address, const ContainerId& server, const KendraLayout& layout) {
  Json body{{"meetingId", address.meeting.str()}, {"containerId", server.str()}, {"tenant", address.tenant.str()}};
  if (layout.single) {
    body["routers"] = router_details(*layout.single);
    return body;
  }
  body["producerRouterDetails"] = Json::array();
  if (layout.producers) body["producerRouterDetails"].push_back(router_details(*layout.producers));
  body["consumerRouterDetails"] = Json::array();
  for (const auto& router : layout.consumers) body["consumerRouterDetails"].push_back(router_details(router));
  return body;
}

api::HttpResponse exists_already() { return text_response(R"({"response":"Meeting already exists"})"); }

// After a deadline the meeting may be there all the same; ending it is a success either way.
Task<void> undo(Context& portal, KendraAddress address, ContainerId server, bool maybe_created) {
  if (maybe_created) {
    Json body{{"meetingId", address.meeting.str()}};
    auto ended = co_await ask(portal, server, "/v1/endMeeting", std::move(body));
    if (!ended) co_return;  // its reservation stays, and the next createMeeting finds it
  }
  auto forgotten = co_await portal.store.forget(address.meeting);
  if (!forgotten) co_return;
}

}  // namespace

Answer create_kendra_meeting(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto address, parse_kendra_address(call.body.root, Names::kMeeting));
  DD_CO_TRY(auto capacity, parse_kendra_capacity(call.body.root));
  DD_CO_TRY_VOID(permit(call.caller, address));
  if (!allowed_all(call.caller) && !call.caller.claims.grants.moderate) co_return not_granted("creating needs moderate or admin");
  auto tenant = co_await portal.tenants.find(address.tenant);
  if (!tenant && tenant.error().code == Errc::kNotFound) co_return make_error(Errc::kInvalidArgument, "tenant not found");
  if (!tenant) co_return Error(std::move(tenant.error()));
  if (tenant->suspended) co_return refused(Errc::kForbidden, "tenant_suspended", "the tenant is suspended");
  const auto meetings = control::count_quota_of(*tenant, control::Quota::kMeetings);
  if (meetings == 0U) co_return refused(Errc::kConflict, "tenant_full", "the tenant may have no meetings");

  // Read anew: what others reserved a moment ago counts.
  DD_CO_TRY(auto servers, co_await portal.store.servers());
  const auto living = [&portal](const control::ServerRecord& server) { return portal.servers.living(server.server, portal.loop.now()); };
  const auto size = static_cast<std::uint32_t>(people(capacity));
  std::size_t attempts = 0;
  for (const auto* candidate : control::candidates(servers, portal.settings.pool, size, living)) {
    const control::ServerRecord& server = *candidate;
    const auto layout = lay_out(capacity, server);
    if (!layout) continue;
    control::PlacedMeeting wanted;
    wanted.meeting = address.meeting;
    wanted.tenant = address.tenant;
    wanted.server = server.server;
    wanted.size = size;
    wanted.limit = wanted.size;
    wanted.created = portal.loop.wall_now();
    DD_CO_TRY(auto reservation, co_await portal.store.reserve(std::move(wanted), server.capacity, meetings.value_or(0)));
    if (reservation.outcome == Outcome::kPlacedAlready) co_return exists_already();
    if (reservation.outcome == Outcome::kTenantFull) {
      co_return refused(Errc::kConflict, "tenant_full", "the tenant has as many meetings as it may");
    }
    if (reservation.outcome == Outcome::kServerFull) continue;
    Json body = creation(address, server.server, *layout);
    portal.fleet.know(server.server, server.origin);
    auto created = co_await portal.fleet.call(server.server, "/v1/createMeeting", text_of(body));
    if (created) co_return text_response(std::move(*created));
    const Errc code = created.error().code;
    co_await undo(portal, address, server.server, code == Errc::kDeadlineExceeded || code == Errc::kInternal);
    const bool elsewhere = code == Errc::kUnavailable || code == Errc::kNotFound || code == Errc::kDeadlineExceeded;
    if (!elsewhere || ++attempts >= kAttempts) co_return Error(std::move(created.error()));
  }
  Error full = refused(Errc::kUnavailable, "cluster_full", "no free container found");
  full.retry_after = std::chrono::seconds{5};
  co_return full;
}

}  // namespace dd::portal
