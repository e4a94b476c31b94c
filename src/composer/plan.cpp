// SPDX-License-Identifier: MIT
#include "composer/plan.hpp"

#include <algorithm>
#include <variant>

#include "composer/cast.hpp"
#include "composer/floor.hpp"
#include "recording/manifest.hpp"

namespace dd::composer {
namespace {

using recording::Event;

// A timeline is somebody else's file; one damaged time in it must not keep a composer busy for years.
constexpr Time kLongestProgramme = std::chrono::hours{30 * 24};

std::vector<Event> in_order(std::span<const Event> events) {
  std::vector<Event> sorted(events.begin(), events.end());
  // A file's first frame may have been captured before the recorder heard of its track, whose line then has the later time.
  Time earliest = Time::max();
  for (auto event = sorted.rbegin(); event != sorted.rend(); ++event) {
    if (std::holds_alternative<recording::FileBegan>(event->what)) earliest = std::min(earliest, event->t);
    if (std::holds_alternative<recording::TrackBegan>(event->what) || std::holds_alternative<recording::ParticipantNamed>(event->what)) {
      event->t = std::min(event->t, earliest);
    }
  }
  // A file is written down when its first frame is complete, with the time of that frame: lines are not quite in order.
  std::stable_sort(sorted.begin(), sorted.end(), [](const Event& a, const Event& b) { return a.t < b.t; });
  return sorted;
}

std::vector<Floor> floors_of(const std::vector<Event>& events, Time end) {
  std::vector<Floor> changes;
  for (const Event& event : events) {
    if (const auto* speaker = std::get_if<recording::SpeakerChanged>(&event.what)) changes.push_back({event.t, speaker->participant});
  }
  return settle_floor(changes, end);
}

Time end_of(const std::vector<Event>& events) {
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (std::holds_alternative<recording::RecordingStopped>(event->what)) return event->t;
  }
  return recording::last_known_time(events);
}

// Collects scenes; one that shows the same as the one before continues it.
class Scenes {
 public:
  Scenes(const PlanRequest& request, Time end) : request_(request), end_(end) {}

  void now(Time t, const Cast& cast, Layout layout) {
    t = std::clamp(t, request_.from, end_);
    Scene scene;
    scene.from = t;
    scene.to = end_;
    scene.layout = layout == Layout::kPresentation && !cast.has_screen() ? Layout::kGrid : layout;
    Cast::Seating seating = cast.seat(scene.layout, capacity(scene.layout, request_.canvas));
    scene.seats = std::move(seating.seats);
    scene.more = seating.more;
    scene.floor = cast.floor();
    if (!scenes_.empty()) {
      const Scene& last = scenes_.back();
      if (last.layout == scene.layout && last.seats == scene.seats && last.more == scene.more && last.floor == scene.floor) return;
      scenes_.back().to = t;
      if (scenes_.back().from >= t) scenes_.pop_back();
    }
    scenes_.push_back(std::move(scene));
  }

  std::vector<Scene> take() { return std::move(scenes_); }

 private:
  const PlanRequest& request_;
  Time end_;
  std::vector<Scene> scenes_;
};

void note_when_shown(Programme& programme) {
  for (const Scene& scene : programme.scenes) {
    for (const Seat& seat : scene.seats) {
      if (!seat.stream) continue;
      std::vector<Interval>& shown = programme.streams[*seat.stream].shown;
      if (!shown.empty() && shown.back().to == scene.from) {
        shown.back().to = scene.to;
      } else {
        shown.push_back({scene.from, scene.to});
      }
    }
  }
}

}  // namespace

int Stream::rotation_at(Time t) const {
  const auto later = std::find_if(turns.rbegin(), turns.rend(), [&](const Turn& turn) { return retiming.corrected(turn.from) <= t; });
  return later == turns.rend() ? 0 : later->degrees;
}

Result<Programme> plan(std::span<const Event> events, const PlanRequest& request) {
  const std::vector<Event> sorted = in_order(events);
  const Time known_end = std::max(end_of(sorted), request.at_least);
  const Time end = request.to ? std::min(*request.to, known_end) : known_end;
  if (request.from >= end) {
    return invalid_field("from", "there is nothing of the recording between `from` and `to`");
  }
  if (end - request.from > kLongestProgramme) {
    return invalid_field("folder", "the timeline says that the recording lasts longer than 30 days");
  }
  Programme programme;
  programme.from = request.from;
  programme.to = end;

  const std::vector<Floor> floors = floors_of(sorted, known_end);
  auto floor = floors.begin();
  Layout layout = request.layout.value_or(Layout::kGrid);
  Cast cast;
  Scenes scenes(request, end);
  const auto floors_until = [&](Time t) {
    for (; floor != floors.end() && floor->from <= t; ++floor) {
      cast.give_floor(*floor);
      scenes.now(floor->from, cast, layout);
    }
  };
  scenes.now(Time{0}, cast, layout);
  for (std::size_t index = 0; index < sorted.size(); ++index) {
    const Event& event = sorted[index];
    if (event.t >= end) {
      // Of what comes later only that matters which is written down when it is over.
      const bool looks_back =
          std::holds_alternative<recording::GapNoted>(event.what) || std::holds_alternative<recording::FileEnded>(event.what) ||
          std::holds_alternative<recording::FileRetimed>(event.what) || std::holds_alternative<recording::PreviewEnded>(event.what);
      if (looks_back) cast.apply(event);
      continue;
    }
    if (floor != floors.end() && floor->from < event.t) floors_until(event.t - Time{1});
    cast.apply(event);
    if (const auto* began = std::get_if<recording::RecordingBegan>(&event.what)) programme.fill = began->fill;
    if (const auto* changed = std::get_if<recording::LayoutChanged>(&event.what); changed && !request.layout) {
      layout = parse_layout(changed->layout).value_or(layout);
    }
    // What happens at one time is one scene.
    if (index + 1 == sorted.size() || sorted[index + 1].t != event.t) scenes.now(event.t, cast, layout);
  }
  floors_until(end - Time{1});
  programme.scenes = scenes.take();
  programme.people = cast.take_people();
  programme.streams = cast.take_streams();
  note_when_shown(programme);
  return programme;
}

}  // namespace dd::composer
