// SPDX-License-Identifier: MIT
#include "studio/order_book.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/durable_file.hpp"
#include "observe/log.hpp"
#include "recording/paths.hpp"

namespace dd::studio {
namespace {

using recording::Format;
using recording::Layout;
using recording::Mode;
namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = 64 * 1024;

template <typename Enum, std::size_t N>
std::optional<Enum> parse_word(std::string_view text, const std::array<Enum, N>& all) {
  const auto found = std::find_if(all.begin(), all.end(), [&](Enum value) { return recording::to_string(value) == text; });
  return found == all.end() ? std::nullopt : std::optional<Enum>(*found);
}

Error damaged(std::string_view field) { return invalid_field(std::string(field), fmt::format("{} is missing or damaged", field)); }

Result<std::vector<Order>> read_folder(const fs::path& folder) {
  std::vector<Order> orders;
  std::error_code failure;
  fs::create_directories(folder, failure);
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() != ".json") continue;
    const auto text = read_small_file(entry.path(), kMaxFile);
    auto order = text ? parse_order(*text) : Result<Order>(text.error());
    if (order) {
      orders.push_back(std::move(*order));
      continue;
    }
    observe::log_error("recording_order_damaged", {{"file", entry.path().filename().string()}, {"reason", order.error().message}});
    fs::rename(entry.path(), entry.path().string() + ".damaged", failure);
  }
  if (failure) return make_error(Errc::kInternal, fmt::format("{}: {}", folder.string(), failure.message()));
  return orders;
}

}  // namespace

bool Order::wants(Mode mode) const { return std::find(modes.begin(), modes.end(), mode) != modes.end(); }
std::string Order::folder() const { return recording::recording_folder(tenant, meeting.str(), recording.str()); }

std::string encode(const Order& order) {
  nlohmann::ordered_json modes = nlohmann::ordered_json::array();
  for (const auto mode : order.modes) modes.push_back(recording::to_string(mode));
  nlohmann::ordered_json json{{"recording", order.recording.str()},
                              {"tenant", order.tenant},
                              {"meeting", order.meeting.str()},
                              {"modes", modes},
                              {"layout", recording::to_string(order.programme.layout)},
                              {"width", order.programme.width},
                              {"height", order.programme.height},
                              {"fps", order.programme.fps},
                              {"format", recording::to_string(order.programme.format)},
                              {"fill", recording::to_string(order.fill)},
                              {"live", order.live},
                              {"everyone", order.everyone},
                              {"stage", order.stage == Order::Stage::kRecording ? "recording" : "finishing"},
                              {"seenMs", order.seen_ms}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<Order> parse_order(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return make_error(Errc::kInvalidArgument, "an order is not a JSON object");
  const auto word = [&](const char* name) -> std::string {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto number = [&](const char* name) -> std::int64_t {
    const auto found = json.find(name);
    return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
  };
  Order order;
  DD_TRY(order.recording, parse_id<RecordingId>("recording", word("recording")));
  DD_TRY(order.meeting, parse_id<MeetingId>("meeting", word("meeting")));
  order.tenant = word("tenant");
  const auto modes = json.find("modes");
  if (modes == json.end() || !modes->is_array()) return damaged("modes");
  for (const auto& entry : *modes) {
    const auto mode =
        parse_word(entry.is_string() ? entry.get<std::string>() : "", std::array{Mode::kTrack, Mode::kParticipant, Mode::kComposite});
    if (!mode) return damaged("modes");
    order.modes.push_back(*mode);
  }
  const auto layout = parse_word(word("layout"), std::array{Layout::kGrid, Layout::kSpeaker, Layout::kPresentation});
  if (!layout) return damaged("layout");
  const auto format = parse_word(word("format"), std::array{Format::kMp4, Format::kWebm, Format::kHls});
  if (!format) return damaged("format");
  const auto fill = recording::parse_fill(word("fill"));
  if (!fill) return damaged("fill");
  order.programme.layout = *layout;
  order.programme.format = *format;
  order.programme.width = static_cast<std::uint32_t>(number("width"));
  order.programme.height = static_cast<std::uint32_t>(number("height"));
  order.programme.fps = static_cast<std::uint32_t>(number("fps"));
  order.fill = *fill;
  const auto flag = [&](const char* name) { return json.contains(name) && json[name] == true; };
  order.live = flag("live");
  order.everyone = flag("everyone");
  order.stage = word("stage") == "finishing" ? Order::Stage::kFinishing : Order::Stage::kRecording;
  order.seen_ms = number("seenMs");
  return order;
}

fs::path OrderBook::file_of(const RecordingId& recording) const {
  return folder_ / (recording::escape_component(recording.str()) + ".json");
}

Task<Result<std::vector<Order>>> OrderBook::read_all() {
  return disk_.run([folder = folder_] { return read_folder(folder); });
}

Task<Result<void>> OrderBook::put(Order order) {
  return disk_.run([folder = folder_, file = file_of(order.recording), text = encode(order)]() -> Result<void> {
    std::error_code failure;
    fs::create_directories(folder, failure);
    return replace_file(file, text);
  });
}

Task<Result<void>> OrderBook::remove(RecordingId recording) {
  return disk_.run([file = file_of(recording)]() -> Result<void> {
    std::error_code failure;
    fs::remove(file, failure);
    if (failure) return make_error(Errc::kInternal, fmt::format("{}: {}", file.string(), failure.message()));
    return ok();
  });
}

}  // namespace dd::studio
