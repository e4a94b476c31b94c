// SPDX-License-Identifier: MIT
#include "composer/pictures.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "composer/wanted.hpp"
#include "recording/paths.hpp"

namespace dd::composer {
namespace {

// A file may end this much before its duration without being damaged: a last picture that stood still.
constexpr Time kTornEnd = std::chrono::seconds{2};
// Finding a key frame costs less than decoding this much.
constexpr Time kHiddenForLong = std::chrono::seconds{5};

}  // namespace

bool is_fresh(Time picture, Time t, const Stream& stream, recording::Fill fill) {
  if (fill == recording::Fill::kFreeze) return true;
  const Time age = t - picture;
  if (age <= kPictureHold) return true;
  if (stream.kind != recording::Kind::kScreenshare || age > kScreenHold) return false;
  const auto covers = [&](const Interval& gap) { return gap.from <= picture + kPictureHold && t < gap.to; };
  return std::none_of(stream.gaps.begin(), stream.gaps.end(), covers);
}

Pictures::Pictures(std::filesystem::path folder, Stream stream, recording::Fill fill, Time end, Growth growth)
    : folder_(std::move(folder)), stream_(std::move(stream)), fill_(fill), end_(end), growth_(growth) {}

void Pictures::update(const Stream& stream) {
  stream_ = stream;
  if (decoder_ && clip_ && stream_.clips[*clip_].duration) decoder_->complete();
}

Interval Pictures::extent(std::size_t clip) const {
  return {stream_.clips[clip].start, clip + 1 < stream_.clips.size() ? stream_.clips[clip + 1].start : end_};
}

// All when it is empty, none when it is not there.
std::optional<std::vector<Interval>> Pictures::wanted_of(std::size_t clip, const std::filesystem::path& path, Time t) const {
  const Interval reach = extent(clip);
  std::vector<Interval> shown = stream_.shown;
  if (growth_ == Growth::kGrowing) {
    if (t - reach.from < kHiddenForLong) return std::vector<Interval>{};
    shown = {{t, kForEver}};
    return wanted_frames(shown, {reach.from, kForEver}, find_key_frames(path));
  }
  if (!is_partly_hidden(shown, reach)) return std::vector<Interval>{};
  std::vector<Interval> wanted = wanted_frames(shown, reach, find_key_frames(path));
  if (wanted.empty()) return std::nullopt;
  return wanted;
}

void Pictures::open(std::size_t clip, Time t) {
  clip_ = clip;
  decoder_.reset();
  next_ = {};
  const Clip& what = stream_.clips[clip];
  const auto path = recording::file_within(folder_, what.file);
  if (!path.has_value()) {
    troubles_.push_back(fmt::format("{}: not a file of this recording", stream_.track));
    return;
  }
  auto wanted = wanted_of(clip, *path, t);
  if (!wanted) return;
  whole_ = wanted->empty();
  auto opened = Decoder::open(*path, stream_.codec, std::move(*wanted), what.duration ? Growth::kComplete : growth_);
  if (opened.has_value()) {
    decoder_ = std::move(*opened);
  } else {
    troubles_.push_back(fmt::format("{}: {}", what.file, opened.error().message));
  }
}

bool Pictures::look_ahead() {
  while (!next_.sample) {
    if (!decoder_) return false;
    auto pulled = decoder_->pull();
    if (std::holds_alternative<Decoder::NotYet>(pulled)) return false;
    if (auto* sample = std::get_if<SamplePtr>(&pulled)) {
      next_.time = stream_.retiming.corrected(stream_.clips[*clip_].start + Decoder::time_of(sample->get()));
      next_.sample = std::move(*sample);
      continue;
    }
    if (const auto* broken = std::get_if<Decoder::Broken>(&pulled)) {
      troubles_.push_back(fmt::format("{}: {}", stream_.clips[*clip_].file, broken->reason));
    } else {
      note_early_end();
    }
    decoder_.reset();
  }
  return true;
}

void Pictures::note_early_end() {
  const Clip& clip = stream_.clips[*clip_];
  if (!clip.duration || !whole_) return;
  // Matroska has no end: a demultiplexer takes damage for it.
  const Time reached = current_.sample ? std::max(Time{0}, current_.time - clip.start) : Time{0};
  if (reached + kTornEnd >= *clip.duration) return;
  troubles_.push_back(fmt::format("{}: ends after {:.1f} s instead of {:.1f}", clip.file, static_cast<double>(reached.count()) / 1e6,
                                  static_cast<double>(clip.duration->count()) / 1e6));
}

GstSample* Pictures::at(Time t, Time slack) {
  std::optional<std::size_t> due;
  for (std::size_t clip = clip_.value_or(0); clip < stream_.clips.size() && stream_.clips[clip].start <= t + slack; ++clip) due = clip;
  const bool back = growth_ == Growth::kGrowing && asked_ && t - *asked_ > kHiddenForLong;
  if (due && (due != clip_ || back)) open(*due, t);
  asked_ = t;
  while (look_ahead() && next_.time <= t + slack) current_ = std::exchange(next_, {});
  if (!current_.sample || !is_fresh(current_.time, t, stream_, fill_)) return nullptr;
  return current_.sample.get();
}

}  // namespace dd::composer
