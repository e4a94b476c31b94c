// SPDX-License-Identifier: MIT
// Who is there at one moment of a recording, with which pictures: the state that events change and scenes are seated from.
// It knows no layout's geometry and no file's content.
// Plain state, owned by plan().
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "composer/floor.hpp"
#include "composer/plan.hpp"

namespace dd::composer {

class Cast {
 public:
  void apply(const recording::Event& event);
  void give_floor(const Floor& floor);

  // The seats of a scene in order, the large one first; `limit` is what the layout has tiles for.
  struct Seating {
    std::vector<Seat> seats;
    std::size_t more = 0;
  };
  Seating seat(Layout layout, std::size_t limit) const;
  // A shared screen can be seen; a presentation without one is a grid.
  bool has_screen() const;
  std::optional<std::size_t> floor() const { return floor_; }

  std::vector<Person> take_people() { return std::move(people_); }
  std::vector<Stream> take_streams() { return std::move(streams_); }

 private:
  struct StreamState {
    bool there = false;  // its producer exists
    bool paused = false;
  };

  std::size_t person(const std::string& id);
  void begin_track(const recording::TrackBegan& began);
  void end_all();
  StreamState* state_of(const std::string& track);
  bool is_present(std::size_t person) const;
  std::optional<std::size_t> picture_of(std::size_t person, recording::Kind kind) const;

  std::vector<Person> people_;
  std::map<std::string, std::size_t> person_by_id_;
  std::vector<Stream> streams_;
  std::vector<StreamState> states_;  // beside streams_
  std::map<std::string, std::size_t> stream_by_track_;
  std::vector<std::uint64_t> spoke_;  // of each person: the ordinal of the last time they took the floor, 0 for never
  std::uint64_t speeches_ = 0;
  std::optional<std::size_t> floor_;
};

}  // namespace dd::composer
