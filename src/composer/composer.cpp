// SPDX-License-Identifier: MIT
#include "composer/composer.hpp"

#include <deque>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include "composer/output_file.hpp"
#include "composer/pictures.hpp"
#include "composer/sound.hpp"
#include "composer/stage.hpp"
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

// All streams of a programme while it is made.
class Performance {
 public:
  Performance(const Programme& programme, const ComposeRequest& request)
      : programme_(programme), slack_(Time{500'000} / request.fps), stage_(request.size) {
    for (std::size_t index = 0; index < programme.streams.size(); ++index) {
      const Stream& stream = programme.streams[index];
      if (stream.kind == recording::Kind::kAudio) {
        sounds_.emplace_back(request.folder, stream, programme.from);
      } else if (!stream.shown.empty()) {
        pictures_.try_emplace(index, request.folder, stream, programme.fill, programme.to);
      }
    }
  }

  GstBuffer* frame_at(Time t) {
    const std::vector<Scene>& scenes = programme_.scenes;
    bool fresh = !scene_;
    if (!scene_) scene_ = 0;
    for (; *scene_ + 1 < scenes.size() && scenes[*scene_].to <= t; fresh = true) ++*scene_;
    const Scene& scene = scenes[*scene_];
    if (fresh) stage_.set_scene(programme_, scene);
    for (std::size_t seat = 0; seat < scene.seats.size(); ++seat) {
      const auto& stream = scene.seats[seat].stream;
      // The nearest picture and not the last: half a frame of lateness less.
      stage_.show(seat, stream ? pictures_.at(*stream).at(t, slack_) : nullptr);
    }
    return stage_.take_frame();
  }

  std::vector<float> sound_of(std::int64_t from, std::int64_t to) {
    std::vector<float> mix(static_cast<std::size_t>((to - from) * kChannels));
    for (Sound& sound : sounds_) sound.add_to(mix, from);
    soften(mix);
    return mix;
  }

  std::vector<std::string> troubles() const {
    std::vector<std::string> all;
    for (const auto& [index, pictures] : pictures_) all.insert(all.end(), pictures.troubles().begin(), pictures.troubles().end());
    for (const Sound& sound : sounds_) all.insert(all.end(), sound.troubles().begin(), sound.troubles().end());
    return all;
  }

 private:
  const Programme& programme_;
  Time slack_;
  Stage stage_;
  std::optional<std::size_t> scene_;
  std::map<std::size_t, Pictures> pictures_;
  std::deque<Sound> sounds_;
};

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
  Performance performance(programme, request);

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
