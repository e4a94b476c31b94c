// SPDX-License-Identifier: MIT
#include "bench/worker/links.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <set>
#include <string>

namespace dd::bench {
namespace {

// What a worker is to the peers: a socket on the loopback, of the kernel's choice of port.
class Far {
 public:
  explicit Far(int type) : descriptor_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(::listen(descriptor_, 1), 0);
    }
    EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Far() { ::close(descriptor_); }
  Far(const Far&) = delete;
  Far& operator=(const Far&) = delete;

  int descriptor() const { return descriptor_; }
  std::uint16_t port() const { return port_; }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

load::Bytes bytes_of(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
std::string text_of(load::Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::vector<std::pair<std::size_t, std::string>> receive(Links& links, std::size_t wanted) {
  std::vector<std::pair<std::size_t, std::string>> came;
  for (int attempt = 0; came.size() < wanted && attempt < 10'000'000; ++attempt) {
    links.receive([&](std::size_t peer, load::MutableBytes datagram, load::Nanoseconds arrival) {
      EXPECT_GT(arrival, 0);
      came.emplace_back(peer, text_of(datagram));
    });
  }
  return came;
}

TEST(Links, OverUdpEachPeerHasAnAddressOfItsOwnAndGetsWhatIsSentToIt) {
  Far worker(SOCK_DGRAM);
  Links links(Links::Protocol::kUdp);
  std::map<std::string, sockaddr_in> addresses;
  std::set<std::pair<std::uint32_t, std::uint16_t>> distinct;
  for (std::size_t peer = 0; peer < 300; ++peer) {
    ASSERT_EQ(links.open(worker.port()), peer);
    links.send(peer, bytes_of(std::to_string(peer)));
    char buffer[64];
    sockaddr_in from{};
    socklen_t length = sizeof(from);
    const ssize_t size = ::recvfrom(worker.descriptor(), buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from), &length);
    ASSERT_GT(size, 0);
    addresses[std::string(buffer, static_cast<std::size_t>(size))] = from;
    distinct.emplace(from.sin_addr.s_addr, from.sin_port);
  }
  EXPECT_EQ(distinct.size(), 300U);
  for (const auto& [text, address] : addresses) {
    ASSERT_GT(::sendto(worker.descriptor(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  const auto came = receive(links, 300);
  ASSERT_EQ(came.size(), 300U);
  for (const auto& [peer, text] : came) EXPECT_EQ(text, std::to_string(peer));
  EXPECT_EQ(links.overflows(), 0U);
}

TEST(Links, OverTcpFramesAreWholeWhereverTheStreamIsCut) {
  Far worker(SOCK_STREAM);
  Links links(Links::Protocol::kTcp);
  ASSERT_EQ(links.open(worker.port()), 0U);
  const int connection = ::accept(worker.descriptor(), nullptr, nullptr);
  ASSERT_GE(connection, 0);
  links.send(0, bytes_of("hello"));
  char buffer[16];
  ASSERT_EQ(::recv(connection, buffer, 7, MSG_WAITALL), 7);
  EXPECT_EQ(std::string(buffer, 7), std::string("\0\5hello", 7));

  const std::string stream("\0\3one\0\3two\0\0\0\5three", 19);
  std::vector<std::pair<std::size_t, std::string>> came;
  for (const char byte : stream) {
    ASSERT_EQ(::send(connection, &byte, 1, 0), 1);
    links.receive([&](std::size_t peer, load::MutableBytes datagram, load::Nanoseconds) { came.emplace_back(peer, text_of(datagram)); });
  }
  for (const auto& late : receive(links, 4 - came.size())) came.push_back(late);
  EXPECT_EQ(came, (std::vector<std::pair<std::size_t, std::string>>{{0, "one"}, {0, "two"}, {0, ""}, {0, "three"}}));

  ASSERT_EQ(::send(connection, stream.data(), stream.size(), 0), static_cast<ssize_t>(stream.size()));
  EXPECT_EQ(receive(links, 4), came);
  ::close(connection);
}

}  // namespace
}  // namespace dd::bench
