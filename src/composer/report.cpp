// SPDX-License-Identifier: MIT
#include "composer/report.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "recording/timeline.hpp"

namespace dd::composer {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

double seconds(Time time) { return static_cast<double>(time.count()) / 1e6; }

double rounded(double value) { return std::round(value * 10) / 10; }

}  // namespace

Report::Report(Talk talk, const Clock& clock, Sink sink)
    : talk_(talk), clock_(clock), sink_(std::move(sink)), began_(clock.now()), said_(began_) {}

double Report::speed(Time done, MonotonicTime now) const {
  const double took = std::chrono::duration<double>(now - began_).count();
  return took > 0 ? seconds(done) / took : 0;
}

void Report::progress(Time done, Time whole) {
  const MonotonicTime now = clock_.now();
  if (now - said_ < kEvery) return;
  said_ = now;
  const double percent = whole.count() > 0 ? std::min(100.0, 100.0 * seconds(done) / seconds(whole)) : 100;
  const double rate = speed(done, now);
  const double eta = rate > 0 ? std::max(0.0, seconds(whole - done) / rate) : 0;
  if (talk_ == Talk::kJson) {
    const Json line{{"percent", rounded(percent)}, {"speed", rounded(rate)}, {"etaSeconds", rounded(eta)}, {"timeUs", done.count()}};
    return sink_(text_of(line));
  }
  sink_(fmt::format("{:5.1f} %  {:.1f} x real time, {:.0f} s left", percent, rate, eta));
}

void Report::wishes(const std::vector<Performance::Wish>& wishes) {
  if (talk_ != Talk::kJson) return;
  Json line{{"previews", Json::object()}, {"keyFrames", Json::array()}};
  for (const auto& [track, smaller, key_frame] : wishes) {
    line["previews"][track] = smaller;
    if (key_frame) line["keyFrames"].push_back(track);
  }
  sink_(text_of(line));
}

void Report::done(const ComposeRequest& request, const Composed& composed) {
  const auto& file = request.output;
  const double rate = speed(composed.duration, clock_.now());
  if (talk_ == Talk::kJson) {
    const Json line{{"done", true},
                    {"file", file.string()},
                    {"layout", request.layout ? to_string(*request.layout) : recording::kTimelineLayouts},
                    {"width", request.size.width},
                    {"height", request.size.height},
                    {"fps", request.fps},
                    {"startUs", request.from.count()},
                    {"durationUs", composed.duration.count()},
                    {"speed", rounded(rate)},
                    {"troubles", composed.troubles}};
    return sink_(text_of(line));
  }
  sink_(fmt::format("{}: {:.1f} s, {:.1f} x real time", file.string(), seconds(composed.duration), rate));
  for (const std::string& trouble : composed.troubles) sink_(fmt::format("left out from where it broke: {}", trouble));
}

void Report::failed(const Error& error) {
  if (talk_ == Talk::kJson) return sink_(text_of(Json{{"done", false}, {"error", error.message}, {"field", error.field}}));
  sink_(error.message);
}

}  // namespace dd::composer
