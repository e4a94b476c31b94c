// SPDX-License-Identifier: MIT
// One file of a track, decoded in its own small pipeline and handed out picture by picture, or piece of sound by piece.
// It knows only the file's own time. A file that is broken breaks this decoder, with the reason, and nothing else. A file that is still
// being written is followed: its end is then no end.
// Used from one thread; GStreamer's threads decode a few pictures ahead and wait.
#pragma once

#include <atomic>
#include <filesystem>
#include <gst/app/gstappsrc.h>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "composer/gst_pointers.hpp"
#include "composer/plan.hpp"

namespace dd::composer {

enum class Growth { kComplete, kGrowing };

class Decoder {
 public:
  // A picture above this is nobody's camera; it would only take memory.
  static constexpr int kLargestSide = 4096;
  // A decoder that gives nothing for so long is stuck, even on a machine that is busy with other things.
  static constexpr Duration kPatience = std::chrono::seconds{60};

  // `wanted`: what has to be decoded, see wanted.hpp; empty means all.
  static Result<std::unique_ptr<Decoder>> open(const std::filesystem::path& file, recording::Codec codec, std::vector<Interval> wanted,
                                               Growth growth = Growth::kComplete);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  struct End {};
  struct Broken {
    std::string reason;
  };
  struct NotYet {};  // of a growing file: nothing more is written
  using Pulled = std::variant<SamplePtr, End, Broken, NotYet>;
  // Waits for the next; after End and Broken there is nothing more.
  Pulled pull();

  // The file grows no more.
  void complete() { complete_ = true; }

  // Of a growing file: it is read on, and nothing is decoded until wake(), and then from the next key frame that is read and
  // not before `from`.
  void rest();
  void wake(Time from);
  bool awaits_key_frame() const { return needs_key_; }
  // Reads on where the file has grown; pull() does it by itself. False when there is more than fits in now.
  bool feed();

  // When a sample's content begins, in the file's time.
  static Time time_of(GstSample* sample);

 private:
  Decoder(PipelinePtr pipeline, std::vector<Interval> wanted);
  bool is_fed_up();
  static void on_hungry(GstAppSrc* source, guint, gpointer self);
  static GstPadProbeReturn on_frame(GstPad* pad, GstPadProbeInfo* probe, gpointer self);

  const std::vector<Interval> wanted_;
  std::size_t at_ = 0;  // in wanted_; the demultiplexer's thread only
  int file_ = -1;       // of a growing file
  std::atomic<bool> resting_{false};
  std::atomic<bool> needs_key_{false};
  std::atomic<Time::rep> key_from_us_{0};
  bool complete_ = false;
  std::mutex feeding_;
  bool hungry_ = false;  // under feeding_: of a growing file, all that was fed has come out
  bool ended_ = false;   // the pipeline has been told
  ElementPtr source_;
  ElementPtr sink_;
  BusPtr bus_;
  PipelinePtr pipeline_;  // the last member: its threads end before what they use goes away
};

// When the key frames of a file are, in its own time: one pass without decoding. What is behind a fault is not found.
std::vector<Time> find_key_frames(const std::filesystem::path& file);

}  // namespace dd::composer
