// SPDX-License-Identifier: MIT
#include "child/output_lines.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace dd::child {

OutputLines::OutputLines(Loop& loop, int fd, Sink sink) : loop_(loop), fd_(fd), sink_(std::move(sink)), window_start_(loop.now()) {
  watch_ = loop.watch(fd, FdReady::kReadable, [this] { on_readable(); });
}

OutputLines::~OutputLines() {
  watch_.cancel();
  // What the child said last is often why it died.
  if (fd_ >= 0) {
    std::array<char, 4096> bytes;
    for (int reads = 0; reads < 16; ++reads) {
      const ssize_t count = ::read(fd_, bytes.data(), bytes.size());
      if (count <= 0) break;
      take({bytes.data(), static_cast<std::size_t>(count)});
    }
    ::close(fd_);
  }
  if (!line_.empty()) emit_line();
}

void OutputLines::on_readable() {
  std::array<char, 4096> bytes;
  const ssize_t count = ::read(fd_, bytes.data(), bytes.size());
  if (count > 0) return take({bytes.data(), static_cast<std::size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  watch_.cancel();
  ::close(std::exchange(fd_, -1));
}

void OutputLines::take(std::string_view bytes) {
  for (char byte : bytes) {
    if (byte == '\n') {
      if (!line_.empty()) emit_line();
      cut_ = false;
    } else if (!cut_) {
      line_.push_back(byte);
      if (line_.size() == kMaxLine) {
        emit_line();
        cut_ = true;
      }
    }
  }
}

void OutputLines::emit_line() {
  const auto now = loop_.now();
  if (now - window_start_ >= kWindow) {
    window_start_ = now;
    lines_in_window_ = 0;
    if (const auto suppressed = std::exchange(suppressed_, 0); suppressed > 0) sink_(fmt::format("({} lines left out)", suppressed));
  }
  if (++lines_in_window_ <= kLinesPerWindow) {
    sink_(line_);
  } else {
    ++suppressed_;
  }
  line_.clear();
}

}  // namespace dd::child
