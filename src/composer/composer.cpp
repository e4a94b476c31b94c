// SPDX-License-Identifier: MIT
#include "composer/composer.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <system_error>

#include "composer/output_file.hpp"
#include "composer/performance.hpp"
#include "recording/paths.hpp"

namespace dd::composer {
namespace {

// A line every second of every track for a week is still less.
constexpr std::uintmax_t kLargestTimeline = 512U << 20;

Result<recording::Timeline> read(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / recording::kTimelineFile;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return invalid_field("folder", fmt::format("{}: {}", path.string(), error.message()));
  if (size > kLargestTimeline) return invalid_field("folder", fmt::format("{} is too large for a timeline", path.string()));
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return invalid_field("folder", fmt::format("{} cannot be read", path.string()));
  return recording::read_timeline(text);
}

}  // namespace

Result<Composed> compose(const ComposeRequest& request, const Progress& progress, const std::atomic<bool>& stop) {
  DD_TRY(const recording::Timeline timeline, read(request.folder));
  PlanRequest wanted;
  wanted.layout = request.layout;
  wanted.canvas = request.size;
  wanted.from = request.from;
  wanted.to = request.to;
  DD_TRY(const Programme programme, plan(timeline.events, wanted));

  DD_TRY(OutputFile file, OutputFile::open(request.output));
  DD_TRY(const auto encoder, Encoder::open({request.format, request.size, request.fps}, file.part(), file.scratch()));
  Performance performance(request.folder, programme, request.size, request.fps);

  const Time whole = programme.to - programme.from;
  const std::int64_t fps = request.fps;
  const std::int64_t frames = (whole.count() * fps + 999'999) / 1'000'000;
  const std::int64_t first_sample = sample_at(programme.from);
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    if (stop) return unavailable("stopped before the programme was finished");
    // Sound first: the muxer waits for both, and sound is what is cheap to have ready.
    const std::int64_t from = first_sample + frame * kSampleRate / fps;
    DD_TRY_VOID(encoder->push_sound(performance.sound_of(from, first_sample + (frame + 1) * kSampleRate / fps)));
    DD_TRY_VOID(encoder->push_frame(performance.frame_at(programme.from + Time{frame * 1'000'000 / fps})));
    progress(Time{(frame + 1) * 1'000'000 / fps}, whole);
  }
  DD_TRY_VOID(encoder->finish(stop));
  if (stop) return unavailable("stopped before the programme was finished");
  DD_TRY_VOID(file.commit());
  return Composed{whole, performance.troubles()};
}

}  // namespace dd::composer
