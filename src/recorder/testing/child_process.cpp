// SPDX-License-Identifier: MIT
#include "recorder/testing/child_process.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"
#include "recorder/serve.hpp"

namespace dd::recorder::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

ChildProcess::ChildProcess() {
  int in[2];
  int out[2];
  DD_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == 0 && ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, out) == 0,
           "sockets");
  pid_ = ::fork();
  DD_CHECK(pid_ >= 0, "fork");
  if (pid_ == 0) {
    // Out of the way of 3 and 4 first; everything else, other children's channels above all, is closed.
    const int read = ::fcntl(in[1], F_DUPFD, 100);
    const int write = ::fcntl(out[1], F_DUPFD, 100);
    ::dup2(read, 3);
    ::dup2(write, 4);
    ::close_range(5, ~0U, 0);
    ::_exit(serve());
  }
  ::close(in[1]);
  ::close(out[1]);
  in_ = in[0];
  out_ = out[0];
  udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  DD_CHECK(::bind(udp_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0, "bind");
  socklen_t length = sizeof(address);
  ::getsockname(udp_, reinterpret_cast<sockaddr*>(&address), &length);
  source_port_ = ntohs(address.sin_port);
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  hang_up();
  ::close(udp_);
}

void ChildProcess::say(const recording::ToRecorder& message) {
  const std::string text = recording::encode(message);
  std::vector<std::uint8_t> frame;
  for (std::size_t i = 0; i < child::kFramePrefix; ++i) frame.push_back(static_cast<std::uint8_t>(text.size() >> (8 * i)));
  frame.insert(frame.end(), text.begin(), text.end());
  DD_CHECK(::send(in_, frame.data(), frame.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(frame.size()), "the child takes a message");
}

std::optional<recording::FromRecorder> ChildProcess::next() {
  while (true) {
    auto frame = decoder_.next();
    DD_CHECK(frame.has_value(), "whole frames");
    if (frame->has_value()) {
      const auto bytes = frame->value().subspan(child::kFramePrefix);
      auto message = recording::parse_from_recorder({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      DD_CHECK(message.has_value(), "messages that parse");
      return *message;
    }
    pollfd watched{out_, POLLIN, 0};
    if (::poll(&watched, 1, 10000) <= 0) return std::nullopt;
    const auto room = decoder_.prepare(4096);
    const ssize_t count = ::read(out_, room.data(), room.size());
    if (count <= 0) return std::nullopt;
    decoder_.committed(static_cast<std::size_t>(count));
  }
}

recording::Opened ChildProcess::open(const std::filesystem::path& folder) {
  say(recording::OpenRecording{.folder = folder.string(), .recording = "r", .tenant = "t", .meeting = "m"});
  const auto opened = await<recording::Opened>();
  DD_CHECK(opened.has_value(), "the recorder opens");
  media_port_ = opened->port;
  return *opened;
}

void ChildProcess::send(const Datagram& datagram) {
  const sockaddr_in address = loopback(media_port_);
  (void)::sendto(udp_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

void ChildProcess::kill() { ::kill(pid_, SIGKILL); }

void ChildProcess::hang_up() {
  if (in_ >= 0) ::close(in_);
  if (out_ >= 0) ::close(out_);
  in_ = out_ = -1;
}

int ChildProcess::exit_code() {
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace dd::recorder::testing
