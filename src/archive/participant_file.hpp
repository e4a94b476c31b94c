// SPDX-License-Identifier: MIT
// One file for playing: WebM or MP4 with at most one stream of sound and one of pictures, written by libavformat.
// It fills nothing and orders nothing: frames come in the order of their times, beginning at zero.
// Owned by the command that writes; the file has a temporary name until put_in_place() of disk.hpp gives it its own.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "archive/frame.hpp"
#include "archive/track_frames.hpp"

struct AVFormatContext;
struct AVPacket;

namespace dd::archive {

enum class Container { kWebm, kMp4 };

// Where an H264 decoder finds the parameter sets: all in the head of the file, or in front of each key frame.
enum class Parameters { kInHead, kInStream };

class ParticipantFile {
 public:
  static Result<ParticipantFile> create(const std::filesystem::path& path, Container container, const std::optional<StreamHead>& audio,
                                        const std::optional<StreamHead>& video, Parameters parameters);

  Result<void> write_audio(const Frame& frame) { return write(audio_, frame); }
  Result<void> write_video(const Frame& frame) { return write(video_, frame); }
  Result<void> finish();

 private:
  ParticipantFile();
  Result<void> write(int stream, const Frame& frame);

  std::unique_ptr<AVFormatContext, void (*)(AVFormatContext*)> output_;
  std::unique_ptr<AVPacket, void (*)(AVPacket*)> packet_;
  int audio_ = -1;
  int video_ = -1;
};

}  // namespace dd::archive
