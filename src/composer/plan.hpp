// SPDX-License-Identifier: MIT
// What a programme shows, when: the events of a recording as scenes of seated participants and as streams of files.
// It opens no file and draws nothing. It may be asked again while the timeline grows; what is older than two seconds stays as it was.
// Plain values and one function.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "composer/layout.hpp"
#include "recording/timeline.hpp"

namespace dd::composer {

using recording::Time;

inline constexpr Time kForEver = std::chrono::hours{24 * 365};  // an end that nobody knows yet

struct Interval {
  Time from{};
  Time to{};
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct Person {
  std::string id;
  std::string name;  // what is written below the picture; the id when nobody gave a name
};

struct Clip {
  std::string file;              // relative to the recording's folder
  Time start{};                  // where the file's time 0 is
  std::optional<Time> duration;  // as the recorder wrote it down when the file was complete
  bool retimed = false;          // its own times are right: the stream's retiming does not concern it
  Size size{};                   // of pictures, as it was when the file began; zero when nobody wrote it down
};

struct Stream {
  std::string track;
  std::size_t person = 0;
  recording::Kind kind = recording::Kind::kAudio;
  recording::Codec codec = recording::Codec::kOpus;
  std::vector<Clip> clips;     // in order of time
  std::vector<Interval> gaps;  // nothing came; written down by the recorder
  recording::Retiming retiming;
  std::vector<Interval> shown;  // of pictures: when some scene has it, merged
  Size largest{};               // of its pictures so far
  std::vector<Clip> previews;   // of a smaller layer, while the recording runs
  struct Turn {
    Time from{};
    int degrees = 0;  // clockwise, to be upright
  };
  std::vector<Turn> turns;  // of pictures, in order of time
  int rotation_at(Time t) const;
};

struct Seat {
  std::size_t person = 0;
  std::optional<std::size_t> stream;  // none: a card with the name
  bool screen = false;
  friend bool operator==(const Seat&, const Seat&) = default;
};

struct Scene {
  Time from{};
  Time to{};
  Layout layout = Layout::kGrid;
  std::vector<Seat> seats;           // as many as fit; the first is the large one where there is one
  std::size_t more = 0;              // how many found no seat
  std::optional<std::size_t> floor;  // the person who speaks
};

struct Programme {
  Time from{};
  Time to{};
  recording::Fill fill = recording::Fill::kBlack;
  std::vector<Person> people;
  std::vector<Stream> streams;
  std::vector<Scene> scenes;  // without holes from `from` to `to`
};

struct PlanRequest {
  std::optional<Layout> layout;  // none: a grid until the timeline says otherwise
  Size canvas{1280, 720};
  Time from{};
  std::optional<Time> to;
  Time at_least{};  // a recording that goes on is known to last until here
};

// kInvalidArgument when there is nothing between `from` and `to`, or more than anybody records.
Result<Programme> plan(std::span<const recording::Event> events, const PlanRequest& request);

}  // namespace dd::composer
