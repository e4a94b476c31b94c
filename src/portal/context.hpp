// SPDX-License-Identifier: MIT
// Context: what the routes of the portal work with, and the one way in which they ask a media server.
// It decides nothing; it lives in Portal, longer than any call. On the control loop.
#pragma once

#include <string>

#include "api/http.hpp"
#include "api/json.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/control_store.hpp"
#include "control/fleet.hpp"
#include "control/meetings.hpp"
#include "control/recording_quota.hpp"
#include "control/server_watch.hpp"
#include "control/signal_bus.hpp"
#include "control/tenant_store.hpp"
#include "control/tenants.hpp"
#include "control/usage.hpp"
#include "portal/load_history.hpp"
#include "portal/recordings.hpp"
#include "portal/settings.hpp"
#include "portal/ticket.hpp"

namespace dd::portal {

struct Context {
  Loop& loop;
  control::Meetings& meetings;
  control::Tenants& tenants;
  control::RecordingQuota& recording_quota;
  control::TenantStore& tenant_store;
  control::ControlStore& store;
  control::Fleet& fleet;
  control::SignalBus& bus;
  observe::Metrics& metrics;
  PortalSettings settings;
  control::ServerWatch servers;  // who lives, judged here as control's leader judges
  Recordings recordings;
  LoadHistory load;
  Tickets tickets;
};

// POSTs `body` to the media API of `server`; kInternal when it answers no JSON.
Task<Result<api::JsonText>> ask(Context& portal, ContainerId server, std::string path, api::Json body);

std::string text_of(const api::Json& json);
api::HttpResponse text_response(std::string text, int status = 200);
api::HttpResponse json_response(const api::OrderedJson& json, int status = 200);

// A member that a media server's answer is known to have; kInternal when it does not.
Result<std::string> text_member(const api::Json& answer, std::string_view name);

using control::day_of;
using control::day_text;

std::string rfc3339(WallTime time);  // in UTC, to the second
// A day since 1970, "2026-01-31"; the error names `field`.
Result<std::int32_t> parse_day(std::string_view field, std::string_view text);

}  // namespace dd::portal
