// SPDX-License-Identifier: MIT
#include "composer/fragments.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <utility>

namespace dd::composer {
namespace {

// A segment of two seconds is a megabyte or so.
constexpr std::uint64_t kLargestBox = 256U << 20;
constexpr std::size_t kHeader = 8;

std::uint32_t read32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < 4; ++index) value = value << 8 | static_cast<unsigned char>(bytes[at + index]);
  return value;
}

std::uint64_t read64(std::string_view bytes, std::size_t at) { return std::uint64_t{read32(bytes, at)} << 32 | read32(bytes, at + 4); }

void write32(char* at, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<char>(value >> shift & 0xff);
}

Error damaged(std::string_view what) { return make_error(Errc::kInternal, fmt::format("the muxer wrote no usable {}", what)); }

// Calls `take` with the type, the place and the content of each box (ISO/IEC 14496-12, section 4.2) of `bytes`.
using TakeBox = std::function<void(std::string_view type, std::size_t at, std::string_view content)>;
void each_box(std::string_view bytes, std::size_t base, const TakeBox& take) {
  std::size_t at = 0;
  while (bytes.size() - at >= kHeader) {
    const std::size_t size = read32(bytes, at);
    if (size < kHeader || size > bytes.size() - at) return;
    take(bytes.substr(at + 4, 4), base + at + kHeader, bytes.substr(at + kHeader, size - kHeader));
    at += size;
  }
}

// The sum of the durations in a track run (section 8.8.8), or nothing when there are none.
std::optional<std::uint64_t> duration_of_run(std::string_view run) {
  constexpr std::uint32_t kDataOffset = 0x1;
  constexpr std::uint32_t kFirstFlags = 0x4;
  constexpr std::uint32_t kDuration = 0x100;
  if (run.size() < 8) return std::nullopt;
  const std::uint32_t flags = read32(run, 0) & 0xffffff;
  const std::uint32_t count = read32(run, 4);
  if ((flags & kDuration) == 0) return std::nullopt;
  std::size_t at = 8 + ((flags & kDataOffset) != 0 ? 4 : 0) + ((flags & kFirstFlags) != 0 ? 4 : 0);
  std::size_t each = 0;
  for (const std::uint32_t flag : {0x100U, 0x200U, 0x400U, 0x800U}) each += (flags & flag) != 0 ? 4 : 0;
  std::uint64_t sum = 0;
  for (std::uint32_t sample = 0; sample < count; ++sample, at += each) {
    if (at + each > run.size()) return std::nullopt;
    sum += read32(run, at);
  }
  return sum;
}

}  // namespace

Result<void> Fragments::push(std::string_view bytes) {
  unread_ += bytes;
  std::size_t at = 0;
  while (unread_.size() - at >= kHeader) {
    std::uint64_t size = read32(unread_, at);
    if (size == 1 && unread_.size() - at >= kHeader + 8) size = read64(unread_, at + kHeader);
    if (size < kHeader || size > kLargestBox) return damaged("box");
    if (size > unread_.size() - at) break;
    DD_TRY_VOID(take_box(std::string_view(unread_).substr(at + 4, 4), unread_.substr(at, size)));
    at += size;
  }
  unread_.erase(0, at);
  return ok();
}

Result<void> Fragments::take_box(std::string_view type, std::string box) {
  if (type == "ftyp") {
    beginning_ = std::move(box);
  } else if (type == "moov") {
    DD_TRY_VOID(read_tracks(std::string_view(box).substr(kHeader)));
    beginning_ += box;
  } else if (type == "moof") {
    DD_TRY_VOID(read_fragment(box));
    current_.bytes = std::move(box);
  } else if (type == "mdat" && !current_.bytes.empty()) {
    current_.bytes += box;
    if (!current_video_) audio_end_ = current_.end;
    (current_video_ ? video_ : audio_).push_back(std::exchange(current_, {}));
    pair();
  }
  return ok();
}

Result<void> Fragments::read_tracks(std::string_view moov) {
  each_box(moov, 0, [&](std::string_view type, std::size_t, std::string_view trak) {
    if (type != "trak") return;
    std::uint32_t id = 0;
    Track track;
    each_box(trak, 0, [&](std::string_view inner, std::size_t, std::string_view content) {
      if (inner == "tkhd" && content.size() >= 24) id = read32(content, content[0] == 1 ? 20 : 12);
      if (inner != "mdia") return;
      each_box(content, 0, [&](std::string_view leaf, std::size_t, std::string_view field) {
        if (leaf == "mdhd" && field.size() >= 24) track.timescale = read32(field, field[0] == 1 ? 20 : 12);
        if (leaf == "hdlr" && field.size() >= 12) track.video = field.substr(8, 4) == "vide";
      });
    });
    if (track.timescale > 0) tracks_[id] = track;
  });
  return tracks_.size() == 2 ? ok() : Result<void>(damaged("movie header"));
}

Result<void> Fragments::read_fragment(std::string& moof) {
  const Track* track = nullptr;
  std::uint64_t start = 0;
  std::uint64_t duration = 0;
  std::size_t time_at = 0;
  bool long_time = false;
  each_box(std::string_view(moof).substr(kHeader), kHeader, [&](std::string_view type, std::size_t at, std::string_view traf) {
    if (type != "traf") return;
    each_box(traf, at, [&](std::string_view leaf, std::size_t place, std::string_view field) {
      if (leaf == "tfhd" && field.size() >= 8) {
        const auto found = tracks_.find(read32(field, 4));
        track = found == tracks_.end() ? nullptr : &found->second;
      } else if (leaf == "tfdt" && field.size() >= 8) {
        long_time = field[0] == 1;
        if (long_time && field.size() < 12) return;
        start = long_time ? read64(field, 4) : read32(field, 4);
        time_at = place + 4;
      } else if (leaf == "trun") {
        duration += duration_of_run(field).value_or(0);
      }
    });
  });
  if (track == nullptr || time_at == 0 || duration == 0) return damaged("fragment");
  start += static_cast<std::uint64_t>(std::llround(offset_ * track->timescale));
  if (long_time) {
    write32(moof.data() + time_at, static_cast<std::uint32_t>(start >> 32));
    write32(moof.data() + time_at + 4, static_cast<std::uint32_t>(start));
  } else if (start > UINT32_MAX) {
    return damaged("time behind 24 hours");
  } else {
    write32(moof.data() + time_at, static_cast<std::uint32_t>(start));
  }
  current_.start = static_cast<double>(start) / track->timescale;
  current_.end = static_cast<double>(start + duration) / track->timescale;
  current_video_ = track->video;
  return ok();
}

// A picture's segment is complete when its sound is: pieces of sound are a little shorter, and now and then there are two.
void Fragments::pair() {
  while (!video_.empty() && audio_end_ >= video_.front().end) {
    std::size_t sounds = 0;
    while (sounds < audio_.size() && audio_[sounds].start < video_.front().end) ++sounds;
    emit(sounds);
  }
}

void Fragments::emit(std::size_t sounds) {
  Segment segment{video_.front().end - video_.front().start, std::move(video_.front().bytes)};
  video_.pop_front();
  for (; sounds > 0; --sounds) {
    segment.bytes += audio_.front().bytes;
    audio_.pop_front();
  }
  ready_.push_back(std::move(segment));
}

void Fragments::finish() {
  while (video_.size() > 1) emit(std::min<std::size_t>(1, audio_.size()));
  if (!video_.empty()) emit(audio_.size());
}

std::vector<Segment> Fragments::take() { return std::exchange(ready_, {}); }

}  // namespace dd::composer
