// SPDX-License-Identifier: MIT
#include "bench/load/plan.hpp"

#include <array>
#include <fmt/format.h>

namespace dd::load {
namespace {

// As browsers divide 720p: a quarter and a half of the width, at bitrates that libwebrtc gives them.
struct LayerShape {
  const char* rid;
  unsigned divisor;
  double share;  // of the highest layer's bitrate
};
constexpr std::array<LayerShape, 3> kLayers{{{"q", 4, 0.1}, {"h", 2, 0.33}, {"f", 1, 1}}};

std::string meeting_of(const Arguments& arguments, int room) {
  return arguments.token_meeting ? *arguments.token_meeting : fmt::format("{}-{}", arguments.meeting, room + 1);
}

}  // namespace

Participant publisher_number(const Arguments& arguments, const std::string& run, int number) {
  const int room = number % arguments.rooms;
  return {fmt::format("load-{}-p{}", run, number + 1), meeting_of(arguments, room), room, true, arguments.mesh};
}

Participant subscriber_number(const Arguments& arguments, const std::string& run, int number) {
  const int room = number % arguments.rooms;
  return {fmt::format("load-{}-s{}", run, number + 1), meeting_of(arguments, room), room, false, true};
}

std::vector<VideoLayer> camera_layers(const Arguments& arguments) {
  std::vector<VideoLayer> layers;
  if (!arguments.video) return layers;
  for (std::size_t at = kLayers.size() - static_cast<std::size_t>(arguments.simulcast); at < kLayers.size(); ++at) {
    VideoLayer layer;
    layer.picture.bitrate = static_cast<std::uint32_t>(arguments.bitrate_kbps * 1000 * kLayers[at].share);
    layer.picture.frames_per_second = static_cast<std::uint32_t>(arguments.frames_per_second);
    layer.picture.width = static_cast<std::uint16_t>(1280 / kLayers[at].divisor);
    layer.picture.height = static_cast<std::uint16_t>(720 / kLayers[at].divisor);
    if (arguments.simulcast > 1) layer.stream.rid = kLayers[at].rid;
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace dd::load
