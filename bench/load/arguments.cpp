// SPDX-License-Identifier: MIT
#include "bench/load/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "trust/base64.hpp"

namespace dd::load {
namespace {

constexpr std::size_t kMaxToken = 8192;
constexpr std::size_t kMaxMeeting = 40;  // and the room's number after it, within the 48 characters of an id
constexpr std::size_t kMaxPids = 256;

Result<int> whole_number(std::string_view name, std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    return invalid_field(std::string(name), fmt::format("{} takes a whole number from {} to {}, not \"{}\"", name, least, most, text));
  }
  return value;
}

Result<double> percent(std::string_view name, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0) || value > 100) {
    return invalid_field(std::string(name), fmt::format("{} takes a percentage, not \"{}\"", name, text));
  }
  return value;
}

bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@';
  });
}

Result<std::vector<SrtpProfile>> srtp_of(std::string_view text) {
  for (const SrtpProfile profile : {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1}) {
    if (to_string(profile) == text) return std::vector{profile};
  }
  return invalid_field("--srtp", fmt::format("--srtp takes aes-gcm-128, aes-gcm-256 or aes-cm-128, not \"{}\"", text));
}

// Only to say early what the server would say for each participant; nothing is believed because of it.
std::optional<std::string> meeting_of_token(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto claims = trust::decode_base64url(token.substr(first + 1, second - first - 1));
  if (!claims) return std::nullopt;
  const auto json = nlohmann::json::parse(claims->begin(), claims->end(), nullptr, false);
  if (!json.is_object() || !json.contains("meeting") || !json["meeting"].is_string()) return std::nullopt;
  return json["meeting"].get<std::string>();
}

using Taker = std::function<Result<void>(Arguments&, std::string_view)>;

Taker whole(const char* name, int Arguments::*field, int least, int most) {
  return [=](Arguments& arguments, std::string_view text) -> Result<void> {
    DD_TRY(arguments.*field, whole_number(name, text, least, most));
    return ok();
  };
}

const std::map<std::string_view, Taker>& takers() {
  static const std::map<std::string_view, Taker> kTakers{
      {"--url",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         auto origin = net::parse_http_origin(text);
         if (!origin) return invalid_field("--url", fmt::format("--url takes an address such as http://localhost:8000, not \"{}\"", text));
         arguments.url = std::move(*origin);
         return ok();
       }},
      {"--token",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         if (text.empty() || text.size() > kMaxToken) return invalid_field("--token", "--token takes a token of at most 8192 characters");
         arguments.token = text;
         return ok();
       }},
      {"--meeting",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         if (!is_id(text) || text.size() > kMaxMeeting) {
           return invalid_field("--meeting",
                                fmt::format("--meeting takes 1 to {} characters of A-Z a-z 0-9 - _ . @, not \"{}\"", kMaxMeeting, text));
         }
         arguments.meeting = text;
         return ok();
       }},
      {"--media-address",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         boost::system::error_code no_address;
         const auto address = boost::asio::ip::make_address(std::string(text), no_address);
         if (no_address) return invalid_field("--media-address", fmt::format("--media-address takes an IP address, not \"{}\"", text));
         arguments.media_addresses.push_back(address);
         return ok();
       }},
      {"--publishers", whole("--publishers", &Arguments::publishers, 1, kMaxPublishers)},
      {"--subscribers", whole("--subscribers", &Arguments::subscribers, 0, kMaxSubscribers)},
      {"--rooms", whole("--rooms", &Arguments::rooms, 1, kMaxPublishers)},
      {"--duration", whole("--duration", &Arguments::duration_seconds, 1, kMaxSeconds)},
      {"--join-rate", whole("--join-rate", &Arguments::join_rate, 1, 500)},
      {"--simulcast", whole("--simulcast", &Arguments::simulcast, 1, 3)},
      {"--bitrate", whole("--bitrate", &Arguments::bitrate_kbps, 100, 20'000)},
      {"--fps", whole("--fps", &Arguments::frames_per_second, 1, 60)},
      {"--ramp-start", whole("--ramp-start", &Arguments::ramp_start, 1, kMaxSubscribers)},
      {"--ramp-step", whole("--ramp-step", &Arguments::ramp_seconds, 2, 120)},
      {"--max-latency", whole("--max-latency", &Arguments::max_latency_ms, 1, 10'000)},
      {"--max-loss",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         DD_TRY(arguments.max_loss_percent, percent("--max-loss", text));
         return ok();
       }},
      {"--srtp",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         DD_TRY(arguments.srtp, srtp_of(text));
         return ok();
       }},
      {"--server-pid",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         DD_TRY(const int pid, whole_number("--server-pid", text, 1, 1 << 22));
         if (arguments.server_pids.size() >= kMaxPids) return invalid_field("--server-pid", "--server-pid is given too often");
         arguments.server_pids.push_back(pid);
         return ok();
       }},
      {"--json",
       [](Arguments& arguments, std::string_view text) -> Result<void> {
         if (text.empty()) return invalid_field("--json", "--json takes the name of a file");
         arguments.json_file = text;
         return ok();
       }},
  };
  return kTakers;
}

const std::map<std::string_view, std::function<void(Arguments&)>>& switches() {
  static const std::map<std::string_view, std::function<void(Arguments&)>> kSwitches{
      {"--mesh", [](Arguments& arguments) { arguments.mesh = true; }},
      {"--no-video", [](Arguments& arguments) { arguments.video = false; }},
      {"--no-audio", [](Arguments& arguments) { arguments.audio = false; }},
      {"--no-transport-cc", [](Arguments& arguments) { arguments.transport_feedback = false; }},
      {"--no-nack", [](Arguments& arguments) { arguments.nack = false; }},
      {"--ramp", [](Arguments& arguments) { arguments.ramp = true; }},
      {"--quiet", [](Arguments& arguments) { arguments.quiet = true; }},
      {"--help", [](Arguments& arguments) { arguments.help = true; }},
      {"-h", [](Arguments& arguments) { arguments.help = true; }},
  };
  return kSwitches;
}

Result<void> check_together(Arguments& arguments) {
  if (arguments.url.host.empty()) return invalid_field("--url", "--url is missing");
  if (arguments.token.empty()) return invalid_field("--token", "--token is missing, and so is DOORDARSHAN_LOAD_TOKEN");
  if (arguments.rooms > arguments.publishers) {
    return invalid_field("--rooms",
                         fmt::format("--rooms is at most --publishers ({}): each room needs somebody to watch", arguments.publishers));
  }
  if (!arguments.video && !arguments.audio) return invalid_field("--no-audio", "--no-video and --no-audio leave nothing to send");
  if (arguments.subscribers == 0 && !arguments.mesh) return invalid_field("--subscribers", "--subscribers may be 0 with --mesh only");
  if (arguments.ramp && arguments.subscribers < arguments.ramp_start) {
    return invalid_field("--subscribers", "--subscribers is where --ramp ends, and must not be below --ramp-start");
  }
  const long in_room = (arguments.publishers + arguments.rooms - 1) / arguments.rooms;
  const long kinds = (arguments.video ? 1 : 0) + (arguments.audio ? 1 : 0);
  const long watchers = arguments.subscribers + (arguments.mesh ? arguments.publishers : 0);
  if (in_room * kinds * watchers > kMaxStreams) {
    return invalid_field("--subscribers", fmt::format("--subscribers would receive {} streams together; {} are the limit of this program",
                                                      in_room * kinds * watchers, kMaxStreams));
  }
  arguments.token_meeting = meeting_of_token(arguments.token);
  if (arguments.token_meeting && arguments.rooms > 1) {
    return invalid_field("--rooms", "--rooms above 1 needs a --token that names no meeting (doordarshan token, without --meeting)");
  }
  if (arguments.srtp.empty()) arguments.srtp = {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1};
  return ok();
}

}  // namespace

std::string_view usage() {
  return "doordarshan-load --url URL --token TOKEN [arguments]\n"
         "Is many WebRTC participants of a running server at once, and says what of their media arrived, and when.\n\n"
         "  --url http://localhost:8000    the server's signaling; media is sent to this address only\n"
         "  --token TOKEN                  one for all participants; several rooms need one that names no meeting.\n"
         "                                 Without it DOORDARSHAN_LOAD_TOKEN is taken from the environment\n"
         "  --media-address ADDRESS        another address to which media may be sent (may be given several times)\n"
         "  --meeting load                 rooms are called load-1, load-2, ...; a token's own meeting comes first\n\n"
         "  --publishers 1                 who send a camera and a microphone, up to 1000\n"
         "  --subscribers 10               who watch all publishers of their room, up to 5000\n"
         "  --mesh                         publishers watch each other, too\n"
         "  --rooms 1                      publishers and subscribers are dealt out to them in turn\n"
         "  --duration 30                  seconds of measuring, up to 14400\n"
         "  --join-rate 50                 joins a second, up to 500\n\n"
         "  --bitrate 1500                 kbit/s of a camera (of its highest layer)\n"
         "  --fps 30                       frames a second\n"
         "  --simulcast 1                  layers of a camera: 1, 2 or 3\n"
         "  --no-video, --no-audio         send only the other\n"
         "  --no-transport-cc              no transport-wide congestion control in either direction\n"
         "  --no-nack                      nothing lost is asked for again\n"
         "  --srtp PROFILE                 offer only aes-gcm-128, aes-gcm-256 or aes-cm-128\n\n"
         "  --ramp                         find how many subscribers, up to --subscribers, can be served within the two bounds\n"
         "  --ramp-start 10                subscribers of the first step\n"
         "  --ramp-step 5                  seconds each step is measured\n"
         "  --max-loss 0.1                 bound on lost packets, in percent\n"
         "  --max-latency 150              bound on the 99th percentile of video's latency (sound's without video), in ms\n\n"
         "  --server-pid PID               whose CPU time is meant (may be given several times); else whoever on this machine\n"
         "                                 has the UDP ports to which media is sent\n"
         "  --json FILE                    write the result there as well\n"
         "  --quiet                        no progress\n\n"
         "Ends with 0 when loss and latency kept to the bounds, 1 when not, 2 for a mistake in the arguments, 3 when the load could\n"
         "not be brought up.\n";
}

Result<Arguments> parse_arguments(std::span<const std::string_view> words, std::string_view token) {
  Arguments arguments;
  arguments.token = token;
  for (std::size_t index = 0; index < words.size(); ++index) {
    std::string_view name = words[index];
    if (const auto found = switches().find(name); found != switches().end()) {
      found->second(arguments);
      if (arguments.help) return arguments;
      continue;
    }
    std::optional<std::string_view> value;
    if (const auto equals = name.find('='); name.starts_with("--") && equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const auto taker = takers().find(name);
    if (taker == takers().end()) return invalid_field(std::string(name), fmt::format("there is no argument {}", name));
    if (!value) {
      if (++index >= words.size()) return invalid_field(std::string(name), fmt::format("{} lacks its value", name));
      value = words[index];
    }
    DD_TRY_VOID(taker->second(arguments, *value));
  }
  DD_TRY_VOID(check_together(arguments));
  return arguments;
}

}  // namespace dd::load
