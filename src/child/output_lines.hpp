// SPDX-License-Identifier: MIT
// What a child prints, as log lines: whole lines, cut at a length, at most so many in ten seconds; the rest is counted.
// It parses nothing and closes its descriptor when the child does. Lives on its loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "base/unique_function.hpp"

namespace dd::child {

class OutputLines {
 public:
  using Sink = UniqueFunction<void(std::string_view line)>;

  static constexpr std::size_t kMaxLine = 2048;
  static constexpr unsigned kLinesPerWindow = 50;
  static constexpr Duration kWindow = std::chrono::seconds{10};

  // Owns `fd`, which is non-blocking.
  OutputLines(Loop& loop, int fd, Sink sink);
  OutputLines(const OutputLines&) = delete;
  OutputLines& operator=(const OutputLines&) = delete;
  ~OutputLines();

 private:
  void on_readable();
  void take(std::string_view bytes);
  void emit_line();

  Loop& loop_;
  int fd_;
  Sink sink_;
  std::string line_;
  bool cut_ = false;
  MonotonicTime window_start_{};
  unsigned lines_in_window_ = 0;
  std::uint64_t suppressed_ = 0;
  FdWatch watch_;
};

}  // namespace dd::child
