// SPDX-License-Identifier: MIT
// Loop: one thread that runs posted callbacks, timers and file-descriptor watches, one after another.
// It is an interface without a thread of its own: asio_loop.hpp runs it for real, testing/manual_loop.hpp steps it by hand.
// Everything mutable belongs to one loop; other threads reach it only through post().
#pragma once

#include <cstdint>
#include <utility>

#include "base/clock.hpp"
#include "base/thread_annotations.hpp"
#include "base/unique_function.hpp"

namespace dd {

class Timer;
class FdWatch;

enum class FdReady { kReadable, kWritable };

class DD_CAPABILITY("loop") Loop {
 public:
  using Callback = UniqueFunction<void()>;

  virtual ~Loop() = default;

  // Runs `callback` later on this loop, in the order of the posts. Safe from any thread.
  virtual void post(Callback callback) = 0;

  // Runs `callback` once, after `delay`, unless the Timer is destroyed or cancelled before. Home thread only.
  [[nodiscard]] Timer after(Duration delay, Callback callback);

  // Runs `callback` each time `fd` is ready, until the FdWatch is destroyed; it is not rearmed while `callback` runs.
  // The fd stays the caller's and must outlive the watch. Home thread only.
  [[nodiscard]] FdWatch watch(int fd, FdReady what, Callback callback);

  virtual MonotonicTime now() const = 0;
  virtual WallTime wall_now() const = 0;

  // Aborts when called from another thread than this loop's.
  virtual void assert_current() const DD_ASSERT_CAPABILITY(this) = 0;

 private:
  friend class Timer;
  friend class FdWatch;
  virtual std::uint64_t start_timer(Duration delay, Callback callback) = 0;
  virtual void stop_timer(std::uint64_t id) = 0;
  virtual std::uint64_t start_watch(int fd, FdReady what, Callback callback) = 0;
  virtual void stop_watch(std::uint64_t id) = 0;
};

// A pending timer; destroying it cancels. Empty by default. Must not outlive its loop.
class [[nodiscard]] Timer {
 public:
  Timer() = default;
  Timer(Loop* loop, std::uint64_t id) : loop_(loop), id_(id) {}
  Timer(Timer&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)), id_(other.id_) {}
  Timer& operator=(Timer&& other) noexcept {
    if (this != &other) {
      cancel();
      loop_ = std::exchange(other.loop_, nullptr);
      id_ = other.id_;
    }
    return *this;
  }
  ~Timer() { cancel(); }
  void cancel() {
    if (Loop* loop = std::exchange(loop_, nullptr)) loop->stop_timer(id_);
  }

 private:
  Loop* loop_ = nullptr;
  std::uint64_t id_ = 0;
};

// A file descriptor being watched; destroying it stops the watch. Must not outlive its loop.
class [[nodiscard]] FdWatch {
 public:
  FdWatch() = default;
  FdWatch(Loop* loop, std::uint64_t id) : loop_(loop), id_(id) {}
  FdWatch(FdWatch&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)), id_(other.id_) {}
  FdWatch& operator=(FdWatch&& other) noexcept {
    if (this != &other) {
      cancel();
      loop_ = std::exchange(other.loop_, nullptr);
      id_ = other.id_;
    }
    return *this;
  }
  ~FdWatch() { cancel(); }
  void cancel() {
    if (Loop* loop = std::exchange(loop_, nullptr)) loop->stop_watch(id_);
  }

 private:
  Loop* loop_ = nullptr;
  std::uint64_t id_ = 0;
};

inline Timer Loop::after(Duration delay, Callback callback) {
  assert_current();
  return Timer(this, start_timer(delay, std::move(callback)));
}

inline FdWatch Loop::watch(int fd, FdReady what, Callback callback) {
  assert_current();
  return FdWatch(this, start_watch(fd, what, std::move(callback)));
}

}  // namespace dd
