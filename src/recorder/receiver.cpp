// SPDX-License-Identifier: MIT
#include "recorder/receiver.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <unistd.h>

namespace dd::recorder {
namespace {

constexpr int kWantedBuffer = 8 << 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

Result<std::unique_ptr<Receiver>> Receiver::open(const Clock& clock) {
  const auto failed = [](const char* what) { return make_error(Errc::kUnavailable, std::string(what) + ": " + std::strerror(errno)); };
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed("open the media socket");
  std::unique_ptr<Receiver> receiver(new Receiver(clock, fd));
  // The forced size needs CAP_NET_ADMIN; without it net.core.rmem_max is the limit.
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kWantedBuffer, sizeof(kWantedBuffer)) != 0) {
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kWantedBuffer, sizeof(kWantedBuffer));
  }
  socklen_t length = sizeof(receiver->buffer_bytes_);
  (void)::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receiver->buffer_bytes_, &length);
  const int on = 1;
  if (::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0) return failed("ask for arrival times");
  sockaddr_in address = loopback(0);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return failed("bind the media socket");
  length = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return failed("name the media socket");
  receiver->port_ = ntohs(address.sin_port);
  return receiver;
}

Receiver::Receiver(const Clock& clock, int fd) : clock_(clock), fd_(fd), places_(kBatch) {}

Receiver::~Receiver() { ::close(fd_); }

void Receiver::prepare(std::size_t i) {
  Place& place = places_[i];
  place.span = {place.bytes.data(), place.bytes.size()};
  msghdr& header = messages_[i].msg_hdr;
  header = {};
  header.msg_name = &place.from;
  header.msg_namelen = sizeof(place.from);
  header.msg_iov = &place.span;
  header.msg_iovlen = 1;
  header.msg_control = place.control.data();
  header.msg_controllen = place.control.size();
}

std::size_t Receiver::receive(OnDatagram& on_datagram) {
  for (std::size_t i = 0; i < kBatch; ++i) prepare(i);
  const int count = ::recvmmsg(fd_, messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  // The kernel stamps with the wall clock; how long ago that was is the same on ours.
  const MonotonicTime now = clock_.now();
  const WallTime wall = clock_.wall_now();
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    msghdr& header = messages_[i].msg_hdr;
    const Place& place = places_[i];
    if ((header.msg_flags & MSG_TRUNC) != 0 || place.from.sin_addr.s_addr != htonl(INADDR_LOOPBACK)) continue;
    Duration age{};
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPNS) continue;
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
      const WallTime stamped{std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec}};
      // A wall clock that was just set makes nonsense of the difference; the moment of reading is good enough then.
      if (stamped <= wall && wall - stamped < std::chrono::seconds{1}) age = wall - stamped;
    }
    on_datagram(rtp::Bytes(place.bytes.data(), messages_[i].msg_len), ntohs(place.from.sin_port), now - age);
  }
  return static_cast<std::size_t>(count);
}

void Receiver::send(std::uint16_t port, const std::vector<std::uint8_t>& datagram) {
  const sockaddr_in address = loopback(port);
  (void)::sendto(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address));
}

}  // namespace dd::recorder
