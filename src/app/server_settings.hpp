// SPDX-License-Identifier: MIT
// Hands the configuration on: what each part needs to be told, in its own words.
// Pure functions; the only place that knows both the operator's names and the parts' settings.
#pragma once

#include "api/settings.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "control/meetings.hpp"
#include "media/engine.hpp"
#include "meeting/host.hpp"
#include "meeting/store_port.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "portal/settings.hpp"
#include "signaling/settings.hpp"
#include "store/settings.hpp"
#include "studio/studio.hpp"

namespace dd::app {

// "<private IP>-<start in epoch nanoseconds>": a new one each start, as kendra expects.
ContainerId container_id(const config::Settings& settings, WallTime started);

media::EngineSettings engine_settings(const config::Settings& settings);
Result<store::Settings> store_settings(const config::Settings& settings);
meeting::HostSettings host_settings(const config::Settings& settings, ContainerId container);
meeting::ServerRow server_row(const config::Settings& settings, ContainerId container, WallTime started, std::vector<WorkerId> workers);
api::Settings api_settings(const config::Settings& settings);
studio::StudioSettings studio_settings(const config::Settings& settings);
net::HttpSettings http_settings(const config::Settings& settings);

control::MeetingsSettings meetings_settings(const config::Settings& settings, const std::string& replica);
signaling::GateSettings gate_settings(const config::Settings& settings, const std::string& replica);
portal::PortalSettings portal_settings(const config::Settings& settings);
net::HttpSettings control_http_settings(const config::Settings& settings);
net::SocketLimits socket_limits(const config::Settings& settings);
net::HttpClientSettings fleet_settings(const config::Settings& settings);

}  // namespace dd::app
