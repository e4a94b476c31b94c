// SPDX-License-Identifier: MIT
#include "composer/performance.hpp"

#include <algorithm>
#include <utility>

#include "composer/image.hpp"
#include "recording/paths.hpp"

namespace dd::composer {
namespace {

std::vector<Rect> tiles_of(const Scene& scene, Size canvas) {
  return arrange(scene.layout, canvas, scene.seats.size() + (scene.more > 0 ? 1 : 0));
}

}  // namespace

Performance::Performance(std::filesystem::path folder, Programme programme, Size size, int fps, Growth growth)
    : folder_(std::move(folder)),
      programme_(std::move(programme)),
      size_(size),
      slack_(Time{500'000} / fps),
      growth_(growth),
      stage_(size) {
  if (programme_.fill == recording::Fill::kImage) {
    if (auto image = load_image(folder_ / recording::kFillImage)) {
      fill_image_ = std::move(*image);
    } else {
      own_troubles_.push_back(image.error().message);
    }
  }
  take_streams();
}

void Performance::go_on(Programme programme) {
  programme_ = std::move(programme);
  scene_ = 0;
  take_streams();
}

void Performance::take_streams() {
  for (const Stream& stream : programme_.streams) {
    if (stream.kind == recording::Kind::kAudio) {
      const auto [sound, fresh] = sounds_.try_emplace(stream.track, folder_, stream, programme_.from, growth_);
      if (!fresh) sound->second.update(stream);
    } else {
      const auto [pictures, fresh] = pictures_.try_emplace(stream.track, folder_, stream, programme_.fill, programme_.to, growth_);
      if (!fresh) pictures->second.update(stream);
    }
  }
}

void Performance::show_scene(const Scene& scene) {
  Look look{scene.layout, scene.seats, scene.more, scene.floor, {}};
  for (const Seat& seat : scene.seats) look.people.push_back(programme_.people[seat.person]);
  const auto same_names = [](const std::vector<Person>& a, const std::vector<Person>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Person& x, const Person& y) { return x.id == y.id && x.name == y.name; });
  };
  if (look_ && look_->layout == look.layout && look_->seats == look.seats && look_->more == look.more && look_->floor == look.floor &&
      same_names(look_->people, look.people)) {
    return;
  }
  stage_.set_scene(programme_, scene);
  tiles_ = tiles_of(scene, size_);
  look_ = std::move(look);
}

// The last scene goes on until the timeline says more.
void Performance::go_to_scene_at(Time t) {
  while (scene_ + 1 < programme_.scenes.size() && programme_.scenes[scene_].to <= t) ++scene_;
}

std::vector<Performance::Wish> Performance::wishes(Time t) {
  go_to_scene_at(t);
  std::vector<std::optional<Rect>> coming(programme_.streams.size());
  for (std::size_t at = scene_; at < programme_.scenes.size(); ++at) {
    const Scene& scene = programme_.scenes[at];
    const std::vector<Rect> tiles = tiles_of(scene, size_);
    for (std::size_t index = 0; index < scene.seats.size(); ++index) {
      if (!scene.seats[index].stream) continue;
      std::optional<Rect>& largest = coming[*scene.seats[index].stream];
      if (!largest || tiles[index].height > largest->height) largest = tiles[index];
    }
  }
  std::vector<Wish> wishes;
  for (std::size_t index = 0; index < programme_.streams.size(); ++index) {
    const Stream& stream = programme_.streams[index];
    if (stream.kind == recording::Kind::kAudio) continue;
    Layered& pictures = pictures_.at(stream.track);
    pictures.prepare(t, coming[index]);
    const bool waits = pictures.wishes_key_frame();
    const unsigned smaller = coming[index] && stream.largest.width > 0 ? halvings(stream.largest, *coming[index]) : 0;
    // What it has is shown until it has better.
    wishes.push_back({stream.track, waits ? std::max(smaller, 1U) : smaller, waits});
  }
  return wishes;
}

GstBuffer* Performance::frame_at(Time t) {
  go_to_scene_at(t);
  const Scene& scene = programme_.scenes[scene_];
  show_scene(scene);
  for (std::size_t index = 0; index < scene.seats.size(); ++index) {
    const auto& stream = scene.seats[index].stream;
    // The nearest picture and not the last: half a frame of lateness less.
    GstSample* const picture = stream ? pictures_.at(programme_.streams[*stream].track).at(t, slack_, tiles_[index]) : nullptr;
    stage_.show(index, picture == nullptr ? fill_image_.get() : picture);
  }
  return stage_.take_frame();
}

std::vector<float> Performance::sound_of(std::int64_t from, std::int64_t to) {
  std::vector<float> mix(static_cast<std::size_t>((to - from) * kChannels));
  for (auto& [track, sound] : sounds_) sound.add_to(mix, from);
  soften(mix);
  return mix;
}

std::vector<std::string> Performance::troubles() const {
  std::vector<std::string> all = own_troubles_;
  for (const auto& [track, pictures] : pictures_) all.insert(all.end(), pictures.troubles().begin(), pictures.troubles().end());
  for (const auto& [track, sound] : sounds_) all.insert(all.end(), sound.troubles().begin(), sound.troubles().end());
  return all;
}

}  // namespace dd::composer
