// SPDX-License-Identifier: MIT
#include "child/frame_connection.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace dd::child {
namespace {

// One turn reads at most this much, so that a talkative child cannot keep the loop for itself.
constexpr std::size_t kReadAtOnce = 64U << 10;
constexpr int kReadsPerTurn = 4;

}  // namespace

FrameConnection::FrameConnection(Loop& loop, int read_fd, int write_fd, Bounds bounds, OnFrame on_frame, OnEnd on_end)
    : loop_(loop),
      read_fd_(read_fd),
      write_fd_(write_fd),
      bounds_(bounds),
      on_frame_(std::move(on_frame)),
      on_end_(std::move(on_end)),
      decoder_(bounds.max_frame),
      readable_(loop.watch(read_fd, FdReady::kReadable, [this] { on_readable(); })) {}

FrameConnection::~FrameConnection() { *alive_ = false; }

Result<void> FrameConnection::send(std::span<const std::uint8_t> frame) {
  if (ended_) return unavailable("the channel to the child has ended");
  if (frame.size() > bounds_.max_frame) return make_error(Errc::kPayloadTooLarge, "the message is too big for the child's channel");
  if (unsent() + frame.size() > bounds_.max_unsent) return unavailable("the child does not read its channel");
  std::size_t written = 0;
  if (unsent() == 0) {
    auto wrote = write_some(frame);
    // The end itself is reported by the reading side, or by the child's exit; here the message is simply not sent.
    if (!wrote) return unavailable("the channel to the child is closed");
    written = *wrote;
  }
  if (written == frame.size()) return ok();
  if (sent_ > 0 && sent_ == unsent_.size()) {
    unsent_.clear();
    sent_ = 0;
  }
  const auto rest = frame.subspan(written);
  const bool was_idle = unsent() == 0;
  unsent_.insert(unsent_.end(), rest.begin(), rest.end());
  if (was_idle) writable_ = loop_.watch(write_fd_, FdReady::kWritable, [this] { on_writable(); });
  return ok();
}

Result<std::size_t> FrameConnection::write_some(std::span<const std::uint8_t> bytes) {
  while (true) {
    // MSG_NOSIGNAL: a child that died must not end us with SIGPIPE.
    const ssize_t count = ::send(write_fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    return make_error(Errc::kUnavailable, std::strerror(errno));
  }
}

void FrameConnection::on_writable() {
  auto wrote = write_some(std::span(unsent_).subspan(sent_));
  if (!wrote) {
    unsent_.clear();
    sent_ = 0;
    writable_.cancel();
    return end(std::move(wrote.error()));
  }
  sent_ += *wrote;
  if (sent_ == unsent_.size()) {
    unsent_.clear();
    sent_ = 0;
    if (unsent_.capacity() > (1U << 20)) unsent_.shrink_to_fit();
    writable_.cancel();
  } else if (sent_ > bounds_.max_unsent / 2) {
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
}

void FrameConnection::on_readable() {
  const auto alive = alive_;
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    const auto room = decoder_.prepare(kReadAtOnce);
    const ssize_t count = ::recv(read_fd_, room.data(), room.size(), MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      return end(make_error(Errc::kUnavailable, std::strerror(errno)));
    }
    if (count == 0) return end(make_error(Errc::kUnavailable, "the child closed its channel"));
    decoder_.committed(static_cast<std::size_t>(count));
    while (true) {
      auto frame = decoder_.next();
      if (!frame) return end(std::move(frame.error()));
      if (!frame->has_value()) break;
      on_frame_(**frame);
      if (!*alive || ended_) return;
    }
    if (static_cast<std::size_t>(count) < room.size()) return;
  }
}

void FrameConnection::end(Error reason) {
  if (std::exchange(ended_, true)) return;
  readable_.cancel();
  writable_.cancel();
  on_end_(reason);
}

}  // namespace dd::child
