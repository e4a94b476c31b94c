// SPDX-License-Identifier: MIT
// RedisServer: Debian's redis-server as a child of the test, on a free loopback port and with nothing on disk. For tests of net/.
// It dies with the test, and whenever it is told.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "net/url.hpp"

namespace dd::net::testing {

class RedisServer {
 public:
  explicit RedisServer(std::string password = {}) : password_(std::move(password)) {
    // Another process may take the port in between; then another is tried.
    for (int attempt = 0; attempt < 5 && pid_ < 0; ++attempt) {
      port_ = free_port();
      start();
    }
    EXPECT_GT(pid_, 0) << "redis-server does not start";
  }
  ~RedisServer() { kill_hard(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  RedisAddress address() const {
    RedisAddress address;
    address.host = "127.0.0.1";
    address.port = port_;
    address.password = password_;
    return address;
  }

  void kill_hard() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  // Neither answers nor closes anything until it goes on.
  void freeze() { ::kill(pid_, SIGSTOP); }
  void go_on() { ::kill(pid_, SIGCONT); }

  // On the same port; true once it takes connections.
  bool start() {
    int output[2];
    if (::pipe2(output, O_CLOEXEC) != 0) return false;
    const std::string port = std::to_string(port_);
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(output[1], STDOUT_FILENO);
      ::execlp("redis-server", "redis-server", "--port", port.c_str(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
               "/tmp", "--requirepass", password_.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(output[1]);
    std::string said;
    char bytes[512];
    while (said.find("Ready to accept connections") == std::string::npos) {
      const ssize_t got = ::read(output[0], bytes, sizeof bytes);
      if (got <= 0) break;
      said.append(bytes, static_cast<std::size_t>(got));
    }
    const bool ready = said.find("Ready to accept connections") != std::string::npos;
    log_ = output[0];  // kept open, so that what it says later does not end it; a few lines fit
    if (ready) {
      pid_ = child;
    } else {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      ::close(output[0]);
    }
    return ready;
  }

 private:
  static std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }

  std::string password_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  int log_ = -1;
};

}  // namespace dd::net::testing
