// SPDX-License-Identifier: MIT
// The order of precedence, then what one row cannot judge alone: what depends on ENV, the database's parts, the ports.
#include "config/load.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "config/dotenv.hpp"
#include "config/json_object.hpp"
#include "config/schema.hpp"

namespace dd::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 256 * 1024;  // bytes; an environment file is a page of text

constexpr std::uint32_t kParticipantsPerWorker = 250;  // what CAPACITY is made of when nothing is said
constexpr std::uintmax_t kMaxFillImage = 8 * 1024 * 1024;
constexpr std::uint32_t kPipePorts = 100;  // a meeting over two workers needs two, and there may be many

using Values = std::map<std::string, std::string, std::less<>>;

Result<std::string> read_small_file(const fs::path& path) {
  std::error_code ignored;
  if (fs::file_size(path, ignored) > kMaxFile)
    return make_error(Errc::kInvalidArgument, fmt::format("{}: cannot be read or is larger than 256 KiB", path.string()));
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.good() && !in.eof()) return make_error(Errc::kInvalidArgument, fmt::format("{}: cannot be read", path.string()));
  return text;
}

std::optional<fs::path> find_upwards(fs::path directory, const fs::path& name) {
  for (;;) {
    std::error_code ignored;
    if (fs::is_regular_file(directory / name, ignored)) return directory / name;
    if (!directory.has_parent_path() || directory.parent_path() == directory) return std::nullopt;
    directory = directory.parent_path();
  }
}

bool is_known(std::string_view name) {
  return find_row(name) != nullptr || is_ignored_name(name) || name == "RTC_PORT_RANGE_START" || name == "RUST_LOG";
}

// Takes from the file what is not known yet. A name that nobody knows is most likely a misspelt one, so it is an error.
Result<void> add_file(const Sources& sources, const fs::path& name, Values& values) {
  const auto path = find_upwards(sources.directory, name);
  if (!path) return ok();
  DD_TRY(const auto text, read_small_file(*path));
  auto assignments = parse_dotenv(text);
  if (!assignments) return std::move(assignments.error()).during(path->string());
  for (Assignment& assignment : *assignments) {
    if (!is_known(assignment.name)) {
      return invalid_field(assignment.name,
                           fmt::format("{}: line {}: there is no setting {}", path->string(), assignment.line, assignment.name));
    }
    values.emplace(std::move(assignment.name), std::move(assignment.value));
  }
  return ok();
}

Result<void> missing(std::string_view name) {
  return invalid_field(std::string(name), fmt::format("{} must be given unless ENV is local", name));
}

// What unreserved characters are is RFC 3986 section 2.3.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Result<void> read_credentials(Settings& settings) {
  const std::string& path = settings.database.mysql_creds_path;
  if (path.empty()) return ok();
  const auto text = read_small_file(path);
  if (!text) return invalid_field("MYSQL_CREDS_PATH", "MYSQL_CREDS_PATH: " + text.error().message);
  const auto object = parse_string_object(*text);
  if (!object) return invalid_field("MYSQL_CREDS_PATH", fmt::format("MYSQL_CREDS_PATH: {} {}", path, object.error().message));
  const auto user = object->find("username");
  const auto password = object->find("password");
  if (user == object->end() || password == object->end()) {
    return invalid_field("MYSQL_CREDS_PATH", fmt::format("MYSQL_CREDS_PATH: {} must have a username and a password", path));
  }
  settings.database.mysql_user = user->second;
  settings.database.mysql_password = password->second;
  return ok();
}

Result<void> settle_database(const Values& values, Settings& settings) {
  auto& database = settings.database;
  if (!database.url.empty()) return ok();
  const auto first = values.lower_bound("MYSQL_");
  bool mysql = false;
  for (auto entry = first; entry != values.end() && entry->first.starts_with("MYSQL_"); ++entry) mysql = mysql || !entry->second.empty();
  if (!mysql) {
    database.url = "sqlite:" + database.sqlite_path;
    return ok();
  }
  DD_TRY_VOID(read_credentials(settings));
  database.url = fmt::format("mysql://{}:{}@{}:{}/{}", percent_encoded(database.mysql_user), percent_encoded(database.mysql_password),
                             database.mysql_host, database.mysql_port, percent_encoded(database.mysql_database));
  return ok();
}

Result<void> settle_addresses(const Values& values, Settings& settings) {
  if (settings.env == "local") {
    settings.http.public_ip = "127.0.0.1";
    settings.http.private_ip = "127.0.0.1";
    if (!values.contains("TENANT")) settings.tenant = "default";
  }
  if (settings.role != "control") {
    if (!values.contains("PUBLIC_IP") && settings.env != "local") return missing("PUBLIC_IP");
    if (settings.http.private_ip.empty()) return missing("PRIVATE_IP");
  }
  if (settings.tenant.empty() || settings.tenant == "NA") return missing("TENANT");
  if (settings.rtc.announced_ip.empty()) settings.rtc.announced_ip = settings.http.public_ip;
  return ok();
}

Result<void> settle_media(const Values& values, unsigned cores, Loaded& loaded) {
  auto& rtc = loaded.settings.rtc;
  if (rtc.workers == 0) rtc.workers = std::clamp(cores, 2U, 128U);
  if (const auto start = values.find("RTC_PORT_RANGE_START"); start != values.end() && !values.contains("RTC_PORT_BASE")) {
    auto assigned = assign(*find_row("RTC_PORT_BASE"), loaded.settings, start->second);
    if (!assigned) return std::move(assigned.error()).during("RTC_PORT_RANGE_START");
  }
  if (rtc.port_base + rtc.workers + kPipePorts - 1 > rtc.port_range_end) {
    return invalid_field("RTC_PORT_RANGE_END",
                         fmt::format("RTC_PORT_RANGE_END ({}) must leave room for {} workers from port {} on and {} ports for their pipes",
                                     rtc.port_range_end, rtc.workers, rtc.port_base, kPipePorts));
  }
  if (rtc.max_outgoing_bitrate != 0 && rtc.min_outgoing_bitrate > rtc.max_outgoing_bitrate) {
    return invalid_field("RTC_MIN_OUTGOING_BITRATE", "RTC_MIN_OUTGOING_BITRATE must not be above RTC_MAX_OUTGOING_BITRATE");
  }
  if (rtc.workers == 1) loaded.warnings.emplace_back("RTC_WORKERS is 1: kendra never chooses a server with one worker");
  if (loaded.settings.http.port != 3001) loaded.warnings.emplace_back("SERVER_PORT is not 3001: kendra dials 3001 whatever is said here");
  return ok();
}

Result<void> settle_control(Settings& settings) {
  if (settings.tls.certificate.empty() != settings.tls.key.empty()) {
    return invalid_field("TLS_KEY_PATH", "TLS_CERTIFICATE_PATH and TLS_KEY_PATH must be given together");
  }
  const std::string_view scheme = settings.tls.certificate.empty() ? "http" : "https";
  auto& control = settings.control;
  if (control.public_url.empty()) control.public_url = fmt::format("{}://localhost:{}", scheme, control.port);
  if (control.public_url.ends_with('/')) control.public_url.pop_back();
  if (!control.turn_urls.empty() && control.turn_secret.empty()) {
    return invalid_field("TURN_SECRET", "TURN_SECRET must be given with TURN_URLS");
  }
  if (settings.http.origin.empty()) settings.http.origin = fmt::format("{}://{}:{}", scheme, settings.http.private_ip, settings.http.port);
  if (settings.limits.capacity == 0) settings.limits.capacity = kParticipantsPerWorker * settings.rtc.workers;
  return ok();
}

Result<void> settle_storage(Loaded& loaded) {
  auto& storage = loaded.settings.storage;
  if (!storage.profiles_path.empty()) {
    const auto text = read_small_file(storage.profiles_path);
    if (!text) return invalid_field("RECORDING_STORAGE_PROFILES_PATH", "RECORDING_STORAGE_PROFILES_PATH: " + text.error().message);
    auto assigned = assign(*find_row("RECORDING_STORAGE_PROFILES"), loaded.settings, *text);
    if (!assigned) return std::move(assigned.error()).during("RECORDING_STORAGE_PROFILES_PATH");
  }
  if (!storage.upload_profile.empty() && !storage.profiles.contains(storage.upload_profile)) {
    return invalid_field("RECORDING_UPLOAD_PROFILE",
                         fmt::format("RECORDING_UPLOAD_PROFILE: there is no profile {}", storage.upload_profile));
  }
  if (storage.upload_profile.empty() && !storage.keep_local) {
    loaded.warnings.emplace_back("RECORDING_KEEP_LOCAL is false, but nothing is uploaded: recordings stay here");
  }
  if (!loaded.settings.webhooks.urls.empty() && loaded.settings.webhooks.secret.empty()) {
    return invalid_field("WEBHOOK_SECRET", "WEBHOOK_SECRET must be given with WEBHOOK_URLS");
  }
  return ok();
}

Result<void> settle_fill(const Settings& settings) {
  const auto& recordings = settings.recordings;
  const auto fault = [](const char* what) { return invalid_field("RECORDING_FILL_IMAGE", fmt::format("RECORDING_FILL_IMAGE {}", what)); };
  if (recordings.fill_image.empty()) {
    if (recordings.fill == "image") return fault("must be given with RECORDING_FILL=image");
    return ok();
  }
  std::error_code error;
  const auto bytes = std::filesystem::file_size(recordings.fill_image, error);
  if (error) return fault("is not a file that can be read");
  if (bytes > kMaxFillImage) return fault("is larger than 8 MiB");
  return ok();
}

// RUST_LOG is often set for other programs, so what we cannot read in it is passed over.
void apply_rust_log(const Values& values, Settings& settings) {
  const auto filter = values.find("RUST_LOG");
  if (filter == values.end() || filter->second.empty()) return;
  Settings tried = settings;
  if (assign(*find_row("LOG_LEVEL"), tried, filter->second)) settings.logs.level = tried.logs.level;
}

}  // namespace

Result<Loaded> load(const Sources& sources) {
  Values values;
  for (const auto& entry : sources.flags) values.emplace(entry.first, entry.second);
  for (const auto& entry : sources.environment) {
    if (is_known(entry.first)) values.emplace(entry.first, entry.second);
  }

  Loaded loaded;
  if (const auto env = values.find("ENV"); env != values.end()) {
    DD_TRY_VOID(assign(*find_row("ENV"), loaded.settings, env->second));
  }
  DD_TRY_VOID(add_file(sources, fs::path("config") / (loaded.settings.env + ".env"), values));
  DD_TRY_VOID(add_file(sources, ".env", values));

  for (const Row& row : rows()) {
    const auto value = values.find(row.name);
    // ENV chose the files, so a file cannot choose another one.
    if (value == values.end() || row.name == "ENV") continue;
    DD_TRY_VOID(assign(row, loaded.settings, value->second));
  }
  apply_rust_log(values, loaded.settings);
  DD_TRY_VOID(settle_database(values, loaded.settings));
  DD_TRY_VOID(settle_addresses(values, loaded.settings));
  DD_TRY_VOID(settle_media(values, sources.cores, loaded));
  DD_TRY_VOID(settle_control(loaded.settings));
  DD_TRY_VOID(settle_storage(loaded));
  DD_TRY_VOID(settle_fill(loaded.settings));
  return loaded;
}

}  // namespace dd::config
