// SPDX-License-Identifier: MIT
#include "composer/cast.hpp"

#include <algorithm>
#include <variant>

namespace dd::composer {

using recording::Kind;

namespace {

void note_size(Stream& stream, Size size) {
  if (std::int64_t{size.width} * size.height > std::int64_t{stream.largest.width} * stream.largest.height) stream.largest = size;
}

}  // namespace

std::size_t Cast::person(const std::string& id) {
  const auto [found, fresh] = person_by_id_.try_emplace(id, people_.size());
  if (fresh) {
    people_.push_back({id, id});
    spoke_.push_back(0);
  }
  return found->second;
}

Cast::StreamState* Cast::state_of(const std::string& track) {
  const auto found = stream_by_track_.find(track);
  return found == stream_by_track_.end() ? nullptr : &states_[found->second];
}

void Cast::begin_track(const recording::TrackBegan& began) {
  const std::size_t who = person(began.participant);
  const auto [found, fresh] = stream_by_track_.try_emplace(began.track, streams_.size());
  if (fresh) {
    streams_.push_back({began.track, who, began.kind, began.codec, {}, {}, {}, {}, {}, {}, {}});
    states_.push_back({});
  }
  states_[found->second] = {true, false};
}

void Cast::end_all() {
  for (StreamState& state : states_) state.there = false;
}

void Cast::apply(const recording::Event& event) {
  if (const auto* named = std::get_if<recording::ParticipantNamed>(&event.what)) {
    const std::size_t who = person(named->participant);
    if (!named->name.empty()) people_[who].name = named->name;
  } else if (const auto* began = std::get_if<recording::TrackBegan>(&event.what)) {
    begin_track(*began);
  } else if (const auto* file = std::get_if<recording::FileBegan>(&event.what)) {
    const auto found = stream_by_track_.find(file->track);
    if (found == stream_by_track_.end()) return;
    Stream& stream = streams_[found->second];
    const Size size{static_cast<int>(file->width.value_or(0)), static_cast<int>(file->height.value_or(0))};
    stream.clips.push_back({file->file, event.t, {}, false, size});
    note_size(stream, size);
    if (file->rotation != 0 || !stream.turns.empty()) stream.turns.push_back({event.t, static_cast<int>(file->rotation)});
  } else if (const auto* turned = std::get_if<recording::PictureTurned>(&event.what)) {
    const auto found = stream_by_track_.find(turned->track);
    if (found != stream_by_track_.end()) streams_[found->second].turns.push_back({event.t, static_cast<int>(turned->degrees)});
  } else if (const auto* sized = std::get_if<recording::SizeChanged>(&event.what)) {
    const auto found = stream_by_track_.find(sized->track);
    if (found != stream_by_track_.end())
      note_size(streams_[found->second], {static_cast<int>(sized->width), static_cast<int>(sized->height)});
  } else if (const auto* preview = std::get_if<recording::PreviewBegan>(&event.what)) {
    const auto found = stream_by_track_.find(preview->track);
    if (found == stream_by_track_.end()) return;
    const Size size{static_cast<int>(preview->width), static_cast<int>(preview->height)};
    streams_[found->second].previews.push_back({preview->file, event.t, {}, false, size});
  } else if (const auto* preview_ended = std::get_if<recording::PreviewEnded>(&event.what)) {
    for (Stream& stream : streams_) {
      for (Clip& clip : stream.previews) {
        if (clip.file == preview_ended->file) clip.duration = preview_ended->duration;
      }
    }
  } else if (const auto* complete = std::get_if<recording::FileEnded>(&event.what)) {
    for (Stream& stream : streams_) {
      for (Clip& clip : stream.clips) {
        if (clip.file == complete->file) clip.duration = complete->duration;
      }
    }
  } else if (const auto* right = std::get_if<recording::FileRetimed>(&event.what)) {
    for (Stream& stream : streams_) {
      for (Clip& clip : stream.clips) {
        if (clip.file != right->file) continue;
        clip.start = right->start;
        clip.retimed = true;
      }
    }
  } else if (const auto* gap = std::get_if<recording::GapNoted>(&event.what)) {
    const auto found = stream_by_track_.find(gap->track);
    if (found != stream_by_track_.end() && gap->from < gap->to) streams_[found->second].gaps.push_back({gap->from, gap->to});
  } else if (const auto* retimed = std::get_if<recording::TrackRetimed>(&event.what)) {
    const auto found = stream_by_track_.find(retimed->track);
    if (found != stream_by_track_.end()) streams_[found->second].retiming.add(retimed->points);
  } else if (const auto* paused = std::get_if<recording::TrackPaused>(&event.what)) {
    if (StreamState* state = state_of(paused->track)) state->paused = true;
  } else if (const auto* resumed = std::get_if<recording::TrackResumed>(&event.what)) {
    if (StreamState* state = state_of(resumed->track)) state->paused = false;
  } else if (const auto* ended = std::get_if<recording::TrackEnded>(&event.what)) {
    if (StreamState* state = state_of(ended->track)) state->there = false;
  } else if (std::holds_alternative<recording::PartRecovered>(event.what) || std::holds_alternative<recording::PartBegan>(event.what)) {
    // Whoever is still there when the next part begins is announced again.
    end_all();
  }
}

void Cast::give_floor(const Floor& floor) {
  floor_ = person(floor.participant);
  spoke_[*floor_] = ++speeches_;
}

bool Cast::is_present(std::size_t who) const {
  for (std::size_t index = 0; index < streams_.size(); ++index) {
    if (streams_[index].person == who && states_[index].there && streams_[index].kind != Kind::kScreenshare) return true;
  }
  return false;
}

std::optional<std::size_t> Cast::picture_of(std::size_t who, Kind kind) const {
  // The last one: after a reconnection the earlier track may not have been missed yet.
  for (std::size_t index = streams_.size(); index-- > 0;) {
    const Stream& stream = streams_[index];
    if (stream.person == who && stream.kind == kind && states_[index].there && !states_[index].paused && !stream.clips.empty())
      return index;
  }
  return std::nullopt;
}

bool Cast::has_screen() const {
  for (std::size_t who = 0; who < people_.size(); ++who) {
    if (picture_of(who, Kind::kScreenshare)) return true;
  }
  return false;
}

Cast::Seating Cast::seat(Layout layout, std::size_t limit) const {
  std::vector<Seat> screens;
  std::vector<Seat> all;
  for (std::size_t who = 0; who < people_.size(); ++who) {
    if (const auto screen = picture_of(who, Kind::kScreenshare)) screens.push_back({who, screen, true});
    if (is_present(who)) all.push_back({who, picture_of(who, Kind::kVideo), false});
  }
  // In a grid the screens come first, then people as they joined: nobody moves because somebody speaks.
  all.insert(all.begin(), screens.begin(), screens.end());
  if (layout == Layout::kSpeaker && !all.empty()) {
    const auto large = [&](const Seat& seat) { return !seat.screen && floor_ == seat.person; };
    const auto visible = [](const Seat& seat) { return !seat.screen && seat.stream.has_value(); };
    auto first = std::find_if(all.begin(), all.end(), large);
    // Before anybody has spoken, somebody who can be seen.
    if (first == all.end()) first = std::find_if(all.begin(), all.end(), visible);
    if (first != all.end()) std::rotate(all.begin(), first, first + 1);
  } else if (layout == Layout::kPresentation && screens.size() > 1) {
    // The screen shared last is the one being talked about.
    std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(screens.size()) - 1,
                all.begin() + static_cast<std::ptrdiff_t>(screens.size()));
  }
  if (all.size() <= limit) return {std::move(all), 0};

  // Too many: one tile becomes "+N", the others go to the large one, the screens and those who spoke last, in the order above.
  std::vector<std::size_t> order(all.size());
  for (std::size_t index = 0; index < order.size(); ++index) order[index] = index;
  const std::size_t fixed = layout == Layout::kGrid ? 0 : 1;
  const auto rank = [&](std::size_t index) -> std::uint64_t {
    if (all[index].screen) return UINT64_MAX;
    return spoke_[all[index].person] * 2 + (all[index].stream ? 1 : 0);
  };
  std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(fixed), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
  const std::size_t kept = limit - 1;
  const std::size_t more = all.size() - kept;
  order.resize(kept);
  std::sort(order.begin() + static_cast<std::ptrdiff_t>(std::min(fixed, kept)), order.end());
  Seating seating;
  for (const std::size_t index : order) seating.seats.push_back(all[index]);
  seating.more = more;
  return seating;
}

}  // namespace dd::composer
