// SPDX-License-Identifier: MIT
// One pass over the events; each adds to the manifest what it says.
#include <algorithm>
#include <unordered_map>

#include "recording/manifest.hpp"

namespace dd::recording {
namespace {

class Derivation {
 public:
  explicit Derivation(std::span<const Event> events) : end_(last_known_time(events)) {
    for (const Event& event : events) {
      now_ = event.t;
      std::visit([this](const auto& what) { on(what); }, event.what);
      previous_ = now_;
    }
  }

  Result<Manifest> finish(const Facts& facts) {
    if (manifest_.recording.empty()) return make_error(Errc::kInvalidArgument, "the timeline does not say which recording it is of");
    if (!manifest_.parts.empty() && manifest_.parts.back().end == PartEnd::kOpen) manifest_.parts.back().to = end_;
    if (trouble_) manifest_.missing.push_back({trouble_->from, std::max(trouble_->from, end_), trouble_->reason});
    for (std::size_t i = 1; i < manifest_.parts.size(); ++i) {
      const Part& before = manifest_.parts[i - 1];
      if (before.end == PartEnd::kCrashed && before.to < manifest_.parts[i].from) {
        manifest_.missing.push_back({before.to, manifest_.parts[i].from, "crash"});
      }
    }
    std::stable_sort(manifest_.missing.begin(), manifest_.missing.end(),
                     [](const Missing& a, const Missing& b) { return a.from < b.from; });
    manifest_.duration = manifest_.state == State::kComplete ? stopped_ : end_;
    for (TrackEntry& track : manifest_.tracks) {
      for (FileEntry& file : track.files) add_facts(file, facts);
    }
    manifest_.outputs = facts.outputs;
    return std::move(manifest_);
  }

 private:
  void on(const RecordingBegan& it) {
    manifest_.recording = it.recording;
    manifest_.tenant = it.tenant;
    manifest_.meeting = it.meeting;
    manifest_.started = it.started;
  }

  void on(const PartBegan& it) {
    // A part that neither stopped nor was recovered before the next began: it crashed, and nobody looked how far it came.
    if (!manifest_.parts.empty() && manifest_.parts.back().end == PartEnd::kOpen) end_last_part(previous_, PartEnd::kCrashed);
    manifest_.parts.push_back({it.part, now_, now_, PartEnd::kOpen});
    manifest_.state = State::kRecording;
  }

  void on(const ParticipantNamed& it) {
    auto& all = manifest_.participants;
    const auto known = std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.participant == it.participant; });
    if (known == all.end()) {
      all.push_back({it.participant, it.name});
    } else if (!it.name.empty()) {
      known->name = it.name;
    }
  }

  void on(const TrackBegan& it) {
    if (!tracks_.emplace(it.track, manifest_.tracks.size()).second) return;  // goes on in a later part
    manifest_.tracks.push_back({it.track, it.participant, it.kind, it.producer, it.codec, {}, {}});
  }

  void on(const FileBegan& it) {
    TrackEntry* track = find_track(it.track);
    if (track == nullptr || files_.contains(it.file)) return;
    files_.emplace(it.file, std::pair(tracks_.at(it.track), track->files.size()));
    const Time so_far = std::max(Time{}, end_ - now_);
    track->files.push_back({it.file, it.part, now_, so_far, 0, {}, it.width, it.height, it.rotation});
  }

  void on(const FileEnded& it) {
    const auto found = files_.find(it.file);
    if (found == files_.end()) return;
    FileEntry& file = manifest_.tracks[found->second.first].files[found->second.second];
    file.duration = it.duration;
    file.bytes = it.bytes;
  }

  void on(const GapNoted& it) {
    TrackEntry* track = find_track(it.track);
    if (track == nullptr) return;
    // A recovery that was itself killed and run again says the same twice.
    for (const GapEntry& gap : track->gaps) {
      if (gap.from == it.from && gap.to == it.to) return;
    }
    track->gaps.push_back({it.from, it.to, it.reason});
  }

  void on(const TroubleBegan& it) {
    if (!trouble_) trouble_ = Missing{now_, now_, it.reason};
  }

  void on(const TroubleEnded&) {
    if (trouble_) manifest_.missing.push_back({trouble_->from, now_, trouble_->reason});
    trouble_.reset();
  }

  void on(const PartRecovered& it) {
    for (Part& part : manifest_.parts) {
      if (part.part != it.part || part.end == PartEnd::kStopped) continue;
      part.to = std::max(part.from, it.until);
      part.end = PartEnd::kCrashed;
    }
    // A recovery of an earlier part may be told while a later one runs.
    const bool last = !manifest_.parts.empty() && manifest_.parts.back().part == it.part;
    if (last && manifest_.state == State::kRecording) manifest_.state = State::kInterrupted;
  }

  void on(const RecordingStopped&) {
    if (!manifest_.parts.empty() && manifest_.parts.back().end == PartEnd::kOpen) end_last_part(now_, PartEnd::kStopped);
    manifest_.state = State::kComplete;
    stopped_ = now_;
  }

  void on(const PreviewBegan&) {}
  void on(const PreviewEnded&) {}
  void on(const SpeakerChanged&) {}
  void on(const LayoutChanged&) {}
  void on(const SizeChanged&) {}
  void on(const PictureTurned&) {}
  void on(const SyncNoted&) {}
  void on(const TrackRetimed&) {}
  void on(const FileRetimed& it) {
    const auto found = files_.find(it.file);
    if (found == files_.end()) return;
    FileEntry& file = manifest_.tracks[found->second.first].files[found->second.second];
    file.duration = std::max(Time{}, file.duration + file.start - it.start);  // its end stays
    file.start = it.start;
  }
  void on(const TrackPaused&) {}
  void on(const TrackResumed&) {}
  void on(const TrackEnded&) {}

  void end_last_part(Time at, PartEnd end) {
    manifest_.parts.back().to = std::max(manifest_.parts.back().from, at);
    manifest_.parts.back().end = end;
  }

  TrackEntry* find_track(const std::string& track) {
    const auto found = tracks_.find(track);
    return found == tracks_.end() ? nullptr : &manifest_.tracks[found->second];
  }

  static void add_facts(FileEntry& file, const Facts& facts) {
    const auto found = facts.files.find(file.file);
    if (found == facts.files.end()) return;
    if (found->second.bytes) file.bytes = *found->second.bytes;
    if (found->second.duration) file.duration = *found->second.duration;
    file.sha256 = found->second.sha256;
  }

  Manifest manifest_;
  Time now_{};
  Time previous_{};  // the event's before
  Time end_;
  Time stopped_{};
  std::optional<Missing> trouble_;
  std::unordered_map<std::string, std::size_t> tracks_;                         // place in manifest_.tracks
  std::unordered_map<std::string, std::pair<std::size_t, std::size_t>> files_;  // place of the track, place in its files
};

}  // namespace

Time last_known_time(std::span<const Event> events) {
  Time last{};
  for (const Event& event : events) last = std::max(last, event.t);
  return last;
}

Result<Manifest> derive_manifest(std::span<const Event> events, const Facts& facts) { return Derivation(events).finish(facts); }

}  // namespace dd::recording
