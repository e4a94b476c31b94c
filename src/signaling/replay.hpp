// SPDX-License-Identifier: MIT
// Replay: numbers a session's notifications and keeps the latest, so that a client that comes back misses none.
// Bounded by number and bytes: the oldest go first, and a client that misses one of those cannot resume.
// Plain value, used on one loop.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace dd::signaling {

class Replay {
 public:
  Replay(std::size_t max_notices, std::size_t max_bytes) : max_notices_(max_notices), max_bytes_(max_bytes) {}

  std::uint64_t last() const { return last_; }
  std::uint64_t next() const { return last_ + 1; }

  void keep(std::string text) {
    ++last_;
    bytes_ += text.size();
    kept_.push_back(std::move(text));
    while (kept_.size() > max_notices_ || bytes_ > max_bytes_) {
      bytes_ -= kept_.front().size();
      kept_.pop_front();
    }
  }

  // Whether everything after `seq` is here.
  bool reaches(std::uint64_t seq) const { return seq <= last_ && last_ - seq <= kept_.size(); }
  // Needs reaches(seq).
  std::vector<std::string> after(std::uint64_t seq) const { return {kept_.end() - static_cast<std::ptrdiff_t>(last_ - seq), kept_.end()}; }

 private:
  std::size_t max_notices_;
  std::size_t max_bytes_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
  std::deque<std::string> kept_;
};

}  // namespace dd::signaling
