// SPDX-License-Identifier: MIT
#include "archive/participant_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace recording;

// A producer that replaces another begins before the other is gone; longer than this they ran side by side.
constexpr Time kHandOver{1'000'000};

struct Span {
  Time from{};
  Time to{};
};

// When each track was there; the time it was not recorded for a crash in between counts as there.
std::map<std::string, Span> track_spans(std::span<const Event> events, const Manifest& manifest) {
  std::map<std::string, Span> spans;
  std::map<std::string, bool> open;
  for (const Event& event : events) {
    if (const auto* track = std::get_if<TrackBegan>(&event.what)) {
      spans.emplace(track->track, Span{event.t, event.t});
      open[track->track] = true;
    } else if (const auto* end = std::get_if<TrackEnded>(&event.what)) {
      if (const auto found = spans.find(end->track); found != spans.end()) found->second.to = event.t;
      open[end->track] = false;
    } else if (const auto* part = std::get_if<PartBegan>(&event.what); part != nullptr) {
      // What ran when the part before crashed left with the crash, unless it begins again.
      Time until = event.t;
      for (const Part& known : manifest.parts) {
        if (known.part < part->part && known.from <= event.t) until = known.to;
      }
      for (auto& [name, is_open] : open) {
        if (is_open) spans[name].to = std::max(spans[name].from, until);
        is_open = false;
      }
    }
  }
  for (const auto& [name, is_open] : open) {
    if (is_open) spans[name].to = manifest.duration;
  }
  for (auto& [name, span] : spans) span = {std::min(span.from, manifest.duration), std::min(span.to, manifest.duration)};
  return spans;
}

// Tracks of one kind that follow each other; those that ran at the same time are in different lanes.
struct Lane {
  std::vector<const TrackEntry*> tracks;
  Time until{};
};

std::vector<Lane> lanes_of(std::vector<const TrackEntry*> tracks, std::map<std::string, Span>& spans) {
  std::stable_sort(tracks.begin(), tracks.end(), [&](const auto* a, const auto* b) { return spans[a->track].from < spans[b->track].from; });
  std::vector<Lane> lanes;
  for (const TrackEntry* track : tracks) {
    const Span span = spans[track->track];
    auto lane = std::find_if(lanes.begin(), lanes.end(), [&](const Lane& it) { return it.until <= span.from + kHandOver; });
    if (lane == lanes.end()) lane = lanes.insert(lanes.end(), Lane{});
    lane->tracks.push_back(track);
    lane->until = std::max(lane->until, span.to);
  }
  return lanes;
}

// What has still to be applied to each file that was not put right itself.
struct Retimings {
  std::map<std::string, Retiming> tracks;
  std::set<std::string> done;  // files

  Retiming of(const TrackEntry& track, const FileEntry& file) const {
    const auto found = tracks.find(track.track);
    return found == tracks.end() || done.contains(file.file) ? Retiming{} : found->second;
  }
};

struct Source {
  const FileEntry* file;
  Retiming retiming;
  Codec codec;
};

std::vector<Source> sources_of(const Lane& lane, const Retimings& retimings) {
  std::vector<Source> sources;
  for (const TrackEntry* track : lane.tracks) {
    for (const FileEntry& file : track->files) {
      if (file.duration > Time{} && file.bytes > 0) sources.push_back({&file, retimings.of(*track, file), track->codec});
    }
  }
  std::stable_sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.file->start < b.file->start; });
  return sources;
}

StreamPlan stream_of(std::span<const Source> sources, Codec fallback, Time to) {
  StreamPlan plan;
  plan.codec = sources.empty() ? fallback : sources.front().codec;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const FileEntry& file = *sources[i].file;
    plan.stretches.push_back({file.file, file.start, sources[i].retiming, i + 1 < sources.size() ? sources[i + 1].file->start : to});
    if (plan.width == 0) plan.width = file.width.value_or(0);
    if (plan.height == 0) plan.height = file.height.value_or(0);
    plan.rotation = file.rotation;
  }
  return plan;
}

// Pictures of one codec and one way up, and from when to when.
struct Episode {
  Span span;
  StreamPlan video;
};

std::vector<Episode> episodes_of(const Lane& lane, const Retimings& retimings, Span span) {
  std::vector<Episode> episodes;
  const std::vector<Source> sources = sources_of(lane, retimings);
  std::size_t begin = 0;
  do {
    std::size_t end = begin;
    const auto fits = [&](const Source& it) {
      return it.codec == sources[begin].codec && it.file->rotation == sources[begin].file->rotation;
    };
    while (end < sources.size() && fits(sources[end])) ++end;
    const Time from = episodes.empty() ? span.from : sources[begin].file->start;
    const Time to = end < sources.size() ? sources[end].file->start : span.to;
    episodes.push_back({{from, to}, stream_of(std::span(sources).subspan(begin, end - begin), lane.tracks.front()->codec, to)});
    begin = end;
  } while (begin < sources.size());
  return episodes;
}

StreamPlan audio_within(const Lane& lane, const Retimings& retimings, Span span) {
  std::vector<Source> sources = sources_of(lane, retimings);
  std::erase_if(sources, [&](const Source& it) { return it.file->start >= span.to || it.file->start + it.file->duration <= span.from; });
  return stream_of(sources, Codec::kOpus, span.to);
}

class Planner {
 public:
  Planner(std::span<const Event> events, const Manifest& manifest) : manifest_(&manifest), spans_(track_spans(events, manifest)) {
    for (const Event& event : events) {
      if (const auto* retimed = std::get_if<TrackRetimed>(&event.what)) retimings_.tracks[retimed->track].add(retimed->points);
      if (const auto* file = std::get_if<FileRetimed>(&event.what)) retimings_.done.insert(file->file);
      if (const auto* named = std::get_if<ParticipantNamed>(&event.what)) joined_.emplace(named->participant, event.t);
    }
  }

  std::vector<ParticipantPlan> plan() {
    std::vector<std::string> order;
    for (const TrackEntry& track : manifest_->tracks) {
      if (std::find(order.begin(), order.end(), track.participant) == order.end()) order.push_back(track.participant);
    }
    for (const std::string& participant : order) {
      plan_camera(participant);
      plan_screens(participant);
    }
    return std::move(plans_);
  }

 private:
  std::vector<const TrackEntry*> tracks(const std::string& participant, Kind kind) const {
    std::vector<const TrackEntry*> out;
    for (const TrackEntry& track : manifest_->tracks) {
      if (track.participant == participant && track.kind == kind) out.push_back(&track);
    }
    return out;
  }

  Span span_of(const std::vector<const TrackEntry*>& tracks) {
    Span span = spans_[tracks.front()->track];
    for (const TrackEntry* track : tracks) {
      const Span one = spans_[track->track];
      span = {std::min(span.from, one.from), std::max(span.to, one.to)};
    }
    return span;
  }

  void plan_camera(const std::string& participant) {
    const auto audio_tracks = tracks(participant, Kind::kAudio);
    const auto video_tracks = tracks(participant, Kind::kVideo);
    auto all = audio_tracks;
    all.insert(all.end(), video_tracks.begin(), video_tracks.end());
    if (all.empty()) return;
    Span span = span_of(all);
    if (const auto joined = joined_.find(participant); joined != joined_.end()) span.from = std::min(span.from, joined->second);

    const std::vector<Lane> audio = lanes_of(audio_tracks, spans_);
    const std::vector<Lane> video = lanes_of(video_tracks, spans_);
    for (std::size_t lane = 0; lane < std::max(audio.size(), video.size()); ++lane) {
      // What ran beside the first camera or microphone has a file of its own, as long as it ran.
      const Span whole = lane == 0 ? span : span_of(lane < video.size() ? video[lane].tracks : audio[lane].tracks);
      const auto episodes = lane < video.size() ? episodes_of(video[lane], retimings_, whole) : std::vector<Episode>{};
      if (episodes.empty()) add(participant, Kind::kVideo, whole, audio_within(audio[lane], retimings_, whole), std::nullopt);
      for (const Episode& episode : episodes) {
        auto sound = lane < audio.size() ? std::optional(audio_within(audio[lane], retimings_, episode.span)) : std::nullopt;
        add(participant, Kind::kVideo, episode.span, std::move(sound), episode.video);
      }
    }
  }

  void plan_screens(const std::string& participant) {
    for (const Lane& lane : lanes_of(tracks(participant, Kind::kScreenshare), spans_)) {
      for (const Episode& episode : episodes_of(lane, retimings_, span_of(lane.tracks))) {
        add(participant, Kind::kScreenshare, episode.span, std::nullopt, episode.video);
      }
    }
  }

  void add(const std::string& participant, Kind kind, Span span, std::optional<StreamPlan> audio, std::optional<StreamPlan> video) {
    if (span.to <= span.from) return;
    const char* extension = video && video->codec == Codec::kH264 ? "mp4" : "webm";
    const unsigned number = ++numbers_[{participant, kind}];
    plans_.push_back({participant, kind, participant_file(participant, kind, number, extension), span.from, span.to, std::move(audio),
                      std::move(video)});
  }

  const Manifest* manifest_;
  std::map<std::string, Span> spans_;
  Retimings retimings_;
  std::map<std::string, Time> joined_;
  std::map<std::pair<std::string, Kind>, unsigned> numbers_;
  std::vector<ParticipantPlan> plans_;
};

}  // namespace

std::vector<ParticipantPlan> plan_participants(std::span<const Event> events, const Manifest& manifest) {
  return Planner(events, manifest).plan();
}

}  // namespace dd::archive
