// SPDX-License-Identifier: MIT
#include "rtp/scalability_mode.hpp"

namespace dd::rtp {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One or two digits that do not start with a zero; 0 when there are none.
std::uint8_t take_layers(std::string_view& text) {
  if (text.empty() || !is_digit(text[0]) || text[0] == '0') return 0;
  int layers = text[0] - '0';
  text.remove_prefix(1);
  if (!text.empty() && is_digit(text[0])) {
    layers = layers * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  return static_cast<std::uint8_t>(layers);
}

}  // namespace

ScalabilityMode parse_scalability_mode(std::string_view text) {
  if (text.empty() || (text[0] != 'L' && text[0] != 'S')) return {};
  text.remove_prefix(1);
  const std::uint8_t spatial = take_layers(text);
  if (spatial == 0 || text.empty() || text[0] != 'T') return {};
  text.remove_prefix(1);
  const std::uint8_t temporal = take_layers(text);
  if (temporal == 0) return {};
  return {spatial, temporal, text.substr(0, 4) == "_KEY"};
}

}  // namespace dd::rtp
