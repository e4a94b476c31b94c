// SPDX-License-Identifier: MIT
// Everything an operator may decide, as plain structs with the defaults in place; schema.cpp gives each field its name.
// It knows no environment and no file. Filled once at start by load(), then constant; may cross threads by copy.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dd::config {

// A bucket of an S3-compatible store, called by its name in everything else; so no request ever holds a key.
struct StorageProfile {
  std::string endpoint;  // "https://s3.eu-central-1.amazonaws.com"
  std::string region = "us-east-1";
  std::string bucket;
  std::string prefix;  // of all keys; without a slash at its ends
  std::string access_key;
  std::string secret_key;
  bool path_style = true;
};

struct Settings {
  std::string env = "local";
  std::string tenant;  // verbatim, also with leading blanks; "default" when ENV is local and nothing was said
  bool development = false;
  std::string role = "all";  // all, media, control

  struct Control {
    std::string listen_ip = "0.0.0.0";
    std::uint16_t port = 8000;
    std::string public_url;                     // of the web app, for links; after load(): http://localhost:<port> when empty
    std::string api_key;                        // for machines: kendra's API and the administration
    std::vector<std::string> allowed_networks;  // CIDR; may use kendra's API without the key
    std::string cors_origin;
    std::uint32_t max_connections = 16'384;
    std::string web_app_dir;
    std::string redis_url;  // redis://[[user]:password@]host:port[/db]; empty: this replica works alone
    std::uint32_t meeting_size = 25;
    std::vector<std::string> turn_urls;
    std::string turn_secret;
    std::chrono::seconds turn_lifetime{12 * 3600};
  } control;

  struct Tls {
    std::string certificate;  // PEM file with the chain; empty: plain HTTP
    std::string key;          // PEM file
    std::string ca;           // PEM file with the authorities that control replicas believe; empty: the system's
  } tls;

  struct Http {
    std::string listen_ip = "0.0.0.0";
    std::uint16_t port = 3001;
    std::string public_ip;   // 127.0.0.1 when ENV is local
    std::string private_ip;  // 127.0.0.1 when ENV is local
    std::string origin;      // of our media API for control replicas; after load(): http(s)://<private_ip>:<port> when empty
    std::string api_key;
    std::vector<std::string> allowed_networks;  // CIDR
    std::string cors_origin = "*";
    std::uint32_t max_connections = 4096;
    std::uint32_t max_body_bytes = 2 * 1024 * 1024;  // the reference's limit
    std::uint32_t max_event_clients = 64;
    std::string swagger_ui_dir;
    std::string try_page_dir;
  } http;

  struct Database {
    std::string url;  // after load(): never empty
    std::string mysql_host = "127.0.0.1";
    std::uint16_t mysql_port = 3306;
    std::string mysql_user = "root";
    std::string mysql_password;
    std::string mysql_database = "doordarshan";
    std::string mysql_creds_path;
    std::string mysql_tls_ca;  // PEM file; empty: no TLS
    std::string mysql_socket;  // instead of host and port, when not empty
    std::string sqlite_path = "data/doordarshan.sqlite";
    std::uint32_t pool_size = 3;
    std::chrono::seconds heartbeat_interval{2};  // kendra gives a server up after 10 s, so three beats may fail
  } database;

  struct Rtc {
    std::uint32_t workers = 0;  // after load(): never 0
    std::string worker_path;    // empty: beside our own program
    std::string listen_ip = "0.0.0.0";
    std::string announced_ip;  // after load(): falls back to the public IP; empty announces nothing
    std::uint16_t port_base = 40000;
    std::uint16_t port_range_end = 45000;
    std::uint32_t max_incoming_bitrate = 10'000'000;
    std::uint32_t min_outgoing_bitrate = 100'000;
    std::uint32_t max_outgoing_bitrate = 10'000'000;
    std::uint32_t initial_outgoing_bitrate = 600'000;
    std::chrono::seconds ice_consent_timeout{30};  // RFC 7675 section 5.1
  } rtc;

  struct Limits {
    std::uint32_t capacity = 0;  // participants this server is meant to carry; after load(): never 0
    std::uint32_t meetings = 10'000;
    std::uint32_t participants_per_meeting = 5'000;
    std::uint32_t producers_per_participant = 16;
    std::uint32_t consumers_per_participant = 2'000;
    std::uint32_t data_objects_per_participant = 64;
    std::uint32_t lower_layers_percent = 80;  // of a worker's core; 0: never
    std::uint32_t refuse_percent = 90;
    std::chrono::seconds drain_deadline{25};  // inside the 30 s that Kubernetes gives by default
  } limits;

  struct Recordings {
    std::string root = "data/recordings";
    std::string recorder_path;  // empty: beside our own program
    std::vector<std::string> modes{"track", "participant", "composite"};
    std::string layout = "grid";  // grid, speaker, presentation
    std::uint32_t width = 1280;
    std::uint32_t height = 720;
    std::uint32_t fps = 25;
    std::string fill = "black";  // black, freeze, image
    std::string fill_image;
    std::uint32_t at_once = 256;
    std::uint32_t min_free_megabytes = 512;
    std::chrono::seconds linger{60};
    std::chrono::seconds resume_window{300};
  } recordings;

  struct Storage {                    // of recordings that are over
    std::uint32_t max_age_hours = 0;  // 0: no limit
    std::uint32_t max_gibibytes = 0;  // 0: no limit
    std::map<std::string, StorageProfile> profiles;
    std::string profiles_path;   // a file with the same JSON
    std::string upload_profile;  // empty: nothing is uploaded; after load(): a name in `profiles`
    bool keep_local = true;
    std::uint32_t upload_threads = 2;
    std::uint32_t upload_part_mebibytes = 8;
  } storage;

  struct Webhooks {
    std::vector<std::string> urls;
    std::string secret;
    bool allow_private = false;
  } webhooks;

  struct UserSessions {
    std::string endpoint;  // empty: nobody is told
    std::map<std::string, std::string> headers;
    std::uint32_t queue = 100;
  } user_sessions;

  struct Otlp {
    std::string endpoint;  // host:port; empty: nothing is pushed
    std::chrono::milliseconds interval{60'000};
    std::chrono::milliseconds timeout{10'000};
  } otlp;

  struct Logs {
    std::string level = "info";     // error, warn, info, debug, trace
    std::string format = "logfmt";  // logfmt, json
  } logs;
};

}  // namespace dd::config
