// SPDX-License-Identifier: MIT
#include "recorder/timeline_log.hpp"

#include <utility>

namespace dd::recorder {

TimelineLog::TimelineLog(Disk& disk, std::filesystem::path path, std::uint64_t size)
    : disk_(disk), path_(std::move(path)), file_(disk.extend(path_)), size_(size) {}

void TimelineLog::note(const recording::Event& event) { append(recording::encode(event) + '\n'); }

void TimelineLog::append(std::string text) {
  if (file_) {
    size_ += text.size();
    disk_.append(*file_, {text.begin(), text.end()});
  }
  kept_bytes_ += text.size();
  kept_.push_back({file_ ? size_ : UINT64_MAX, std::move(text)});
  while (kept_bytes_ > kMaxKept) {
    kept_bytes_ -= kept_.front().text.size();
    kept_.pop_front();
  }
}

void TimelineLog::on_trouble(const DiskTrouble& trouble) {
  if (!file_) return;
  const auto found = trouble.whole.find(*file_);
  const std::uint64_t whole = found == trouble.whole.end() ? 0 : found->second;
  while (!kept_.empty() && kept_.front().end <= whole) {
    kept_bytes_ -= kept_.front().text.size();
    kept_.pop_front();
  }
  size_ = whole;
  file_.reset();
}

void TimelineLog::go_on(Folder folder, const std::vector<recording::Event>& first) {
  file_ = disk_.extend(path_);
  auto waiting = std::exchange(kept_, {});
  kept_bytes_ = 0;
  if (folder == Folder::kMadeAnew) {
    size_ = 0;
    for (const recording::Event& event : first) note(event);
  }
  for (Line& line : waiting) append(std::move(line.text));
}

void TimelineLog::close() {
  if (file_) disk_.close(*file_);
  file_.reset();
}

}  // namespace dd::recorder
