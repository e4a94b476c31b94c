// SPDX-License-Identifier: MIT
#include "archive/sync_quality.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dd::archive {
namespace {

using namespace recording;

struct Point {
  double sender = 0;  // seconds of its media clock
  double ours = 0;    // seconds of the timeline
};

struct Line {
  double slope = 1;
  double farthest = 0;
};

std::optional<Line> fit(const std::vector<Point>& points) {
  if (points.size() < 2) return std::nullopt;
  double mean_sender = 0;
  double mean_ours = 0;
  for (const Point& point : points) {
    mean_sender += point.sender / static_cast<double>(points.size());
    mean_ours += point.ours / static_cast<double>(points.size());
  }
  double square = 0;
  double product = 0;
  for (const Point& point : points) {
    square += (point.ours - mean_ours) * (point.ours - mean_ours);
    product += (point.ours - mean_ours) * (point.sender - mean_sender);
  }
  if (square <= 0) return std::nullopt;
  Line line{product / square, 0};
  for (const Point& point : points) {
    line.farthest = std::max(line.farthest, std::abs(point.sender - mean_sender - line.slope * (point.ours - mean_ours)));
  }
  return line;
}

// An RTP timestamp wraps after 13 hours of video; the nearest continuation is meant (RFC 3550, appendix A.1's idea).
class Unwrap {
 public:
  double operator()(std::uint32_t rtp) {
    if (before_) at_ += static_cast<std::int32_t>(rtp - *before_);
    before_ = rtp;
    return static_cast<double>(at_);
  }

 private:
  std::optional<std::uint32_t> before_;
  std::int64_t at_ = 0;
};

}  // namespace

std::optional<SyncQuality> judge_sync(std::span<const Event> events, std::string_view track, Codec codec) {
  const double rate = codec == Codec::kOpus ? 48'000 : 90'000;
  std::vector<Point> points;
  Unwrap unwrap;
  std::optional<SyncQuality> quality;
  double longest = 0;
  // A sender's clock may begin anew with a part, so each part is judged for itself: the worst residual, the longest part's drift.
  const auto judge = [&] {
    if (const auto line = fit(points)) {
      if (!quality) quality = SyncQuality{};
      const double length = points.back().ours - points.front().ours;
      if (length >= longest) quality->drift_ppm = (line->slope - 1) * 1e6;
      longest = std::max(longest, length);
      quality->residual_ms = std::max(quality->residual_ms, line->farthest * 1e3);
      quality->reports += points.size();
    }
    points.clear();
    unwrap = {};
  };
  for (const Event& event : events) {
    if (std::holds_alternative<PartBegan>(event.what)) judge();
    const auto* sync = std::get_if<SyncNoted>(&event.what);
    if (sync == nullptr || sync->track != track) continue;
    points.push_back({unwrap(sync->rtp) / rate, std::chrono::duration<double>(sync->mapped).count()});
  }
  judge();
  return quality;
}

}  // namespace dd::archive
