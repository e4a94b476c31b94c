// SPDX-License-Identifier: MIT
#include "composer/sound.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "recording/paths.hpp"

namespace dd::composer {
namespace {

// Opus needs 80 ms to converge (RFC 7845, section 4.6).
constexpr Time kRunUp = std::chrono::milliseconds{100};

std::vector<float> floats_of(GstSample* sample) {
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  std::vector<float> floats(gst_buffer_get_size(buffer) / sizeof(float) / kChannels * kChannels);
  gst_buffer_extract(buffer, 0, floats.data(), floats.size() * sizeof(float));
  return floats;
}

}  // namespace

// Whole seconds apart, so that the times of a damaged timeline do not overflow.
std::int64_t sample_at(Time t) { return t.count() / 1'000'000 * kSampleRate + t.count() % 1'000'000 * kSampleRate / 1'000'000; }

Sound::Sound(std::filesystem::path folder, Stream stream, Time from, Growth growth)
    : folder_(std::move(folder)), stream_(std::move(stream)), from_(from), growth_(growth) {}

void Sound::update(const Stream& stream) {
  stream_ = stream;
  if (decoder_ && clip_ && stream_.clips[*clip_].duration) decoder_->complete();
}

void Sound::open(std::size_t clip) {
  clip_ = clip;
  decoder_.reset();
  placer_ = {};
  const Clip& what = stream_.clips[clip];
  const auto path = recording::file_within(folder_, what.file);
  if (!path.has_value()) {
    troubles_.push_back(fmt::format("{}: not a file of this recording", stream_.track));
    return;
  }
  std::vector<Interval> wanted;
  if (what.start + kRunUp < from_) wanted.push_back({from_ - kRunUp - what.start, kForEver});
  auto opened = Decoder::open(*path, stream_.codec, std::move(wanted), what.duration ? Growth::kComplete : growth_);
  if (opened.has_value()) {
    decoder_ = std::move(*opened);
  } else {
    troubles_.push_back(fmt::format("{}: {}", what.file, opened.error().message));
  }
}

bool Sound::read_more() {
  if (!decoder_) return false;
  auto pulled = decoder_->pull();
  if (const auto* sample = std::get_if<SamplePtr>(&pulled)) {
    const Clip& clip = stream_.clips[*clip_];
    const Time written = clip.start + Decoder::time_of(sample->get());
    const Time time = clip.retimed ? written : stream_.retiming.corrected(written);
    PlacedSound placed = placer_.place(sample_at(time), floats_of(sample->get()));
    if (!placed.frames.empty()) placed_.push_back(std::move(placed));
    return true;
  }
  if (std::holds_alternative<Decoder::NotYet>(pulled)) return false;
  if (const auto* broken = std::get_if<Decoder::Broken>(&pulled)) {
    troubles_.push_back(fmt::format("{}: {}", stream_.clips[*clip_].file, broken->reason));
  }
  decoder_.reset();
  return false;
}

void Sound::add_to(std::span<float> mix, std::int64_t position) {
  const std::int64_t end = position + static_cast<std::int64_t>(mix.size()) / kChannels;
  // A rejoined participant's next file begins where the last one ended, but never while that one still has something to say.
  std::size_t next = clip_ ? *clip_ + 1 : 0;
  while (next + 1 < stream_.clips.size() && sample_at(stream_.clips[next + 1].start) <= position) ++next;
  const bool idle = placed_.empty() || placed_.front().at >= end;
  if (next < stream_.clips.size() && sample_at(stream_.clips[next].start) < end && (!decoder_ || idle)) {
    if (idle) placed_.clear();
    open(next);
  }
  while ((placed_.empty() || placed_.back().end() < end) && read_more()) {
  }
  while (!placed_.empty() && placed_.front().at < end) {
    const PlacedSound& sound = placed_.front();
    const std::int64_t from = std::max(position, sound.at);
    const std::int64_t to = std::min(end, sound.end());
    for (std::int64_t sample = from; sample < to; ++sample) {
      for (int channel = 0; channel < kChannels; ++channel) {
        mix[static_cast<std::size_t>((sample - position) * kChannels + channel)] +=
            sound.frames[static_cast<std::size_t>((sample - sound.at) * kChannels + channel)];
      }
    }
    if (sound.end() > end) break;
    placed_.pop_front();
  }
}

void soften(std::span<float> mix) {
  constexpr float kKnee = 0.8F;
  for (float& sample : mix) {
    const float loudness = std::abs(sample);
    if (loudness <= kKnee) continue;
    const float bent = kKnee + (1 - kKnee) * std::tanh((loudness - kKnee) / (1 - kKnee));
    sample = std::copysign(bent, sample);
  }
}

}  // namespace dd::composer
