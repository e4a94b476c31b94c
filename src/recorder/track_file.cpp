// SPDX-License-Identifier: MIT
#include "recorder/track_file.hpp"

#include <algorithm>
#include <utility>

namespace dd::recorder {

TrackFile::TrackFile(Disk& disk, std::string name, std::filesystem::path path, MatroskaTrack track, recording::Time begins)
    : disk_(disk),
      name_(std::move(name)),
      track_(std::move(track)),
      begins_(begins),
      head_(make_matroska_head(track_)),
      file_(disk.create(std::move(path))) {
  disk_.append(file_, head_);
  now_.size = head_.size();
  now_.until = begins;
}

TrackFile::~TrackFile() {
  if (open_) disk_.close(file_);
}

void TrackFile::add(recording::Time time, recording::Time duration, bool key, const std::vector<std::uint8_t>& frame) {
  const bool sound = track_.codec == recording::Codec::kOpus;
  std::int64_t ms = ((time - begins_).count() + 500) / 1000;
  ms = std::max(ms, last_ms_ + 1);
  if (!cluster_.empty()) {
    const bool full = ms - cluster_.begins_ms() >= kClusterMs || cluster_.size() + frame.size() > kClusterBytes;
    // A picture that can be sought begins a cluster, so that a cue leads right to it.
    if (full || (key && !sound)) flush();
  }
  cluster_.add(ms, key, frame);
  last_ms_ = ms;
  ++now_.frames;
  now_.until = begins_ + std::chrono::milliseconds{ms} + duration;
}

void TrackFile::flush() {
  if (cluster_.empty()) return;
  const std::int64_t begins_ms = cluster_.begins_ms();
  const bool sound = track_.codec == recording::Codec::kOpus;
  if (cluster_.has_key() && (!sound || cues_.empty() || begins_ms - cues_.back().time_ms >= kSoundCueMs)) add_cue(begins_ms, now_.size);
  auto bytes = cluster_.take();
  now_.size += bytes.size();
  marks_.push_back(now_);
  if (marks_.size() > kMarks) marks_.pop_front();
  disk_.append(file_, std::move(bytes));
}

void TrackFile::add_cue(std::int64_t time_ms, std::uint64_t position) {
  if (cues_.size() == kMaxCues) {
    for (std::size_t i = 0; i < kMaxCues / 2; ++i) cues_[i] = cues_[2 * i];
    cues_.resize(kMaxCues / 2);
  }
  cues_.push_back({time_ms, position});
}

TrackFile::Ended TrackFile::ended_at(const Mark& mark) const {
  return {.until = mark.until, .duration = mark.until - begins_, .frames = mark.frames, .bytes = mark.size};
}

TrackFile::Ended TrackFile::finish() {
  flush();
  open_ = false;
  const double duration_ms = static_cast<double>((now_.until - begins_).count()) / 1000.0;
  MatroskaTail tail = make_matroska_tail(head_, now_.size, duration_ms, cues_);
  now_.size += tail.cues.size();
  if (!tail.cues.empty()) disk_.append(file_, std::move(tail.cues));
  for (auto& patch : tail.patches) disk_.patch(file_, patch.at, std::move(patch.bytes));
  disk_.close(file_);
  return ended_at(now_);
}

TrackFile::Ended TrackFile::abandon(std::uint64_t whole) {
  open_ = false;
  Mark last{.size = std::min<std::uint64_t>(whole, head_.size()), .frames = 0, .until = begins_};
  for (const Mark& mark : marks_) {
    if (mark.size <= whole) last = mark;
  }
  return ended_at(last);
}

}  // namespace dd::recorder
