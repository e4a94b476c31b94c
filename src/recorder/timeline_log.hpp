// SPDX-License-Identifier: MIT
// timeline.jsonl as the recorder writes it: each event a line, handed to the disk at once and kept until it is known to be there.
// It reads nothing and knows no clock. Lives on the recorder's loop.
#pragma once

#include <deque>
#include <filesystem>
#include <string>

#include "recorder/disk.hpp"
#include "recording/timeline.hpp"

namespace dd::recorder {

class TimelineLog {
 public:
  // Of what is not on disk yet; beyond, the oldest lines are dropped. An hour of trouble makes far less.
  static constexpr std::size_t kMaxKept = 1U << 20;

  // `size` is the file's length so far.
  TimelineLog(Disk& disk, std::filesystem::path path, std::uint64_t size);

  void note(const recording::Event& event);

  void on_trouble(const DiskTrouble& trouble);
  // Opens the file again and writes what was noted meanwhile, behind `first` when the folder is a new one.
  void go_on(Folder folder, const std::vector<recording::Event>& first);

  void close();

 private:
  struct Line {
    std::uint64_t end = 0;  // of the file behind it
    std::string text;
  };

  void append(std::string text);

  Disk& disk_;
  std::filesystem::path path_;
  std::optional<FileId> file_;
  std::uint64_t size_;
  std::deque<Line> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace dd::recorder
