// SPDX-License-Identifier: MIT
// The worker's send queue under any sequence of sends, flushes, full kernels, refusals and closings: what the kernel takes has the bytes
// and the order (per destination) of what was pushed, and everybody who asks is told once.
// links: dd_mediasoup_parts dd_base
#include <arpa/inet.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include "base/check.hpp"
#include "send_queue.hpp"

namespace {

using dd::SendQueue;

constexpr int kDestinations = 4;

// The bytes of the input, one at a time; zeros behind its end.
struct Input {
  const std::uint8_t* at;
  const std::uint8_t* end;
  std::uint8_t next() { return at < end ? *at++ : std::uint8_t{0}; }
};

Input* input = nullptr;
std::map<std::uint16_t, std::uint32_t> last_seen;  // by destination: the number of the last datagram taken
int taken = 0;

void take(const msghdr& header) {
  const auto* to = static_cast<const sockaddr_in*>(header.msg_name);
  std::size_t segment = header.msg_iov->iov_len;
  if (const cmsghdr* control = CMSG_FIRSTHDR(&header)) {
    std::uint16_t length = 0;
    std::memcpy(&length, CMSG_DATA(control), sizeof(length));
    segment = length;
  }
  const auto* bytes = static_cast<const std::uint8_t*>(header.msg_iov->iov_base);
  DD_CHECK(header.msg_iov->iov_len <= 65507 * 2, "longer than any message");
  for (std::size_t at = 0; at < header.msg_iov->iov_len; at += segment) {
    const std::size_t length = std::min(segment, header.msg_iov->iov_len - at);
    DD_CHECK(length >= 4, "a datagram shorter than any that was pushed");
    std::uint32_t number = 0;
    std::memcpy(&number, bytes + at, sizeof(number));
    DD_CHECK(number > last_seen[to->sin_port], "out of order");
    last_seen[to->sin_port] = number;
    for (std::size_t i = 4; i < length; ++i) DD_CHECK(bytes[at + i] == static_cast<std::uint8_t>(number), "other bytes");
    ++taken;
  }
}

int kernel(int, mmsghdr* messages, unsigned count, int) {
  constexpr int kErrors[] = {EAGAIN, ENOBUFS, EIO, EMSGSIZE, EINVAL, EPERM, EINTR};
  const std::uint8_t what = input->next();
  if (what >= 200) {
    errno = kErrors[what % std::size(kErrors)];
    return -1;
  }
  const unsigned some = what >= 150 ? what % count + 1 : count;
  for (unsigned i = 0; i < some; ++i) take(messages[i].msg_hdr);
  return static_cast<int>(some);
}

class Socket : public dd::SendSocket {
 public:
  Socket() : SendSocket(-1) { set_segments_for_test(true); }

 private:
  void want_writable(bool) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input bytes{data, data + size};
  input = &bytes;
  last_seen.clear();
  taken = 0;
  int told[2] = {0, 0};
  int pushed = 0;
  {
    SendQueue queue(&kernel);
    Socket sockets[2];
    std::uint32_t number = 0;
    while (bytes.at < bytes.end) {
      const std::uint8_t what = bytes.next();
      Socket& socket = sockets[what >> 7];
      if (what % 16 < 11) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        // A destination belongs to one socket, or there is no order to keep.
        to.sin_port = static_cast<std::uint16_t>((what >> 7) * kDestinations + bytes.next() % kDestinations + 1);
        const std::size_t length = std::size_t{4} + bytes.next() * (what % 3 == 0 ? 250U : 1U);
        std::vector<std::uint8_t> text(length, static_cast<std::uint8_t>(++number));
        std::memcpy(text.data(), &number, sizeof(number));
        const std::uint8_t* from = text.data();
        if (what % 2 == 0) {
          std::uint8_t* room = queue.reserve(length + 16);
          std::memcpy(room, text.data(), length);
          from = room;
        }
        ++pushed;
        queue.push(socket, from, length, reinterpret_cast<sockaddr*>(&to),
                   new dd::SentCallback([&told](bool sent) { ++told[sent ? 1 : 0]; }));
      } else if (what % 16 == 11) {
        queue.flush();
      } else if (what % 16 == 12) {
        queue.complete();
      } else if (what % 16 == 13) {
        queue.close(socket);
      } else {
        queue.writable(socket);
      }
    }
    for (Socket& socket : sockets) queue.close(socket);
    queue.complete();
  }
  DD_CHECK(told[0] + told[1] == pushed, "not everybody was told once");
  DD_CHECK(told[1] == taken, "told otherwise than done");
  return 0;
}
