// SPDX-License-Identifier: MIT
// The names of scalable video coding, "L3T3_KEY": how many spatial and temporal layers one encoding carries
// (W3C webrtc-svc, section 6). Anything unreadable means one layer of each. Plain values.
#pragma once

#include <cstdint>
#include <string_view>

namespace dd::rtp {

struct ScalabilityMode {
  std::uint8_t spatial_layers = 1;
  std::uint8_t temporal_layers = 1;
  bool ksvc = false;  // spatial layers depend on each other in key frames only
  friend bool operator==(const ScalabilityMode&, const ScalabilityMode&) = default;
};

ScalabilityMode parse_scalability_mode(std::string_view text);

}  // namespace dd::rtp
