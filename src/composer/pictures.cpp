// SPDX-License-Identifier: MIT
#include "composer/pictures.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "composer/turned.hpp"
#include "composer/wanted.hpp"
#include "recording/paths.hpp"

namespace dd::composer {
namespace {

// A file may end this much before its duration without being damaged: a last picture that stood still.
constexpr Time kTornEnd = std::chrono::seconds{2};
// Finding a key frame costs less than decoding this much.
constexpr Time kHiddenForLong = std::chrono::seconds{5};
constexpr Time kFollowEvery = std::chrono::milliseconds{500};

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

std::optional<std::filesystem::path> Pictures::path_of(std::size_t clip) {
  clip_ = clip;
  decoder_.reset();
  next_ = {};
  const auto path = recording::file_within(folder_, stream_.clips[clip].file);
  if (path.has_value()) return *path;
  troubles_.push_back(fmt::format("{}: not a file of this recording", stream_.track));
  return std::nullopt;
}

void Pictures::open(std::size_t clip, Time t) {
  const auto path = path_of(clip);
  if (!path) return;
  if (auto wanted = wanted_of(clip, *path, t)) open(clip, *path, std::move(*wanted));
}

void Pictures::open(std::size_t clip, const std::filesystem::path& path, std::vector<Interval> wanted) {
  const Clip& what = stream_.clips[clip];
  whole_ = wanted.empty();
  auto opened = Decoder::open(path, stream_.codec, std::move(wanted), what.duration && !resting_ ? Growth::kComplete : growth_);
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
      const Clip& clip = stream_.clips[*clip_];
      const Time written = clip.start + Decoder::time_of(sample->get());
      next_.time = clip.retimed ? written : stream_.retiming.corrected(written);
      // Matroska rounds to milliseconds.
      const int rotation = stream_.rotation_at(next_.time + std::chrono::milliseconds{1});
      if (next_.time >= woken_) next_.sample = rotation == 0 ? std::move(*sample) : turned(std::move(*sample), rotation);
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

std::optional<std::size_t> Pictures::due_at(Time t) const {
  std::optional<std::size_t> due;
  for (std::size_t clip = clip_.value_or(0); clip < stream_.clips.size() && stream_.clips[clip].start <= t; ++clip) due = clip;
  return due;
}

void Pictures::rest(Time t) {
  if (resting_ && caught_up_ && t - followed_ < kFollowEvery) return;
  followed_ = t;
  if (!std::exchange(resting_, true)) {
    current_ = {};
    next_ = {};
    if (decoder_) decoder_->rest();
  }
  // Up to its newest file, which may have begun after `t`: wake() is for what comes.
  if (const auto due = due_at(kForEver); due && due != clip_) {
    if (const auto path = path_of(*due)) open(*due, *path, {});
    if (decoder_) decoder_->rest();
  }
  whole_ = false;
  // A long file that is opened while the recording runs is read bit by bit, lest the programme waits for it.
  caught_up_ = !decoder_ || decoder_->feed();
}

void Pictures::wake(Time t) {
  if (std::exchange(resting_, false)) {
    woken_ = t;
    asked_ = t;
    if (decoder_) decoder_->wake(std::max(Time{0}, t - stream_.clips[*clip_].start));
  }
  if (decoder_) decoder_->feed();
}

GstSample* Pictures::at(Time t, Time slack) {
  if (std::exchange(resting_, false)) {
    clip_.reset();
    decoder_.reset();
  }
  const auto due = due_at(t + slack);
  const bool back = growth_ == Growth::kGrowing && asked_ && t - *asked_ > kHiddenForLong;
  if (due && (due != clip_ || back)) open(*due, t);
  asked_ = t;
  while (look_ahead() && next_.time <= t + slack) current_ = std::exchange(next_, {});
  if (!current_.sample || !is_fresh(current_.time, t, stream_, fill_)) return nullptr;
  return current_.sample.get();
}

}  // namespace dd::composer
