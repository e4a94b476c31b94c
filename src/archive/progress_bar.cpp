// SPDX-License-Identifier: MIT
#include "archive/progress_bar.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dd::archive {
namespace {

constexpr std::size_t kCells = 30;
constexpr std::size_t kLine = 79;

}  // namespace

std::string bar_text(double percent, std::string_view doing, std::size_t width) {
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  const auto full = static_cast<std::size_t>(share * kCells);
  std::string text = fmt::format("[{:<{}}] {:5.1f} %  {}", std::string(full, '#'), kCells, share * 100, doing);
  if (text.size() > width) text.resize(width);
  return text;
}

void ProgressBar::show(double percent, std::string_view doing) {
  if (style_ == ProgressStyle::kJson) {
    const nlohmann::ordered_json line = {{"percent", percent}, {"doing", doing}};
    fmt::print(stdout, "{}\n", line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    std::fflush(stdout);
  } else if (style_ == ProgressStyle::kBar) {
    fmt::print(stderr, "\r{:<{}}", bar_text(percent, doing, kLine), kLine);
    std::fflush(stderr);
    drawn_ = true;
  }
}

void ProgressBar::end() {
  if (drawn_) fmt::print(stderr, "\n");
  drawn_ = false;
}

}  // namespace dd::archive
