// SPDX-License-Identifier: MIT
// Cuts a fragmented MP4, as it comes out of the muxer, into its beginning and into segments of a key frame each, with the sound to them.
// It changes nothing but the fragments' times, which a composer that goes on after another has to move.
// Plain state; bytes in, pieces out.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dd::composer {

struct Segment {
  double seconds = 0;  // of picture
  std::string bytes;   // moof and mdat boxes, whole
};

class Fragments {
 public:
  // `offset`: where on the programme the muxer's time 0 is.
  explicit Fragments(double offset_seconds) : offset_(offset_seconds) {}

  // kInternal when what came is no fragmented MP4 of ours.
  Result<void> push(std::string_view bytes);
  // Nothing more comes: what waits for sound is a segment now.
  void finish();

  bool has_tracks() const { return !tracks_.empty(); }
  // ftyp and moov, once there are tracks.
  const std::string& beginning() const { return beginning_; }
  std::vector<Segment> take();

 private:
  struct Track {
    bool video = false;
    std::uint32_t timescale = 0;
  };
  struct Piece {
    double start = 0;
    double end = 0;
    std::string bytes;
  };

  Result<void> take_box(std::string_view type, std::string box);
  Result<void> read_tracks(std::string_view moov);
  Result<void> read_fragment(std::string& moof);
  void pair();
  void emit(std::size_t sounds);

  double offset_;
  std::string unread_;
  std::string beginning_;
  std::map<std::uint32_t, Track> tracks_;
  Piece current_;  // its moof is there, its mdat is not
  bool current_video_ = false;
  std::deque<Piece> video_;
  std::deque<Piece> audio_;
  double audio_end_ = 0;
  std::vector<Segment> ready_;
};

}  // namespace dd::composer
