// SPDX-License-Identifier: MIT
#include "composer/arguments.hpp"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace dd::composer {
namespace {

constexpr int kSmallestSide = 64;
constexpr int kLargestWidth = 1920;  // upright too, so both sides may be as long
constexpr int kFewestFrames = 15;
constexpr int kMostFrames = 30;
constexpr double kLongestSeconds = 30.0 * 24 * 3600;

Result<int> parse_number(std::string_view name, std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    return invalid_field(std::string(name), fmt::format("{} takes a whole number from {} to {}, not \"{}\"", name, least, most, text));
  }
  return value;
}

Result<int> parse_side(std::string_view name, std::string_view text) {
  DD_TRY(const int side, parse_number(name, text, kSmallestSide, kLargestWidth));
  if (side % 2 != 0) return invalid_field(std::string(name), fmt::format("{} takes an even number, not {}", name, side));
  return side;
}

// Seconds with a fraction, on the recording's timeline.
Result<Time> parse_time(std::string_view name, std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !(seconds >= 0) || seconds > kLongestSeconds) {
    return invalid_field(std::string(name), fmt::format("{} takes seconds from the recording's beginning, not \"{}\"", name, text));
  }
  return Time{std::llround(seconds * 1e6)};
}

Result<void> take(Arguments& arguments, std::string_view name, std::string_view value) {
  ComposeRequest& request = arguments.compose;
  if (name == "--layout") {
    const auto layout = parse_layout(value);
    if (!layout && value != "timeline") {
      return invalid_field("--layout", fmt::format("--layout takes grid, speaker, presentation or timeline, not \"{}\"", value));
    }
    request.layout = layout;
  } else if (name == "--width") {
    DD_TRY(request.size.width, parse_side(name, value));
  } else if (name == "--height") {
    DD_TRY(request.size.height, parse_side(name, value));
  } else if (name == "--fps") {
    DD_TRY(request.fps, parse_number(name, value, kFewestFrames, kMostFrames));
  } else if (name == "--format") {
    const auto format = parse_format(value);
    if (!format) return invalid_field("--format", fmt::format("--format takes mp4, webm or webm-vp9, not \"{}\"", value));
    request.format = *format;
  } else if (name == "--from") {
    DD_TRY(request.from, parse_time(name, value));
  } else if (name == "--to") {
    DD_TRY(request.to, parse_time(name, value));
  } else if (name == "-o" || name == "--output") {
    if (value.empty()) return invalid_field("-o", "-o takes the name of a file");
    request.output = std::filesystem::path(value);
  } else {
    return invalid_field(std::string(name), fmt::format("there is no argument {}", name));
  }
  return ok();
}

}  // namespace

std::string_view usage() {
  return "doordarshan-composer FOLDER -o FILE [arguments]\n"
         "doordarshan-composer live FOLDER -o FOLDER2 [arguments]\n"
         "Makes one programme of the recording in FOLDER; with `live` while it is being recorded, as HLS (live.m3u8) and\n"
         "fragmented MP4 (live.mp4) in FOLDER2, going on where an earlier one was killed.\n\n"
         "  --layout grid|speaker|presentation|timeline   timeline (default): a grid until the recording says otherwise\n"
         "  --width 1280 --height 720 --fps 30            even sizes up to 1920 (1080p), 15 to 30 frames a second\n"
         "  --format mp4|webm|webm-vp9                    H264 and AAC (default), VP8 and Opus, VP9 and Opus\n"
         "  --from SECONDS --to SECONDS                   only this piece of the recording's timeline\n"
         "  --json                                        progress and result as JSON lines on standard output\n\n"
         "Ends with 0 when FILE is there, 2 for a mistake in the arguments, 3 when the disk refused, 4 when stopped by a signal,\n"
         "1 for anything else. FILE is either whole or not there.\n";
}

Result<Arguments> parse_arguments(std::span<const std::string_view> words) {
  Arguments arguments;
  arguments.live = !words.empty() && words.front() == "live";
  for (std::size_t index = arguments.live ? 1 : 0; index < words.size(); ++index) {
    std::string_view name = words[index];
    if (name == "--help" || name == "-h") {
      arguments.help = true;
      return arguments;
    }
    if (name == "--json") {
      arguments.talk = Talk::kJson;
    } else if (name.size() > 1 && name.front() == '-') {
      const std::size_t equals = name.substr(0, 2) == "--" ? name.find('=') : std::string_view::npos;
      std::string_view value;
      if (equals != std::string_view::npos) {
        value = name.substr(equals + 1);
        name = name.substr(0, equals);
      } else if (++index < words.size()) {
        value = words[index];
      } else {
        return invalid_field(std::string(name), fmt::format("{} lacks its value", name));
      }
      DD_TRY_VOID(take(arguments, name, value));
    } else if (arguments.compose.folder.empty()) {
      arguments.compose.folder = std::filesystem::path(name);
    } else {
      return invalid_field("FOLDER", fmt::format("one FOLDER only; \"{}\" is one too many", name));
    }
  }
  const ComposeRequest& request = arguments.compose;
  if (request.folder.empty()) return invalid_field("FOLDER", "FOLDER is missing");
  if (request.output.empty()) return invalid_field("-o", "-o FILE is missing");
  if (request.size.width > 1080 && request.size.height > 1080) {
    return invalid_field("--height", fmt::format("{}x{} is larger than 1080p", request.size.width, request.size.height));
  }
  if (arguments.live && request.format != Format::kMp4) return invalid_field("--format", "--format is mp4 when composing live");
  if (request.to && *request.to <= request.from) return invalid_field("--to", "--to must be later than --from");
  return arguments;
}

}  // namespace dd::composer
