// SPDX-License-Identifier: MIT
#include "app/server_settings.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/random.hpp"
#include "store/database_url.hpp"
#include "store/server_load.hpp"

namespace dd::app {
namespace {

// A socket bound to every address answers from the address of its route to the asker. A browser that asked 127.0.0.1 from
// this machine's network address drops such an answer and falls back to TCP (seen with Chromium), so media that is
// announced on the loopback is listened for there.
std::string media_listen_ip(const config::Settings::Rtc& rtc) {
  if (rtc.listen_ip == "0.0.0.0" && rtc.announced_ip.starts_with("127.")) return rtc.announced_ip;
  if (rtc.listen_ip == "::" && rtc.announced_ip == "::1") return rtc.announced_ip;
  return rtc.listen_ip;
}

}  // namespace

ContainerId container_id(const config::Settings& settings, WallTime started) {
  return ContainerId(fmt::format("{}-{}", settings.http.private_ip, started.time_since_epoch().count()));
}

media::EngineSettings engine_settings(const config::Settings& settings) {
  media::EngineSettings engine;
  engine.worker_binary = settings.rtc.worker_path;
  for (std::uint32_t i = 0; i < settings.rtc.workers; ++i) engine.workers.emplace_back(random_uuid());
  engine.listen_ip = media_listen_ip(settings.rtc);
  engine.announced_address = settings.rtc.announced_ip;
  engine.first_port = settings.rtc.port_base;
  // Pipes between workers take what the workers' own ports leave of the range.
  engine.internal_min_port = static_cast<std::uint16_t>(settings.rtc.port_base + settings.rtc.workers);
  engine.internal_max_port = settings.rtc.port_range_end;
  engine.ice_consent_timeout = settings.rtc.ice_consent_timeout;
  return engine;
}

Result<store::Settings> store_settings(const config::Settings& settings) {
  store::Settings store;
  store.threads = settings.database.pool_size;
  store.heartbeat_interval = settings.database.heartbeat_interval;
  DD_TRY(store, store::parse_database_url(settings.database.url, std::move(store)));
  store.tls_ca = settings.database.mysql_tls_ca;
  store.unix_socket = settings.database.mysql_socket;
  return store;
}

meeting::HostSettings host_settings(const config::Settings& settings, ContainerId container) {
  meeting::HostSettings host;
  host.container = std::move(container);
  host.tenant = settings.tenant;
  host.bitrates = {settings.rtc.max_incoming_bitrate, settings.rtc.min_outgoing_bitrate, settings.rtc.max_outgoing_bitrate};
  host.initial_available_outgoing_bitrate = settings.rtc.initial_outgoing_bitrate;
  host.overload = {settings.limits.lower_layers_percent, settings.limits.refuse_percent};
  host.max_meetings = settings.limits.meetings;
  host.max_participants_per_meeting = settings.limits.participants_per_meeting;
  host.max_producers_per_participant = settings.limits.producers_per_participant;
  host.max_consumers_per_participant = settings.limits.consumers_per_participant;
  host.max_data_objects_per_participant = settings.limits.data_objects_per_participant;
  return host;
}

meeting::ServerRow server_row(const config::Settings& settings, ContainerId container, WallTime started, std::vector<WorkerId> workers) {
  return {std::move(container), settings.http.private_ip, settings.tenant, started, std::move(workers)};
}

api::Settings api_settings(const config::Settings& settings) {
  api::Settings api;
  api.api_key = settings.http.api_key;
  api.allowed_networks = settings.http.allowed_networks;
  api.cors_origin = settings.http.cors_origin;
  api.development = settings.development;
  api.swagger_ui_folder = settings.http.swagger_ui_dir;
  api.try_folder = settings.http.try_page_dir;
  api.max_event_clients = settings.http.max_event_clients;
  return api;
}

namespace {

// The configuration's words are checked when they are read, so each is one of `all`.
template <typename Enum, std::size_t N>
Enum word(std::string_view text, const std::array<Enum, N>& all) {
  const auto found = std::find_if(all.begin(), all.end(), [&](Enum value) { return recording::to_string(value) == text; });
  return found == all.end() ? all[0] : *found;
}

}  // namespace

studio::StudioSettings studio_settings(const config::Settings& settings) {
  using recording::Layout;
  using recording::Mode;
  const auto& recordings = settings.recordings;
  studio::StudioSettings studio;
  studio.root = std::filesystem::absolute(recordings.root);
  studio.tenant = settings.tenant;
  studio.session.program = recordings.recorder_path;
  studio.workshop.recorder_program = recordings.recorder_path;
  studio.modes.clear();
  for (const auto& mode : recordings.modes)
    studio.modes.push_back(word(mode, std::array{Mode::kTrack, Mode::kParticipant, Mode::kComposite}));
  studio.programme.layout = word(recordings.layout, std::array{Layout::kGrid, Layout::kSpeaker, Layout::kPresentation});
  studio.programme.width = recordings.width & ~1U;  // an odd size has no I420 picture
  studio.programme.height = recordings.height & ~1U;
  studio.programme.fps = recordings.fps;
  studio.fill = word(recordings.fill, std::array{recording::Fill::kBlack, recording::Fill::kFreeze, recording::Fill::kImage});
  if (!recordings.fill_image.empty()) studio.fill_image = std::filesystem::absolute(recordings.fill_image);
  studio.stop_below_free_bytes = std::uint64_t{recordings.min_free_megabytes} << 20U;
  studio.max_recordings = recordings.at_once;
  studio.linger = recordings.linger;
  studio.resume_window = recordings.resume_window;
  return studio;
}

net::HttpSettings http_settings(const config::Settings& settings) {
  net::HttpSettings http;
  http.address = settings.http.listen_ip;
  http.port = settings.http.port;
  http.max_connections = settings.http.max_connections;
  http.body_limit = settings.http.max_body_bytes;
  http.tls.certificate = settings.tls.certificate;
  http.tls.key = settings.tls.key;
  return http;
}

control::MeetingsSettings meetings_settings(const config::Settings& settings, const std::string& replica) {
  control::MeetingsSettings meetings;
  meetings.replica = replica;
  meetings.pool = store::pool_name(settings.tenant);
  meetings.default_size = settings.control.meeting_size;
  return meetings;
}

signaling::GateSettings gate_settings(const config::Settings& settings, const std::string& replica) {
  signaling::GateSettings gate;
  gate.replica = replica;
  gate.turn.urls = settings.control.turn_urls;
  gate.turn.secret = settings.control.turn_secret;
  gate.turn.lifetime = settings.control.turn_lifetime;
  return gate;
}

portal::PortalSettings portal_settings(const config::Settings& settings) {
  portal::PortalSettings portal;
  portal.api_key = settings.control.api_key;
  portal.allowed_networks = settings.control.allowed_networks;
  portal.cors_origin = settings.control.cors_origin;
  portal.development = settings.development;
  portal.web_app_folder = settings.control.web_app_dir;
  portal.swagger_ui_folder = settings.http.swagger_ui_dir;
  portal.public_url = settings.control.public_url;
  portal.pool = store::pool_name(settings.tenant);
  return portal;
}

net::HttpSettings control_http_settings(const config::Settings& settings) {
  net::HttpSettings http;
  http.address = settings.control.listen_ip;
  http.port = settings.control.port;
  http.max_connections = settings.control.max_connections;
  http.tls.certificate = settings.tls.certificate;
  http.tls.key = settings.tls.key;
  return http;
}

net::SocketLimits socket_limits(const config::Settings& settings) {
  net::SocketLimits limits;
  if (!settings.control.cors_origin.empty()) limits.allowed_origins.push_back(settings.control.cors_origin);
  return limits;
}

net::HttpClientSettings fleet_settings(const config::Settings& settings) {
  net::HttpClientSettings client;
  client.ca_file = settings.tls.ca;
  client.api_key = settings.http.api_key;
  return client;
}

}  // namespace dd::app
