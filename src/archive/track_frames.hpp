// SPDX-License-Identifier: MIT
// The frames of one stream out of the files of its tracks, one file after the other, at their places on the timeline.
// It reads through libavformat and never decodes. A file that breaks off is over there; what follows goes on.
// Owned by the command that reads; one open file at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "archive/frame.hpp"
#include "archive/participant_plan.hpp"

struct AVFormatContext;
struct AVPacket;

namespace dd::archive {

// What a container has to know of a file's stream.
struct StreamHead {
  recording::Codec codec = recording::Codec::kOpus;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint8_t channels = 0;
  std::vector<std::uint8_t> setup;  // OpusHead, avcC, av1C; empty for VP8 and VP9
  std::uint32_t rotation = 0;       // degrees clockwise that make its pictures upright; of a file to be made
};

// kInvalidArgument when there is no stream of ours in it.
Result<StreamHead> read_stream_head(const std::filesystem::path& path);

class TrackFrames : public FrameSource {
 public:
  // A frame that belongs before `from` is handed out at it.
  TrackFrames(std::filesystem::path folder, std::vector<Stretch> stretches, recording::Time from);
  ~TrackFrames() override;

  Result<std::optional<Frame>> next() override;

 private:
  bool open_next();
  std::optional<Frame> read();

  std::filesystem::path folder_;
  std::vector<Stretch> stretches_;
  recording::Time from_;
  std::size_t number_ = 0;  // of the stretch that is opened next
  std::unique_ptr<AVFormatContext, void (*)(AVFormatContext*)> input_;
  std::unique_ptr<AVPacket, void (*)(AVPacket*)> packet_;
};

}  // namespace dd::archive
