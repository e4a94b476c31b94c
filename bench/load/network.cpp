// SPDX-License-Identifier: MIT
#include "bench/load/network.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fmt/format.h>

namespace dd::load {
namespace {

constexpr int kReceiveBuffer = 1 << 20;  // a key frame of every publisher at once; the kernel grants what net.core.rmem_max allows
constexpr int kReadyAtOnce = 64;         // sockets; then the loop's timers have their turn
constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(std::uint32_t));

Error errno_error(std::string_view doing) { return make_error(Errc::kUnavailable, fmt::format("{}: {}", doing, std::strerror(errno))); }

Nanoseconds nanoseconds_of(const timespec& time) { return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

}  // namespace

Nanoseconds stamp_now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return nanoseconds_of(time);
}

struct Network::Incoming {
  struct Message {
    std::array<std::uint8_t, kSlotSize> bytes;
    alignas(cmsghdr) std::array<std::uint8_t, kControlSize> control;
  };
  std::array<Message, kReceiveBatch> messages;
  std::array<iovec, kReceiveBatch> vectors;
  std::array<mmsghdr, kReceiveBatch> headers;

  Incoming() {
    for (std::size_t at = 0; at < kReceiveBatch; ++at) {
      vectors[at] = {messages[at].bytes.data(), messages[at].bytes.size()};
      headers[at] = {};
      headers[at].msg_hdr.msg_iov = &vectors[at];
      headers[at].msg_hdr.msg_iovlen = 1;
      headers[at].msg_hdr.msg_control = messages[at].control.data();
    }
  }
};

UdpPort::~UdpPort() { network_.forget(*this); }

Network::Network(int epoll_fd) : epoll_fd_(epoll_fd), incoming_(std::make_unique<Incoming>()) {}

Network::~Network() {
  watch_.cancel();
  ::close(epoll_fd_);
}

Result<std::unique_ptr<Network>> Network::open(Loop& loop) {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return errno_error("epoll_create1");
  std::unique_ptr<Network> network(new Network(fd));
  // An epoll descriptor can be watched itself: the loop wakes up once for all sockets that have something.
  network->watch_ = loop.watch(fd, FdReady::kReadable, [network = network.get()] { network->receive(); });
  return network;
}

Result<std::unique_ptr<UdpPort>> Network::open_port(const boost::asio::ip::udp::endpoint& peer, DatagramSink& sink) {
  const int fd = socket(peer.protocol().family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno_error("open a UDP socket (is `ulimit -n` high enough?)");
  auto port = std::make_unique<UdpPort>(*this, fd, sink);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  if (::connect(fd, peer.data(), static_cast<socklen_t>(peer.size())) != 0) return errno_error("connect a UDP socket");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = port.get();
  if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0) return errno_error("watch a UDP socket");
  return port;
}

void Network::forget(UdpPort& port) {
  flush();
  std::replace(ready_.begin(), ready_.end(), &port, static_cast<UdpPort*>(nullptr));
  ::close(port.fd_);
}

void Network::commit(UdpPort& port, std::size_t size) {
  queue_[queued_] = {port.fd_, size};
  if (++queued_ == kSendBatch) flush();
}

void Network::send(UdpPort& port, Bytes datagram) {
  if (datagram.size() > kSlotSize) return;
  std::copy(datagram.begin(), datagram.end(), slots_[queued_].begin());
  commit(port, datagram.size());
}

void Network::flush() {
  std::array<iovec, kSendBatch> vectors;
  std::array<mmsghdr, kSendBatch> headers;
  for (std::size_t at = 0; at < queued_;) {
    const std::size_t first = at;
    for (; at < queued_ && queue_[at].fd == queue_[first].fd; ++at) {
      vectors[at] = {slots_[at].data(), queue_[at].size};
      headers[at] = {};
      headers[at].msg_hdr.msg_iov = &vectors[at];
      headers[at].msg_hdr.msg_iovlen = 1;
    }
    std::size_t next = first;
    while (next < at) {
      const int sent = sendmmsg(queue_[first].fd, &headers[next], static_cast<unsigned>(at - next), 0);
      // ECONNREFUSED tells of an earlier datagram and costs this one its turn; a full buffer loses it, as a network would.
      if (sent <= 0) {
        ++counters_.send_failures;
        ++next;
        continue;
      }
      for (std::size_t index = next; index < next + static_cast<std::size_t>(sent); ++index) counters_.sent_bytes += queue_[index].size;
      counters_.sent_datagrams += static_cast<std::uint64_t>(sent);
      next += static_cast<std::size_t>(sent);
    }
  }
  queued_ = 0;
}

void Network::receive() {
  std::array<epoll_event, kReadyAtOnce> events{};
  const int count = epoll_wait(epoll_fd_, events.data(), kReadyAtOnce, 0);
  ready_.clear();
  for (int at = 0; at < count; ++at) ready_.push_back(static_cast<UdpPort*>(events[static_cast<std::size_t>(at)].data.ptr));
  for (std::size_t at = 0; at < ready_.size(); ++at) {
    if (ready_[at] != nullptr) receive_from(*ready_[at]);
    if (ready_[at] != nullptr) ready_[at]->sink_.on_batch_end();
  }
  ready_.clear();
  flush();
}

void Network::receive_from(UdpPort& port) {
  const auto place = static_cast<std::size_t>(std::find(ready_.begin(), ready_.end(), &port) - ready_.begin());
  for (mmsghdr& header : incoming_->headers) header.msg_hdr.msg_controllen = kControlSize;
  const int count = recvmmsg(port.fd_, incoming_->headers.data(), kReceiveBatch, MSG_DONTWAIT, nullptr);
  for (int at = 0; at < count; ++at) {
    const auto index = static_cast<std::size_t>(at);
    msghdr& header = incoming_->headers[index].msg_hdr;
    const std::size_t size = incoming_->headers[index].msg_len;
    Nanoseconds arrival = 0;
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level != SOL_SOCKET) continue;
      if (control->cmsg_type == SCM_TIMESTAMPNS) {
        timespec time{};
        std::memcpy(&time, CMSG_DATA(control), sizeof time);
        arrival = nanoseconds_of(time);
      } else if (control->cmsg_type == SO_RXQ_OVFL) {
        std::uint32_t total = 0;
        std::memcpy(&total, CMSG_DATA(control), sizeof total);
        counters_.receive_overflows += total - port.overflows_;
        port.overflows_ = total;
      }
    }
    ++counters_.received_datagrams;
    counters_.received_bytes += size;
    if ((header.msg_flags & MSG_TRUNC) != 0) continue;  // none of WebRTC's
    port.sink_.on_datagram({incoming_->messages[index].bytes.data(), size}, arrival != 0 ? arrival : stamp_now());
    if (place >= ready_.size() || ready_[place] == nullptr) return;  // the sink closed it
  }
}

}  // namespace dd::load
