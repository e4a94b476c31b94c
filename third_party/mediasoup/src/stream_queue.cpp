// SPDX-License-Identifier: MIT
#include "stream_queue.hpp"

namespace dd {

StreamQueue& StreamQueue::of_this_loop() {
  static thread_local StreamQueue queue;
  return queue;
}

bool StreamQueue::take(Stream& stream, const std::uint8_t* header, std::size_t header_length, const std::uint8_t* body,
                       std::size_t body_length) {
  if (writing_) return false;
  const std::size_t length = header_length + body_length;
  if (stream_ != &stream || run_.size() + length > kMaxRun) flush();
  if (stream.unwritten() + run_.size() + length > kMaxUnwritten) return true;
  stream_ = &stream;
  run_.insert(run_.end(), header, header + header_length);
  run_.insert(run_.end(), body, body + body_length);
  return true;
}

void StreamQueue::flush() {
  if (!stream_) return;
  writing_ = true;
  stream_->write_run(run_.data(), run_.size());
  writing_ = false;
  stream_ = nullptr;
  run_.clear();
}

}  // namespace dd
