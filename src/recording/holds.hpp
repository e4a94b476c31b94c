// SPDX-License-Identifier: MIT
// Holds: the recordings that somebody works on now - records, composes, mends -, counted, so that nothing removes them meanwhile.
// It is no lock: holders do not wait for each other. Safe from any thread; outlives its holds.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace dd::recording {

class Holds;

// Ends with its object.
class [[nodiscard]] Hold {
 public:
  Hold() = default;
  Hold(Hold&& other) noexcept : holds_(std::exchange(other.holds_, nullptr)), recording_(std::move(other.recording_)) {}
  Hold& operator=(Hold&& other) noexcept;
  ~Hold() { release(); }
  void release();

 private:
  friend class Holds;
  Hold(Holds* holds, std::string recording) : holds_(holds), recording_(std::move(recording)) {}
  Holds* holds_ = nullptr;
  std::string recording_;
};

class Holds {
 public:
  Hold hold(std::string recording) {
    const std::lock_guard lock(mutex_);
    ++counts_[recording];
    return Hold(this, std::move(recording));
  }
  bool held(const std::string& recording) const {
    const std::lock_guard lock(mutex_);
    return counts_.contains(recording);
  }

 private:
  friend class Hold;
  void release(const std::string& recording) {
    const std::lock_guard lock(mutex_);
    const auto count = counts_.find(recording);
    if (count != counts_.end() && --count->second == 0) counts_.erase(count);
  }

  mutable std::mutex mutex_;
  std::map<std::string, unsigned> counts_;
};

inline void Hold::release() {
  if (Holds* holds = std::exchange(holds_, nullptr)) holds->release(recording_);
}

inline Hold& Hold::operator=(Hold&& other) noexcept {
  if (this != &other) {
    release();
    holds_ = std::exchange(other.holds_, nullptr);
    recording_ = std::move(other.recording_);
  }
  return *this;
}

}  // namespace dd::recording
