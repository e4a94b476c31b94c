// SPDX-License-Identifier: MIT
#include "base/background_thread.hpp"

namespace dd {

BackgroundThread::BackgroundThread(Loop& loop, std::size_t max_waiting)
    : loop_(loop), max_waiting_(max_waiting), thread_([this] { work_until_stopped(); }) {}

BackgroundThread::~BackgroundThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  changed_.notify_one();
  thread_.join();
}

bool BackgroundThread::push(UniqueFunction<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

void BackgroundThread::work_until_stopped() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = {};
    lock.lock();
  }
}

}  // namespace dd
