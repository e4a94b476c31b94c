// SPDX-License-Identifier: MIT
// HttpSink: a tiny real HTTP server on a loopback port that keeps what it was sent and answers as it was told.
// It understands a POST with a Content-Length and nothing more. One thread of its own; a test asks it from another.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/check.hpp"

namespace dd::net {

class HttpSink {
 public:
  struct Request {
    std::string head;  // request line and headers
    std::string body;
  };

  HttpSink() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    DD_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0, "no loopback port");
    DD_CHECK(::listen(listener_, 16) == 0, "cannot listen");
    socklen_t length = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    DD_CHECK(::pipe(stop_) == 0, "no pipe");
    thread_ = std::thread([this] { run(); });
  }
  ~HttpSink() {
    (void)!::write(stop_[1], "x", 1);
    thread_.join();
    ::close(listener_);
    ::close(stop_[0]);
    ::close(stop_[1]);
  }

  std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }

  // Statuses of the next answers; 0 closes the connection without one, -1 never answers. Afterwards 200.
  void answer_next(std::deque<int> statuses) {
    const std::lock_guard lock(mutex_);
    statuses_ = std::move(statuses);
  }

  // Waits until `count` requests have come, or five seconds.
  std::vector<Request> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds{5}, [&] { return requests_.size() >= count; });
    return requests_;
  }

 private:
  // False when the sink is to stop.
  bool ready(int fd) {
    pollfd fds[2] = {{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    ::poll(fds, 2, -1);
    return fds[1].revents == 0;
  }

  void run() {
    while (ready(listener_)) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const bool go_on = fd < 0 || serve(fd);
      if (fd >= 0) ::close(fd);
      if (!go_on) return;
    }
  }

  bool serve(int fd) {
    std::string bytes;
    for (;;) {
      const auto head_end = bytes.find("\r\n\r\n");
      const std::size_t length = head_end == std::string::npos ? 0 : content_length(bytes.substr(0, head_end));
      if (head_end != std::string::npos && bytes.size() >= head_end + 4 + length) break;
      if (!ready(fd)) return false;
      char chunk[4096];
      const ssize_t count = ::recv(fd, chunk, sizeof(chunk), 0);
      if (count <= 0) return true;
      bytes.append(chunk, static_cast<std::size_t>(count));
    }
    const auto head_end = bytes.find("\r\n\r\n");
    int status = 200;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back({bytes.substr(0, head_end), bytes.substr(head_end + 4)});
      if (!statuses_.empty()) {
        status = statuses_.front();
        statuses_.pop_front();
      }
    }
    changed_.notify_all();
    if (status == 0) return true;
    if (status < 0) {
      // A black hole: reads on, says nothing, until the client gives up or the sink stops.
      for (;;) {
        if (!ready(fd)) return false;
        char chunk[256];
        if (::recv(fd, chunk, sizeof(chunk), 0) <= 0) return true;
      }
    }
    const std::string answer = "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    return true;
  }

  static std::size_t content_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> statuses_;
  std::vector<Request> requests_;
  std::thread thread_;
};

}  // namespace dd::net
