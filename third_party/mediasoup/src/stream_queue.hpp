// SPDX-License-Identifier: MIT
// What goes out over TCP, burst by burst: the frames that follow each other to one connection are one write. Alone, each is a system call
// and a segment of its own, or with Nagle's algorithm waits until the peer has acknowledged the one before, up to 40 ms. It is no pacer:
// it is flushed as SendQueue is, so nothing is ever held to wait for more. What the kernel does not take, libuv holds back, here up to
// a bound. Order is the order of take(). Owned by one loop, that is one thread; a connection must be flushed in it before it goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace dd {

// What the queue knows of a connection, which derives from it.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Writes whole frames and keeps what the kernel does not take. Calls nobody back.
  virtual void write_run(const std::uint8_t* data, std::size_t length) = 0;
  // Bytes kept so.
  virtual std::size_t unwritten() const = 0;
};

class StreamQueue {
 public:
  static constexpr std::size_t kMaxRun = 64 << 10;  // then it is written; a frame of media is a fiftieth of it
  // What a connection keeps while its peer takes nothing; beyond it frames are dropped whole. Some seconds of video, longer than anybody
  // waits for, and room for the key frames of thirty people at once.
  static constexpr std::size_t kMaxUnwritten = 1 << 20;

  static StreamQueue& of_this_loop();

  // Gathers a frame that is its header and its body, or drops it, and says whether it is done. False: the caller is to write it itself,
  // because it is what write_run() writes. Writes first what was gathered for another connection.
  bool take(Stream& stream, const std::uint8_t* header, std::size_t header_length, const std::uint8_t* body, std::size_t body_length);
  void flush();

 private:
  Stream* stream_ = nullptr;  // whose frames run_ has
  std::vector<std::uint8_t> run_;
  bool writing_ = false;
};

}  // namespace dd
