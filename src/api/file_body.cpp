// SPDX-License-Identifier: MIT
#include "api/file_body.hpp"

#include <algorithm>
#include <array>

namespace dd::api {
namespace {

constexpr std::size_t kChunk = 256 * 1024;

// Outlives the stream while a read is under way.
struct Progress {
  Loop& loop;
  std::shared_ptr<recording::FileReader> file;
  std::uint64_t offset = 0;
  std::uint64_t left = 0;  // not asked for yet
  std::string chunk;       // read and not taken
  bool reading = false;
  bool failed = false;
  bool abandoned = false;
  UniqueFunction<void()> wake;
};

Task<void> read_ahead(std::shared_ptr<Progress> progress) {
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, progress->left));
  auto chunk = co_await progress->file->read(progress->offset, size);
  progress->reading = false;
  if (progress->abandoned) co_return;
  // Shorter than it was when it was opened: the length that was promised cannot be kept.
  if (!chunk || chunk->size() != size) {
    progress->failed = true;
  } else {
    progress->offset += size;
    progress->left -= size;
    progress->chunk = std::move(*chunk);
  }
  if (!progress->wake) co_return;
  progress->loop.post([progress] {
    if (!progress->abandoned) progress->wake();
  });
}

class FileBody final : public BodyStream {
 public:
  explicit FileBody(std::shared_ptr<Progress> progress) : progress_(std::move(progress)) { begin_reading(); }
  ~FileBody() override {
    progress_->abandoned = true;
    progress_->wake = {};
  }

  State read(std::string& out, std::size_t) override {
    if (progress_->failed) return State::kFailed;
    if (out.empty()) {
      out.swap(progress_->chunk);
    } else {
      out += progress_->chunk;
    }
    progress_->chunk.clear();
    if (progress_->left == 0 && !progress_->reading) return State::kEnded;
    begin_reading();
    return State::kOpen;
  }

  void on_ready(UniqueFunction<void()> wake) override { progress_->wake = std::move(wake); }

 private:
  void begin_reading() {
    if (progress_->reading || progress_->left == 0) return;
    progress_->reading = true;
    spawn(read_ahead(progress_));
  }

  std::shared_ptr<Progress> progress_;
};

}  // namespace

std::unique_ptr<BodyStream> file_body(Loop& loop, std::shared_ptr<recording::FileReader> file, std::uint64_t offset, std::uint64_t length) {
  auto progress = std::make_shared<Progress>(Progress{loop, std::move(file), offset, length, {}, false, false, false, {}});
  return std::make_unique<FileBody>(std::move(progress));
}

std::string_view media_type_of(std::string_view file) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes{{
      {".mkv", "video/x-matroska"},
      {".webm", "video/webm"},
      {".mp4", "video/mp4"},
      {".m4s", "video/iso.segment"},
      {".ts", "video/mp2t"},
      {".m3u8", "application/vnd.apple.mpegurl"},
      {".json", "application/json"},
      {".jsonl", "application/x-ndjson"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (file.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

}  // namespace dd::api
