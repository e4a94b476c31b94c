// SPDX-License-Identifier: MIT
// The bytes of a Matroska file with one track (RFC 9559): its head, clusters that are whole by themselves, and its tail.
// It writes no file and keeps no frame. Debian's libwebm-dev ships the parser's headers only, and a muxer that owns its
// file could not promise one write for each cluster. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recording/terms.hpp"

namespace dd::recorder {

using ByteString = std::vector<std::uint8_t>;

struct MatroskaTrack {
  recording::Codec codec = recording::Codec::kVp8;
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::uint16_t rotation = 0;  // degrees clockwise that make the picture upright
  std::uint32_t sampling_rate = 48000;
  std::uint8_t channels = 1;
  std::uint64_t uid = 1;
  ByteString configuration = {};  // of Opus it is made here
};

// Everything up to the first cluster. The segment's size is unknown and the duration absent, so that a file that ends
// anywhere behind a cluster is a valid one; a tail fills them in.
ByteString make_matroska_head(const MatroskaTrack& track);

// One cluster from frames added in order of time; times are milliseconds of the file.
class ClusterBuilder {
 public:
  bool empty() const { return body_.empty(); }
  std::int64_t begins_ms() const { return begins_ms_; }
  std::size_t size() const { return body_.size(); }
  bool has_key() const { return has_key_; }

  void add(std::int64_t time_ms, bool key, std::span<const std::uint8_t> frame);
  ByteString take();

 private:
  static constexpr std::size_t kHeadRoom = 32;  // where take() puts the head, so that the frames are copied once

  ByteString body_;
  std::int64_t begins_ms_ = 0;
  bool has_key_ = false;
};

struct Cue {
  std::int64_t time_ms = 0;
  std::uint64_t position = 0;  // of its cluster in the file
};

// What a file that ended in order receives: cues behind its last cluster, and patches of the head.
struct MatroskaTail {
  struct Patch {
    std::uint64_t at = 0;
    ByteString bytes;
  };
  ByteString cues;  // appended
  std::vector<Patch> patches;
};

MatroskaTail make_matroska_tail(const ByteString& head, std::uint64_t file_size, double duration_ms, std::span<const Cue> cues);

}  // namespace dd::recorder
