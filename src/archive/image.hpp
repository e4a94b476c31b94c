// SPDX-License-Identifier: MIT
// A picture file (PNG, JPEG or WebP) that stands where a camera sends nothing.
// It encodes nothing. Owned by the command that makes a participant's file.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.hpp"

struct AVFrame;

namespace dd::archive {

class Image {
 public:
  // kInvalidArgument when it is no picture, or one of more than 4096 pixels a side.
  static Result<Image> load(const std::filesystem::path& file);

  // As large as fits into the middle of `frame` (I420, black already), at its own shape.
  Result<void> paint(AVFrame& frame) const;

 private:
  using Pixels = std::unique_ptr<AVFrame, void (*)(AVFrame*)>;
  explicit Image(Pixels pixels) : pixels_(std::move(pixels)) {}

  Pixels pixels_;
};

}  // namespace dd::archive
