// SPDX-License-Identifier: MIT
// The pictures of one stream along the timeline: which one is to be seen at a time, over all its files and gaps.
// It draws nothing. A broken file ends its own pictures and is noted; the next file goes on.
// Used from the composing thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "composer/decoder.hpp"
#include "composer/plan.hpp"

namespace dd::composer {

// For how long a picture stands when no other comes, after which the tile is black.
inline constexpr Time kPictureHold = std::chrono::milliseconds{500};
// A still screen is sent about once a second (Chromium's zero-hertz mode), and that is no stall.
inline constexpr Time kScreenHold = std::chrono::seconds{3};

// Whether a picture captured at `picture` may still be seen at `t`.
bool is_fresh(Time picture, Time t, const Stream& stream, recording::Fill fill);

class Pictures {
 public:
  // `end` is where the programme ends. A stream that still grows is followed: what of it will be shown is not known before.
  Pictures(std::filesystem::path folder, Stream stream, recording::Fill fill, Time end, Growth growth = Growth::kComplete);

  // The same stream, of which more is known.
  void update(const Stream& stream);

  // Of a stream that grows: follows its files without decoding until wake(), from which on the next key frame begins at().
  // at() without wake() begins anew at the last key frame, as for a tile that was hidden, which costs a pass through the file.
  void rest(Time t);
  void wake(Time t);
  bool awaits_key_frame() const { return !resting_ && (!decoder_ || decoder_->awaits_key_frame()); }

  // The picture at `t`, which never goes back; null when there is none. `slack`: how much later a picture may be and still be nearest.
  GstSample* at(Time t, Time slack);
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  std::optional<std::size_t> due_at(Time t) const;
  void open(std::size_t clip, Time t);
  void open(std::size_t clip, const std::filesystem::path& path, std::vector<Interval> wanted);
  std::optional<std::filesystem::path> path_of(std::size_t clip);
  std::optional<std::vector<Interval>> wanted_of(std::size_t clip, const std::filesystem::path& path, Time t) const;
  bool look_ahead();
  void note_early_end();
  Interval extent(std::size_t clip) const;

  struct Picture {
    SamplePtr sample;
    Time time{};
  };

  std::filesystem::path folder_;
  Stream stream_;
  recording::Fill fill_;
  Time end_;
  Growth growth_;
  std::optional<Time> asked_;        // the last time, because a tile that was hidden for long is read anew
  std::optional<std::size_t> clip_;  // the one being read
  std::unique_ptr<Decoder> decoder_;
  Picture current_;
  Picture next_;
  bool whole_ = true;  // the file is decoded to its end
  bool resting_ = false;
  bool caught_up_ = false;
  Time followed_{};  // when the file was last read on
  Time woken_{};     // what was captured before is left from before the rest
  std::vector<std::string> troubles_;
};

}  // namespace dd::composer
