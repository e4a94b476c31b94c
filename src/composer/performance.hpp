// SPDX-License-Identifier: MIT
// All streams and the stage of a programme while it is made: frame by frame and chunk of sound by chunk, in order of time.
// It neither encodes nor waits; a plan that has grown is taken over in between.
// Used from the composing thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "composer/layered.hpp"
#include "composer/plan.hpp"
#include "composer/sound.hpp"
#include "composer/stage.hpp"

namespace dd::composer {

class Performance {
 public:
  Performance(std::filesystem::path folder, Programme programme, Size size, int fps, Growth growth = Growth::kComplete);

  // The same programme, of which more is known.
  void go_on(Programme programme);

  // What would make the rest of a live programme cheaper, or its change to a larger tile possible.
  struct Wish {
    std::string track;
    unsigned smaller = 0;  // how many steps below the highest layer a preview may be; 0: none is needed
    bool key_frame = false;
  };
  // Of each stream with pictures. Looks ahead from `t` as far as the plan goes.
  std::vector<Wish> wishes(Time t);

  GstBuffer* frame_at(Time t);
  // From one sample of the timeline to another.
  std::vector<float> sound_of(std::int64_t from, std::int64_t to);
  std::vector<std::string> troubles() const;

 private:
  // What a scene looks like; two that look the same are drawn once.
  struct Look {
    Layout layout = Layout::kGrid;
    std::vector<Seat> seats;
    std::size_t more = 0;
    std::optional<std::size_t> floor;
    std::vector<Person> people;
  };
  void take_streams();
  void go_to_scene_at(Time t);
  void show_scene(const Scene& scene);

  std::filesystem::path folder_;
  Programme programme_;
  Size size_;
  Time slack_;
  Growth growth_;
  Stage stage_;
  std::size_t scene_ = 0;
  std::optional<Look> look_;
  std::vector<Rect> tiles_;  // of the scene's seats
  SamplePtr fill_image_;     // null: black
  std::vector<std::string> own_troubles_;
  std::map<std::string, Layered> pictures_;  // by track
  std::map<std::string, Sound> sounds_;
};

}  // namespace dd::composer
