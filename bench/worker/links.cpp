// SPDX-License-Identifier: MIT
#include "bench/worker/links.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>

#include "bench/load/network.hpp"

namespace dd::bench {
namespace {

constexpr std::size_t kSlot = 2048;
constexpr std::size_t kSlots = 64;
constexpr std::size_t kRead = 1 << 16;  // of TCP, at once
constexpr int kReady = 64;              // sockets at once
// Of the socket that all share: about 100 ms of the most that a worker sends.
constexpr int kSharedBuffer = 128 << 20;
constexpr int kOwnBuffer = 4 << 20;
constexpr std::uint32_t kFirstAddress = 0x7F010001;  // 127.1.0.1, counted up from there
constexpr std::size_t kControl = CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(std::uint32_t));

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int udp_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("cannot open a UDP socket");
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
  ::setsockopt(descriptor, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
  ::setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
  return descriptor;
}

}  // namespace

struct Links::Incoming {
  std::array<std::array<std::uint8_t, kSlot>, kSlots> slots;
  struct alignas(cmsghdr) Control {
    std::array<std::uint8_t, kControl> bytes;
  };
  std::array<Control, kSlots> controls;
  std::array<iovec, kSlots> parts;
  std::array<mmsghdr, kSlots> headers{};

  Incoming() {
    for (std::size_t i = 0; i < kSlots; ++i) {
      parts[i] = {slots[i].data(), kSlot};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_control = controls[i].bytes.data();
    }
  }
};

Links::Links(Protocol protocol) : protocol_(protocol), epoll_(::epoll_create1(EPOLL_CLOEXEC)), incoming_(std::make_unique<Incoming>()) {
  if (protocol_ != Protocol::kUdp) return;
  const int descriptor = udp_socket();
  // One socket for all needs more room than the kernel grants everybody. Without the right to it, each peer has a socket of its own.
  if (::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &kSharedBuffer, sizeof(kSharedBuffer)) != 0) {
    ::close(descriptor);
    return;
  }
  sockaddr_in any{};
  any.sin_family = AF_INET;
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&any), sizeof(any)) != 0) fail("cannot bind a UDP socket");
  shared_ = descriptor;
}

Links::~Links() {
  if (shared_ >= 0) ::close(shared_);
  for (const Link& link : links_) {
    if (link.descriptor >= 0) ::close(link.descriptor);
  }
  ::close(epoll_);
}

std::size_t Links::open(std::uint16_t port) {
  const std::size_t peer = links_.size();
  links_.push_back({.port = port});
  if (shared_ >= 0) return peer;
  Link& link = links_.back();
  const sockaddr_in to = loopback(port);
  link.descriptor = protocol_ == Protocol::kUdp ? udp_socket() : ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (link.descriptor < 0) fail("cannot open a socket");
  ::setsockopt(link.descriptor, SOL_SOCKET, SO_RCVBUF, &kOwnBuffer, sizeof(kOwnBuffer));
  if (::connect(link.descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) fail("cannot connect a socket");
  if (protocol_ == Protocol::kTcp) {
    const int on = 1;
    ::setsockopt(link.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ::fcntl(link.descriptor, F_SETFL, O_NONBLOCK);
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = peer;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, link.descriptor, &event) != 0) fail("cannot watch a socket");
  return peer;
}

void Links::send(std::size_t peer, load::Bytes datagram) {
  const Link& link = links_[peer];
  std::array<std::uint8_t, 2> length{};
  std::array<iovec, 2> parts{iovec{length.data(), length.size()}, iovec{const_cast<std::uint8_t*>(datagram.data()), datagram.size()}};
  msghdr message{};
  message.msg_iov = &parts[1];
  message.msg_iovlen = 1;
  if (protocol_ == Protocol::kTcp) {
    load::write_u16(length, 0, static_cast<std::uint32_t>(datagram.size()));
    message.msg_iov = parts.data();
    message.msg_iovlen = 2;
    // What is asked for here is far less than a connection's buffer.
    if (::sendmsg(link.descriptor, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(datagram.size() + 2)) fail("cannot send over TCP");
    return;
  }
  sockaddr_in to = loopback(link.port);
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in_pktinfo))> control{};
  if (link.descriptor < 0) {
    message.msg_name = &to;
    message.msg_namelen = sizeof(to);
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(kFirstAddress + static_cast<std::uint32_t>(peer));
    std::memcpy(CMSG_DATA(header), &info, sizeof(info));
  }
  // A full buffer loses it, as a network would.
  static_cast<void>(::sendmsg(link.descriptor < 0 ? shared_ : link.descriptor, &message, 0));
}

std::size_t Links::receive(const Take& take) {
  if (shared_ >= 0) return receive_udp(shared_, links_.size(), take);
  std::array<epoll_event, kReady> events;
  const int ready = ::epoll_wait(epoll_, events.data(), kReady, 0);
  std::size_t count = 0;
  for (int i = 0; i < ready; ++i) {
    const auto peer = static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64);
    count += protocol_ == Protocol::kTcp ? receive_tcp(peer, take) : receive_udp(links_[peer].descriptor, peer, take);
  }
  return count;
}

// `owner`: whose socket it is; none of the peers if it is the shared one.
std::size_t Links::receive_udp(int descriptor, std::size_t owner, const Take& take) {
  auto& headers = incoming_->headers;
  for (mmsghdr& header : headers) header.msg_hdr.msg_controllen = kControl;
  const int count = ::recvmmsg(descriptor, headers.data(), kSlots, MSG_DONTWAIT, nullptr);
  for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
    std::size_t peer = owner;
    timespec stamp{};
    msghdr& header = headers[i].msg_hdr;
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO && owner == links_.size()) {
        in_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(control), sizeof(info));
        peer = ntohl(info.ipi_addr.s_addr) - kFirstAddress;
      } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
        std::memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
      } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
        std::uint32_t total = 0;
        std::memcpy(&total, CMSG_DATA(control), sizeof(total));
        if (owner == links_.size()) {
          overflows_ = total;
        } else {
          overflows_ += total - links_[owner].overflows;
          links_[owner].overflows = total;
        }
      }
    }
    if (peer >= links_.size()) continue;  // not for any of us
    take(peer, load::MutableBytes(incoming_->slots[i].data(), headers[i].msg_len),
         load::Nanoseconds{stamp.tv_sec} * 1'000'000'000 + stamp.tv_nsec);
  }
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t Links::receive_tcp(std::size_t peer, const Take& take) {
  Link& link = links_[peer];
  const std::size_t kept = link.stream.size();
  link.stream.resize(kept + kRead);
  const ssize_t length = ::recv(link.descriptor, link.stream.data() + kept, kRead, MSG_DONTWAIT);
  if (length == 0) throw std::runtime_error("the worker has closed a connection");
  link.stream.resize(kept + static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  const load::Nanoseconds arrival = load::stamp_now();
  std::size_t at = 0;
  std::size_t count = 0;
  for (const load::MutableBytes bytes(link.stream); at + 2 <= bytes.size(); ++count) {
    const std::size_t frame = rtp::read_u16(bytes, at);
    if (at + 2 + frame > bytes.size()) break;
    take(peer, bytes.subspan(at + 2, frame), arrival);
    at += 2 + frame;
  }
  link.stream.erase(link.stream.begin(), link.stream.begin() + static_cast<std::ptrdiff_t>(at));
  return count;
}

}  // namespace dd::bench
