// SPDX-License-Identifier: MIT
// Frames and sound in, a finished MP4 or WebM out: the pipeline behind the stage.
// It composes nothing. It runs as fast as it can and makes its caller wait when it cannot.
// Used from the composing thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "composer/gst_pointers.hpp"
#include "composer/layout.hpp"

namespace dd::composer {

// kFragments is MP4 cut every kSegmentSeconds, handed out in memory while it is made.
enum class Format { kMp4, kWebm, kWebmVp9, kFragments };

inline constexpr int kSegmentSeconds = 2;

std::string_view to_string(Format format);
std::optional<Format> parse_format(std::string_view text);

struct EncoderSettings {
  Format format = Format::kMp4;
  Size size{1280, 720};
  int fps = 30;
};

// The description of the pipeline; the files' names are set as properties, never written into it.
std::string encoder_pipeline(const EncoderSettings& settings);

class Encoder {
 public:
  // Both names are without a meaning for kFragments.
  static Result<std::unique_ptr<Encoder>> open(const EncoderSettings& settings, const std::filesystem::path& file,
                                               const std::filesystem::path& scratch);

  // Takes the frame. Frames and sound each follow on what came before, from 0.
  Result<void> push_frame(GstBuffer* frame);
  Result<void> push_sound(std::span<const float> sound);
  // Waits until everything is in the file, or `stop` is set. A failure of the disk has code kUnavailable.
  Result<void> finish(const std::atomic<bool>& stop);

  // Of kFragments: what has been made since the last call.
  std::string take_output();
  // Lets time pass, unless something fails.
  Result<void> wait(Duration duration);

 private:
  Encoder(const EncoderSettings& settings, PipelinePtr pipeline);
  Result<void> check();

  EncoderSettings settings_;
  std::uint64_t frames_ = 0;
  std::uint64_t samples_ = 0;
  std::size_t skip_;  // samples of sound the encoder will put before the first
  ElementPtr video_;
  ElementPtr audio_;
  ElementPtr out_;  // of kFragments
  BusPtr bus_;
  PipelinePtr pipeline_;
};

}  // namespace dd::composer
