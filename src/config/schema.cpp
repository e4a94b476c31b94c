// SPDX-License-Identifier: MIT
// One row for each setting, in the order of the documentation. Names that the reference media server knew keep their
// meaning; where ours differs the help says so. Defaults stand in settings.hpp only.
#include "config/schema.hpp"

#include <array>

#include <fmt/format.h>

namespace dd::config {
namespace {

constexpr std::uint64_t kText = 1024;          // characters of an ordinary text
constexpr std::uint64_t kLongText = 8 * 1024;  // of a list, a URL or headers
constexpr std::uint64_t kBitrate = 4'000'000'000;

constexpr std::string_view kGeneral = "General";
constexpr std::string_view kHttp = "HTTP";
constexpr std::string_view kControl = "Control plane";
constexpr std::string_view kTls = "TLS";
constexpr std::string_view kDatabase = "Database";
constexpr std::string_view kMedia = "Media";
constexpr std::string_view kLimits = "Limits";
constexpr std::string_view kRecordings = "Recordings";
constexpr std::string_view kReports = "Events, metrics and logs";

#define DD_FIELD(member) [](Settings& s) -> Field { return &s.member; }

// clang-format off
const std::array kRows = {
    Row{.section = kGeneral, .name = "ENV", .field = DD_FIELD(env), .shape = Shape::kWord, .min = 1, .max = 64,
        .help = "Names the file `config/<ENV>.env`. With `local` the public and the private IP are 127.0.0.1, whatever else is said."},
    Row{.section = kGeneral, .name = "TENANT", .field = DD_FIELD(tenant), .min = 0, .max = 64,
        .default_note = "`default` when ENV is `local`, otherwise required",
        .help = "The tenant this server belongs to, stored verbatim and never trimmed. kendra's default tenant looks for the value with one leading "
                "blank, so under kendra set `TENANT=\" default\"` (in a file with the quotes)."},
    Row{.section = kGeneral, .name = "DEVELOPMENT", .field = DD_FIELD(development),
        .help = "Serves the plain test page at `/try`, lets everybody into kendra's API, and prints a link to a first meeting. Not for production."},
    Row{.section = kGeneral, .name = "ROLE", .field = DD_FIELD(role), .max = 16, .choices = "all|media|control",
        .help = "`media` carries meetings, `control` says where and lets people in, `all` does both in one process."},

    Row{.section = kControl, .name = "CONTROL_PORT", .field = DD_FIELD(control.port), .shape = Shape::kPort, .max = 65535,
        .help = "TCP port of the web app, signaling and kendra's API. 0 lets the system choose."},
    Row{.section = kControl, .name = "CONTROL_LISTEN_IP", .field = DD_FIELD(control.listen_ip), .shape = Shape::kIp, .min = 1, .max = 64,
        .help = "Address it listens on."},
    Row{.section = kControl, .name = "CONTROL_PUBLIC_URL", .field = DD_FIELD(control.public_url), .shape = Shape::kHttpUrl, .max = kText,
        .default_note = "`http://localhost:<CONTROL_PORT>`", .help = "Where people reach the web app; begins the links that are made."},
    Row{.section = kControl, .name = "CONTROL_API_KEY", .field = DD_FIELD(control.api_key), .min = 16, .max = 256, .secrecy = Secrecy::kSecret,
        .help = "Lets machines use kendra's API and the administration (`Authorization: Bearer` or `X-API-Key`). Tokens do, too, as far as their grants reach."},
    Row{.section = kControl, .name = "CONTROL_ALLOWED_NETWORKS", .field = DD_FIELD(control.allowed_networks), .shape = Shape::kCidrs, .max = kLongText,
        .help = "Comma-separated networks (CIDR) that may use kendra's API without key or token, as kendra's clients do."},
    Row{.section = kControl, .name = "CONTROL_CORS_ORIGIN", .field = DD_FIELD(control.cors_origin), .max = kText,
        .help = "`Access-Control-Allow-Origin` for pages from elsewhere; empty sends no CORS headers."},
    Row{.section = kControl, .name = "CONTROL_MAX_CONNECTIONS", .field = DD_FIELD(control.max_connections), .min = 16, .max = 1'000'000,
        .help = "Open connections, signaling sockets included; more are closed at once."},
    Row{.section = kControl, .name = "WEB_APP_DIR", .field = DD_FIELD(control.web_app_dir), .max = kText, .default_note = "found beside the program",
        .help = "Folder of the built web app, served at `/`."},
    Row{.section = kControl, .name = "REDIS_URL", .field = DD_FIELD(control.redis_url), .max = kText, .secrecy = Secrecy::kSecret,
        .help = "`redis://[[user]:password@]host:port[/db]`: signals between control replicas cross there. Empty: this replica works alone."},
    Row{.section = kControl, .name = "MEETING_SIZE", .field = DD_FIELD(control.meeting_size), .min = 1, .max = 100'000,
        .help = "Participants a new meeting reserves room for on its server; a growing meeting reserves more."},
    Row{.section = kControl, .name = "TURN_URLS", .field = DD_FIELD(control.turn_urls), .shape = Shape::kTurnUrls, .max = kLongText,
        .help = "Comma-separated TURN servers handed to clients: `turn:turn.example.org:3478?transport=udp`."},
    Row{.section = kControl, .name = "TURN_SECRET", .field = DD_FIELD(control.turn_secret), .min = 16, .max = 256, .secrecy = Secrecy::kSecret,
        .help = "The secret shared with them (coturn's `static-auth-secret`); each client gets credentials of its own that expire."},
    Row{.section = kControl, .name = "TURN_LIFETIME_SECONDS", .field = DD_FIELD(control.turn_lifetime), .unit = "s", .min = 60, .max = 604'800,
        .help = "When they expire."},

    Row{.section = kTls, .name = "TLS_CERTIFICATE_PATH", .field = DD_FIELD(tls.certificate), .max = kText,
        .help = "PEM file with the certificate and its chain. With it both ports speak TLS; browsers need that beyond localhost. Read again when it changes."},
    Row{.section = kTls, .name = "TLS_KEY_PATH", .field = DD_FIELD(tls.key), .max = kText, .help = "PEM file with its private key."},
    Row{.section = kTls, .name = "TLS_CA_PATH", .field = DD_FIELD(tls.ca), .max = kText, .default_note = "the system's authorities",
        .help = "PEM file of the authorities that a control replica believes when it calls other servers' media APIs with https."},

    Row{.section = kHttp, .name = "SERVER_PORT", .field = DD_FIELD(http.port), .shape = Shape::kPort, .max = 65535,
        .help = "TCP port of the media API. kendra always dials 3001; the reference's default was 3000. 0 lets the system choose."},
    Row{.section = kHttp, .name = "HTTP_LISTEN_IP", .field = DD_FIELD(http.listen_ip), .shape = Shape::kIp, .min = 1, .max = 64,
        .help = "Address the media API listens on."},
    Row{.section = kHttp, .name = "PUBLIC_IP", .field = DD_FIELD(http.public_ip), .shape = Shape::kHost, .max = 253,
        .default_note = "127.0.0.1 when ENV is `local`, otherwise required (it may be empty)",
        .help = "Address browsers reach this server's media at; it becomes the ICE candidates' address. Empty: the listening address is told."},
    Row{.section = kHttp, .name = "PRIVATE_IP", .field = DD_FIELD(http.private_ip), .shape = Shape::kHost, .min = 1, .max = 44,
        .default_note = "127.0.0.1 when ENV is `local`, otherwise required",
        .help = "Address the control plane reaches the media API at. It is the `host` that kendra dials and begins the container id; an IPv6 address needs its brackets."},
    Row{.section = kHttp, .name = "MEDIA_API_ORIGIN", .field = DD_FIELD(http.origin), .shape = Shape::kHttpUrl, .max = kText,
        .default_note = "made of PRIVATE_IP and SERVER_PORT", .help = "Where control replicas reach this media API; kendra goes to PRIVATE_IP and port 3001 regardless."},
    Row{.section = kHttp, .name = "MEDIA_API_KEY", .field = DD_FIELD(http.api_key), .min = 16, .max = 256, .secrecy = Secrecy::kSecret,
        .help = "When set, callers of the media API must send it (`Authorization: Bearer` or `X-API-Key`), except those in ALLOWED_NETWORKS. "
                "kendra sends no credentials, so give its network there."},
    Row{.section = kHttp, .name = "ALLOWED_NETWORKS", .field = DD_FIELD(http.allowed_networks), .shape = Shape::kCidrs, .max = kLongText,
        .help = "Comma-separated networks (CIDR) that may call the media API without a key. Without a key, everyone else is refused. "
                "With neither, the API is open to whoever reaches it."},
    Row{.section = kHttp, .name = "CORS_ORIGIN", .field = DD_FIELD(http.cors_origin), .max = kText,
        .help = "`Access-Control-Allow-Origin` of every answer; empty sends no CORS headers."},
    Row{.section = kHttp, .name = "HTTP_MAX_CONNECTIONS", .field = DD_FIELD(http.max_connections), .min = 16, .max = 100'000,
        .help = "Open HTTP connections; more are closed at once."},
    Row{.section = kHttp, .name = "HTTP_MAX_BODY_BYTES", .field = DD_FIELD(http.max_body_bytes), .unit = "bytes", .min = 64 * 1024, .max = 64 * 1024 * 1024,
        .help = "Size of a request's body; a larger one is answered 413."},
    Row{.section = kHttp, .name = "HTTP_MAX_EVENT_CLIENTS", .field = DD_FIELD(http.max_event_clients), .max = 10'000,
        .help = "Clients that may read the event stream at a time."},
    Row{.section = kHttp, .name = "SWAGGER_UI_DIR", .field = DD_FIELD(http.swagger_ui_dir), .max = kText, .default_note = "found beside the program",
        .help = "Folder of swagger-ui-dist, served at `/docs/`."},
    Row{.section = kHttp, .name = "TRY_PAGE_DIR", .field = DD_FIELD(http.try_page_dir), .max = kText, .default_note = "found beside the program",
        .help = "Folder of the test page, served at `/try` when DEVELOPMENT is true."},

    Row{.section = kDatabase, .name = "DATABASE_URL", .field = DD_FIELD(database.url), .max = kLongText, .default_note = "made from the parts below",
        .secrecy = Secrecy::kSecret,
        .help = "`mysql://user:password@host:port/database` or `sqlite:path`; wins over the parts. With any MYSQL_* given it is made from them, "
                "otherwise it is the embedded SQLite file."},
    Row{.section = kDatabase, .name = "SQLITE_PATH", .field = DD_FIELD(database.sqlite_path), .min = 1, .max = kText,
        .help = "The embedded database's file, made when absent. For one server; kendra cannot read it."},
    Row{.section = kDatabase, .name = "MYSQL_HOST", .field = DD_FIELD(database.mysql_host), .shape = Shape::kHost, .min = 1, .max = 253,
        .help = "Host of a MySQL-compatible database."},
    Row{.section = kDatabase, .name = "MYSQL_PORT", .field = DD_FIELD(database.mysql_port), .shape = Shape::kPort, .min = 1, .max = 65535,
        .help = "Its port."},
    Row{.section = kDatabase, .name = "MYSQL_USER", .field = DD_FIELD(database.mysql_user), .min = 1, .max = 128, .help = "Its user."},
    Row{.section = kDatabase, .name = "MYSQL_PASSWORD", .field = DD_FIELD(database.mysql_password), .max = kText, .secrecy = Secrecy::kSecret,
        .help = "The user's password."},
    Row{.section = kDatabase, .name = "MYSQL_DATABASE", .field = DD_FIELD(database.mysql_database), .min = 1, .max = 64, .help = "The schema's name."},
    Row{.section = kDatabase, .name = "MYSQL_CREDS_PATH", .field = DD_FIELD(database.mysql_creds_path), .max = kText,
        .help = "A JSON file `{\"username\":\"...\",\"password\":\"...\"}` that replaces MYSQL_USER and MYSQL_PASSWORD."},
    Row{.section = kDatabase, .name = "MYSQL_TLS_CA", .field = DD_FIELD(database.mysql_tls_ca), .max = kText,
        .help = "PEM file of the authority that signed the database's certificate; empty: the connection is not encrypted."},
    Row{.section = kDatabase, .name = "MYSQL_SOCKET", .field = DD_FIELD(database.mysql_socket), .max = kText,
        .help = "Unix socket of the database, used instead of host and port."},
    Row{.section = kDatabase, .name = "DATABASE_POOL_SIZE", .field = DD_FIELD(database.pool_size), .min = 1, .max = 64,
        .help = "Connections for the API's transactions; the heartbeat has its own. SQLite has one writer, so there it is always 1."},
    Row{.section = kDatabase, .name = "HEARTBEAT_INTERVAL_SECONDS", .field = DD_FIELD(database.heartbeat_interval), .unit = "s", .min = 1, .max = 9,
        .help = "How often the server says in the database that it is alive. kendra gives up on it after 10 s."},

    Row{.section = kMedia, .name = "RTC_WORKERS", .field = DD_FIELD(rtc.workers), .max = 128, .default_note = "one for each core, at least 2",
        .help = "Media worker processes. kendra needs at least 2 (one carries the producers, the others the consumers), uses 3 or more better, and moves "
                "meetings only to a server with at least as many, so give all servers of a fleet the same number. 0 means the default."},
    Row{.section = kMedia, .name = "RTC_WORKER_PATH", .field = DD_FIELD(rtc.worker_path), .max = kText, .default_note = "found beside the program",
        .help = "The mediasoup-worker program."},
    Row{.section = kMedia, .name = "RTC_LISTEN_IP", .field = DD_FIELD(rtc.listen_ip), .shape = Shape::kIp, .min = 1, .max = 64,
        .help = "Address that media is received on. While a loopback address is announced, 0.0.0.0 means that one."},
    Row{.section = kMedia, .name = "RTC_ANNOUNCED_IP", .field = DD_FIELD(rtc.announced_ip), .shape = Shape::kHost, .max = 253, .default_note = "PUBLIC_IP",
        .help = "Address or host name told to browsers instead of PUBLIC_IP, also when ENV is `local`: a laptop's LAN address lets a phone join."},
    Row{.section = kMedia, .name = "RTC_PORT_BASE", .field = DD_FIELD(rtc.port_base), .shape = Shape::kPort, .min = 1024, .max = 65000,
        .help = "Each worker listens on one UDP and one TCP port: this one, the next, and so on. The reference's RTC_PORT_RANGE_START is read when this is not given."},
    Row{.section = kMedia, .name = "RTC_PORT_RANGE_END", .field = DD_FIELD(rtc.port_range_end), .shape = Shape::kPort, .min = 1024, .max = 65535,
        .help = "The last port media may use. What the workers leave is for pipes between them, two UDP ports on loopback for each pair of routers, so at least 100 must be left."},
    Row{.section = kMedia, .name = "RTC_MAX_INCOMING_BITRATE", .field = DD_FIELD(rtc.max_incoming_bitrate), .unit = "bit/s", .max = kBitrate,
        .help = "What one transport may send us. 0 is no limit."},
    Row{.section = kMedia, .name = "RTC_MIN_OUTGOING_BITRATE", .field = DD_FIELD(rtc.min_outgoing_bitrate), .unit = "bit/s", .max = kBitrate,
        .help = "What congestion control never goes below for one transport."},
    Row{.section = kMedia, .name = "RTC_MAX_OUTGOING_BITRATE", .field = DD_FIELD(rtc.max_outgoing_bitrate), .unit = "bit/s", .max = kBitrate,
        .help = "What we send to one transport at most. 0 is no limit."},
    Row{.section = kMedia, .name = "RTC_INITIAL_OUTGOING_BITRATE", .field = DD_FIELD(rtc.initial_outgoing_bitrate), .unit = "bit/s", .min = 30'000, .max = kBitrate,
        .help = "What congestion control begins with."},
    Row{.section = kMedia, .name = "ICE_CONSENT_TIMEOUT_SECONDS", .field = DD_FIELD(rtc.ice_consent_timeout), .unit = "s", .max = 600,
        .help = "A transport that heard nothing for so long is closed and its owner told. 0 never gives up."},

    Row{.section = kLimits, .name = "CAPACITY", .field = DD_FIELD(limits.capacity), .max = 1'000'000, .default_note = "250 for each worker",
        .help = "Participants this server is meant to carry; the control plane places no more here. 0 means the default."},
    Row{.section = kLimits, .name = "MAX_MEETINGS", .field = DD_FIELD(limits.meetings), .min = 1, .max = 1'000'000, .help = "Meetings on this server."},
    Row{.section = kLimits, .name = "MAX_PARTICIPANTS_PER_MEETING", .field = DD_FIELD(limits.participants_per_meeting), .min = 1, .max = 100'000,
        .help = "Participants in one meeting."},
    Row{.section = kLimits, .name = "MAX_PRODUCERS_PER_PARTICIPANT", .field = DD_FIELD(limits.producers_per_participant), .min = 1, .max = 1'000,
        .help = "Streams one participant may send."},
    Row{.section = kLimits, .name = "MAX_CONSUMERS_PER_PARTICIPANT", .field = DD_FIELD(limits.consumers_per_participant), .min = 1, .max = 100'000,
        .help = "Streams one participant may receive."},
    Row{.section = kLimits, .name = "MAX_DATA_OBJECTS_PER_PARTICIPANT", .field = DD_FIELD(limits.data_objects_per_participant), .min = 1, .max = 65'535,
        .help = "Data producers and data consumers of one participant together."},
    Row{.section = kLimits, .name = "WORKER_LOWER_LAYERS_PERCENT", .field = DD_FIELD(limits.lower_layers_percent), .unit = "%", .max = 100,
        .help = "When a media worker is busier than this, in percent of a core over some seconds, viewers get lower layers of simulcast and SVC, those first who lose least. What they prefer is remembered and holds again when there is room. 0 never lowers."},
    Row{.section = kLimits, .name = "WORKER_REFUSE_PERCENT", .field = DD_FIELD(limits.refuse_percent), .unit = "%", .max = 100,
        .help = "When lowering layers has not kept a media worker below this, it takes no further consumers of pictures (503 `worker_overloaded`), and near a whole core none of sound; those that run stay. 0 never refuses."},
    Row{.section = kLimits, .name = "DRAIN_DEADLINE_SECONDS", .field = DD_FIELD(limits.drain_deadline), .unit = "s", .max = 86'400,
        .help = "After SIGTERM: how long the server waits for its participants to leave before it stops."},

    Row{.section = kRecordings, .name = "RECORDINGS_ROOT", .field = DD_FIELD(recordings.root), .min = 1, .max = kText,
        .help = "The folder of all recordings, `<tenant>/<meeting>/<recording>` below it. Only this server may use it. Give it a disk of its own: recording stops when it is full."},
    Row{.section = kRecordings, .name = "RECORDER_PATH", .field = DD_FIELD(recordings.recorder_path), .max = kText, .default_note = "found beside the program",
        .help = "The program `doordarshan-recorder`."},
    Row{.section = kRecordings, .name = "RECORDING_MODES", .field = DD_FIELD(recordings.modes), .max = kText, .choices = "track|participant|composite",
        .help = "What is made of a recording that begins with `startRecording` in createProducer. Tracks are always kept."},
    Row{.section = kRecordings, .name = "RECORDING_LAYOUT", .field = DD_FIELD(recordings.layout), .max = 16, .choices = "grid|speaker|presentation",
        .help = "How such a recording's programme is laid out."},
    Row{.section = kRecordings, .name = "RECORDING_WIDTH", .field = DD_FIELD(recordings.width), .unit = "pixels", .min = 160, .max = 1920, .help = "Its width."},
    Row{.section = kRecordings, .name = "RECORDING_HEIGHT", .field = DD_FIELD(recordings.height), .unit = "pixels", .min = 90, .max = 1080, .help = "Its height."},
    Row{.section = kRecordings, .name = "RECORDING_FPS", .field = DD_FIELD(recordings.fps), .min = 15, .max = 30, .help = "Its pictures a second."},
    Row{.section = kRecordings, .name = "RECORDING_FILL", .field = DD_FIELD(recordings.fill), .max = 16, .choices = "black|freeze|image",
        .help = "What is shown where a picture is missing: black, the last picture, or an image."},
    Row{.section = kRecordings, .name = "RECORDING_FILL_IMAGE", .field = DD_FIELD(recordings.fill_image), .max = kText,
        .help = "That image: a PNG or JPEG file. In participants' files of H264 black stands for it."},
    Row{.section = kRecordings, .name = "MAX_RECORDINGS", .field = DD_FIELD(recordings.at_once), .min = 1, .max = 10'000,
        .help = "Meetings recorded at a time."},
    Row{.section = kRecordings, .name = "RECORDING_MIN_FREE_MEGABYTES", .field = DD_FIELD(recordings.min_free_megabytes), .unit = "MiB", .max = 1'000'000,
        .help = "With less than this free on the disk, recorders stop writing (`recording.trouble`, `disk_full`) and go on when twice as much is free."},
    Row{.section = kRecordings, .name = "RECORDING_LINGER_SECONDS", .field = DD_FIELD(recordings.linger), .unit = "s", .max = 86'400,
        .help = "How long a meeting is recorded on after its last participant has left."},
    Row{.section = kRecordings, .name = "RECORDING_RESUME_SECONDS", .field = DD_FIELD(recordings.resume_window), .unit = "s", .max = 86'400,
        .help = "After a crash of the server: how long an interrupted recording waits for its meeting to be recorded again, to go on as a further part."},    Row{.section = kRecordings, .name = "RECORDING_MAX_AGE_HOURS", .field = DD_FIELD(storage.max_age_hours), .unit = "h", .max = 1'000'000,
        .help = "Recordings that have not changed for longer are removed here (not from a bucket). 0: never."},
    Row{.section = kRecordings, .name = "RECORDING_MAX_GIBIBYTES", .field = DD_FIELD(storage.max_gibibytes), .unit = "GiB", .max = 1'000'000,
        .help = "When this tenant's recordings are more, the oldest are removed here. 0: no limit. What is being recorded, composed or still to be uploaded is never removed."},
    Row{.section = kRecordings, .name = "RECORDING_STORAGE_PROFILES", .field = DD_FIELD(storage.profiles), .shape = Shape::kStorageProfiles, .max = kLongText,
        .secrecy = Secrecy::kSecret,
        .help = "Buckets by name, a JSON object: `{\"main\":{\"endpoint\":\"https://...\",\"region\":\"...\",\"bucket\":\"...\",\"prefix\":\"...\",\"accessKey\":\"...\","
                "\"secretKey\":\"...\",\"pathStyle\":true}}`. Any S3-compatible store; see docs/recording-storage.md."},
    Row{.section = kRecordings, .name = "RECORDING_STORAGE_PROFILES_PATH", .field = DD_FIELD(storage.profiles_path), .max = kText,
        .help = "A file with the same JSON, instead."},
    Row{.section = kRecordings, .name = "RECORDING_UPLOAD_PROFILE", .field = DD_FIELD(storage.upload_profile), .shape = Shape::kWord, .max = 64,
        .help = "The profile finished recordings are uploaded to. Empty: they stay here."},
    Row{.section = kRecordings, .name = "RECORDING_KEEP_LOCAL", .field = DD_FIELD(storage.keep_local),
        .help = "false: media files are removed here once they are in the bucket and verified; the manifest stays."},
    Row{.section = kRecordings, .name = "RECORDING_UPLOAD_THREADS", .field = DD_FIELD(storage.upload_threads), .min = 1, .max = 32,
        .help = "Recordings that are uploaded at a time."},
    Row{.section = kRecordings, .name = "RECORDING_UPLOAD_PART_MEBIBYTES", .field = DD_FIELD(storage.upload_part_mebibytes), .unit = "MiB", .min = 5, .max = 512,
        .help = "Files above this size are sent in parts of it; each thread holds one in memory."},
    Row{.section = kRecordings, .name = "WEBHOOK_URLS", .field = DD_FIELD(webhooks.urls), .shape = Shape::kHttpUrls, .max = kLongText, .secrecy = Secrecy::kSecret,
        .help = "Comma-separated URLs that are told of recordings, see docs/webhooks.md. Empty: nobody is."},
    Row{.section = kRecordings, .name = "WEBHOOK_SECRET", .field = DD_FIELD(webhooks.secret), .min = 16, .max = 256, .secrecy = Secrecy::kSecret,
        .help = "Signs the webhooks; required with WEBHOOK_URLS."},
    Row{.section = kRecordings, .name = "WEBHOOK_ALLOW_PRIVATE", .field = DD_FIELD(webhooks.allow_private),
        .help = "Lets webhooks go to loopback, link-local and private addresses. Otherwise such an address is refused whatever name led to it."},

    Row{.section = kReports, .name = "CLIENT_CONFIG_SERVICE_ENDPOINT", .field = DD_FIELD(user_sessions.endpoint), .shape = Shape::kHttpUrl, .max = kLongText,
        .help = "URL that is told of each JOIN and LEAVE. Empty: nobody is."},
    Row{.section = kReports, .name = "CLIENT_CONFIG_SERVICE_HEADERS", .field = DD_FIELD(user_sessions.headers), .shape = Shape::kHeaders, .max = kLongText,
        .secrecy = Secrecy::kSecret, .help = "Headers of those calls, a JSON object of strings: `{\"Authorization\":\"...\"}`. May be absent, other than in the reference."},
    Row{.section = kReports, .name = "USER_EVENT_CHANNEL_COUNT_NAME", .field = DD_FIELD(user_sessions.queue), .min = 1, .max = 100'000,
        .help = "JOINs and LEAVEs that may wait for that service; when it is full the oldest is dropped and counted."},
    Row{.section = kReports, .name = "OTEL_ENDPOINT", .field = DD_FIELD(otlp.endpoint), .shape = Shape::kHostPort, .max = 253,
        .help = "`host:port` of an OpenTelemetry collector; metrics are pushed to `http://<value>/v1/metrics`. Empty: nothing is pushed (the reference pushed to localhost:4318)."},
    Row{.section = kReports, .name = "OTEL_METRIC_EXPORT_INTERVAL", .field = DD_FIELD(otlp.interval), .unit = "ms", .min = 100, .max = 3'600'000,
        .help = "How often."},
    Row{.section = kReports, .name = "OTEL_METRIC_EXPORT_TIMEOUT", .field = DD_FIELD(otlp.timeout), .unit = "ms", .min = 100, .max = 60'000,
        .help = "How long one push may take."},
    Row{.section = kReports, .name = "LOG_LEVEL", .field = DD_FIELD(logs.level), .max = 256, .choices = "error|warn|info|debug|trace",
        .help = "Least severe line that is written to stderr. Of an env_logger filter (`warn,mediasoup=debug`) the plain level counts; RUST_LOG wins over it."},
    Row{.section = kReports, .name = "LOG_FORMAT", .field = DD_FIELD(logs.format), .max = 16, .choices = "logfmt|json", .help = "How a line is written."},
};

constexpr std::array kIgnored = {
    IgnoredName{"RUST_LOG_STYLE", "colours of the reference's logger"},
    IgnoredName{"RUST_BACKTRACE", "belongs to the reference's language"},
    IgnoredName{"LOG_PATH", "the reference did not use it either; logs go to stderr"},
    IgnoredName{"RTC_DEFAULT_MAX_PARTICIPANTS_PER_WORKER", "the reference read it and did nothing with it"},
    IgnoredName{"RTC_DEFAULT_MAX_PRODUCERS_OR_CONSUMERS_PER_WORKER", "the reference read it and did nothing with it"},
    IgnoredName{"PLAIN_TRANSPORT_VIDEO_PORT_RANGE_START", "the reference's recorder ports; ours need one port each, which the system chooses"},
    IgnoredName{"PLAIN_TRANSPORT_VIDEO_PORT_RANGE_END", "the reference's recorder ports; ours need one port each, which the system chooses"},
    IgnoredName{"PLAIN_TRANSPORT_AUDIO_PORT_RANGE_START", "the reference's recorder ports; ours need one port each, which the system chooses"},
    IgnoredName{"PLAIN_TRANSPORT_AUDIO_PORT_RANGE_END", "the reference's recorder ports; ours need one port each, which the system chooses"},
    IgnoredName{"CONSUMER_SHARD_COUNT_NAME", "there are no shards: one loop owns all consumers"},
    IgnoredName{"TOKIO_CONSOLE_BIND", "belongs to the reference's runtime"},
    IgnoredName{"GST_DEBUG", "there is no GStreamer in this process"},
    IgnoredName{"AWS_*", "the reference did not use them either"},
};
// clang-format on

}  // namespace

std::span<const Row> rows() { return kRows; }

const Row* find_row(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::span<const IgnoredName> ignored_names() { return kIgnored; }

bool is_ignored_name(std::string_view name) {
  for (const IgnoredName& ignored : kIgnored) {
    if (ignored.name == name) return true;
    if (ignored.name.ends_with('*') && name.starts_with(ignored.name.substr(0, ignored.name.size() - 1))) return true;
  }
  return false;
}

}  // namespace dd::config
