// SPDX-License-Identifier: MIT
#include "send_queue.hpp"

#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "loop_clock.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace dd {
namespace {

constexpr std::size_t kArena = std::size_t{4} * SendQueue::kMaxDatagram;
constexpr std::size_t kMaxMessage = 65000;  // a message is one IP packet until it is cut, and that has headers too
constexpr std::uint32_t kMaxSegments = 64;  // UDP_MAX_SEGMENTS of the first kernels that could

// The control message that tells where to cut.
struct SegmentControl {
  alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(std::uint16_t))];
};

void describe_segments(msghdr& header, SegmentControl& control, std::uint32_t segment) {
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof(control.bytes);
  cmsghdr* item = CMSG_FIRSTHDR(&header);
  item->cmsg_level = SOL_UDP;
  item->cmsg_type = UDP_SEGMENT;
  item->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto length = static_cast<std::uint16_t>(segment);
  std::memcpy(CMSG_DATA(item), &length, sizeof(length));
}

bool probe_segments() {
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return false;
  sockaddr_in self{};
  self.sin_family = AF_INET;
  self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(self);
  char text[3] = {1, 2, 3};
  iovec part{text, sizeof(text)};
  SegmentControl control{};
  msghdr header{};
  header.msg_name = &self;
  header.msg_namelen = sizeof(self);
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  describe_segments(header, control, 2);
  bool works = ::bind(descriptor, reinterpret_cast<sockaddr*>(&self), sizeof(self)) == 0 &&
               ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&self), &length) == 0 &&
               ::sendmsg(descriptor, &header, 0) == sizeof(text);
  // The loopback delivers before sendmsg() returns.
  works = works && ::recv(descriptor, text, sizeof(text), 0) == 2 && ::recv(descriptor, text, sizeof(text), 0) == 1;
  ::close(descriptor);
  return works;
}

}  // namespace

bool kernel_segments() {
  static const bool works = probe_segments();
  return works;
}

Destination::Destination(const sockaddr* address) : v6{} {
  if (address->sa_family == AF_INET) {
    std::memcpy(&v4, address, sizeof(v4));
    length = sizeof(v4);
  } else if (address->sa_family == AF_INET6) {
    std::memcpy(&v6, address, sizeof(v6));
    length = sizeof(v6);
  }
}

bool Destination::operator==(const Destination& other) const {
  if (any.sa_family != other.any.sa_family || length != other.length) return false;
  if (length == sizeof(v4)) return v4.sin_port == other.v4.sin_port && v4.sin_addr.s_addr == other.v4.sin_addr.s_addr;
  return v6.sin6_port == other.v6.sin6_port && v6.sin6_scope_id == other.v6.sin6_scope_id && v6.sin6_flowinfo == other.v6.sin6_flowinfo &&
         std::memcmp(&v6.sin6_addr, &other.v6.sin6_addr, sizeof(v6.sin6_addr)) == 0;
}

SendSocket::SendSocket(int descriptor) { set_descriptor(descriptor); }

void SendSocket::set_descriptor(int descriptor) {
  descriptor_ = descriptor;
  segments_ = descriptor >= 0 && kernel_segments();
}

bool SendSocket::refuses_segments(const Destination& to) const {
  for (const Destination& refused : refused_) {
    if (refused == to) return true;
  }
  return false;
}

SendQueue::SendQueue(SendMany send_many) : send_many_(send_many), arena_(new std::uint8_t[kArena]) {}

SendQueue::~SendQueue() {
  for (std::size_t i = 0; i < packet_count_; ++i) delete packets_[i].callback;
  for (const Completed& one : completed_) delete one.callback;
}

SendQueue& SendQueue::of_this_loop() {
  static thread_local SendQueue queue;
  return queue;
}

std::uint8_t* SendQueue::reserve(std::size_t length) {
  if (packet_count_ == kMaxPackets || arena_used_ + length > kArena) flush();
  return arena_.get() + arena_used_;
}

void SendQueue::push(SendSocket& socket, const std::uint8_t* data, std::size_t length, const sockaddr* address, SentCallback* callback) {
  const Destination to(address);
  if (length == 0 || length > kMaxDatagram || to.length == 0) return finish(callback, false);
  // Written where reserve() said: then there is room, since nothing came between.
  if (data != arena_.get() + arena_used_ || packet_count_ == kMaxPackets) std::memmove(reserve(length), data, length);

  const auto size = static_cast<std::uint32_t>(length);
  const auto index = static_cast<std::uint32_t>(packet_count_++);
  packets_[index] = {static_cast<std::uint32_t>(arena_used_), size, callback};
  arena_used_ += length;

  if (message_count_ > 0) {
    Message& last = messages_[message_count_ - 1];
    if (last.open && last.socket == &socket && size <= last.segment && last.bytes + size <= kMaxMessage && last.count < kMaxSegments &&
        last.to == to) {
      ++last.count;
      last.bytes += size;
      last.open = size == last.segment;  // only the last segment may be shorter
      return;
    }
  }
  const bool open = socket.segments_ && (socket.refused_.empty() || !socket.refuses_segments(to));
  messages_[message_count_++] = {&socket, to, index, 1, size, size, open};
}

void SendQueue::flush() {
  for (std::size_t begin = 0; begin < message_count_;) {
    SendSocket* socket = messages_[begin].socket;
    std::size_t end = begin + 1;
    while (end < message_count_ && messages_[end].socket == socket) ++end;
    send(*socket, &messages_[begin], end - begin);
    begin = end;
  }
  if (message_count_ > 0) loop_clock::refresh();
  message_count_ = 0;
  packet_count_ = 0;
  arena_used_ = 0;
}

void SendQueue::send(SendSocket& socket, Message* messages, std::size_t count) {
  std::array<mmsghdr, kMaxPackets> headers;
  std::array<iovec, kMaxPackets> parts;
  std::array<SegmentControl, kMaxPackets> controls;
  for (std::size_t i = 0; i < count; ++i) {
    Message& message = messages[i];
    parts[i] = {arena_.get() + packets_[message.first].offset, message.bytes};
    headers[i] = {};
    msghdr& header = headers[i].msg_hdr;
    header.msg_name = &message.to;
    header.msg_namelen = message.to.length;
    header.msg_iov = &parts[i];
    header.msg_iovlen = 1;
    if (message.count > 1) describe_segments(header, controls[i], message.segment);
  }

  std::size_t at = 0;
  while (at < count) {
    if (socket.blocked_) {
      for (; at < count; ++at) hold(socket, messages[at]);
      return;
    }
    const int sent = send_many_(socket.descriptor_, &headers[at], static_cast<unsigned>(count - at), 0);
    if (sent > 0) {
      // If it was not all, the next call tells the error of the first one left.
      for (int i = 0; i < sent; ++i) finish(messages[at++], true);
      continue;
    }
    const int error = sent < 0 ? errno : EIO;
    const Message& first = messages[at];
    switch (error) {
      case EINTR: break;
      case EAGAIN:
      case ENOBUFS:
        socket.blocked_ = true;
        socket.want_writable(true);
        break;
      case EINVAL:
      case EMSGSIZE:
      case EIO:
      case EOPNOTSUPP:
        if (first.count > 1) {
          // EIO says that this way out cannot be cut for at all (no checksums by the device); the others may be about this route alone.
          if (error == EIO || error == EOPNOTSUPP || socket.refused_.size() >= kMaxRefused) {
            socket.segments_ = false;
          } else if (!socket.refuses_segments(first.to)) {
            socket.refused_.push_back(first.to);
          }
          send_singly(socket, first);
        } else {
          finish(first, false);
        }
        ++at;
        break;
      default:  // an unreachable or forbidden destination, for instance: its datagram is lost, as on the way
        finish(first, false);
        ++at;
    }
  }
}

void SendQueue::send_singly(SendSocket& socket, const Message& message) {
  std::array<Message, kMaxSegments> singles;
  for (std::uint32_t i = 0; i < message.count; ++i) {
    const std::uint32_t length = packets_[message.first + i].length;
    singles[i] = {&socket, message.to, message.first + i, 1, length, length, false};
  }
  send(socket, singles.data(), message.count);
}

void SendQueue::finish(SentCallback* callback, bool sent) {
  if (callback) completed_.push_back({callback, sent, loop_clock::now_us()});
}

void SendQueue::finish(const Message& message, bool sent) {
  for (std::uint32_t i = 0; i < message.count; ++i) finish(packets_[message.first + i].callback, sent);
}

void SendQueue::hold(SendSocket& socket, const Message& message) {
  for (std::uint32_t i = 0; i < message.count; ++i) {
    const Packet& packet = packets_[message.first + i];
    const std::uint8_t* bytes = arena_.get() + packet.offset;
    socket.held_.push_back({{bytes, bytes + packet.length}, message.to, packet.callback});
    socket.held_bytes_ += packet.length;
  }
  while (socket.held_.size() > kMaxHeldPackets || socket.held_bytes_ > kMaxHeldBytes) {
    finish(socket.held_.front().callback, false);
    socket.held_bytes_ -= socket.held_.front().bytes.size();
    socket.held_.pop_front();
  }
}

void SendQueue::writable(SendSocket& socket) {
  flush();  // what is queued for this socket lines up behind what is held
  std::deque<SendSocket::Held> waiting;
  waiting.swap(socket.held_);
  socket.held_bytes_ = 0;
  socket.blocked_ = false;
  while (!waiting.empty() && !socket.blocked_) {
    for (std::size_t taken = 0; taken < kMaxPackets / 2 && !waiting.empty() && !socket.blocked_; ++taken) {
      const SendSocket::Held& one = waiting.front();
      push(socket, one.bytes.data(), one.bytes.size(), &one.to.any, one.callback);
      waiting.pop_front();
    }
    flush();
  }
  // What was refused again is held again, in its order; what was never tried stands behind it.
  for (SendSocket::Held& one : waiting) {
    socket.held_bytes_ += one.bytes.size();
    socket.held_.push_back(std::move(one));
  }
  if (!socket.blocked_) socket.want_writable(false);
}

void SendQueue::close(SendSocket& socket) {
  flush();
  for (const SendSocket::Held& one : socket.held_) finish(one.callback, false);
  socket.held_.clear();
  socket.held_bytes_ = 0;
  socket.blocked_ = false;
}

void SendQueue::complete() {
  if (completed_.empty()) return;
  // A callback may send, and its datagram be flushed and completed in turn: that waits for the next call.
  if (!completing_.empty()) return;
  completing_.swap(completed_);
  const std::int64_t outer_us = loop_clock::frozen_us;
  for (const Completed& one : completing_) {
    loop_clock::frozen_us = one.at_us;
    (*one.callback)(one.sent);
    delete one.callback;
  }
  loop_clock::frozen_us = outer_us;
  completing_.clear();
}

}  // namespace dd
