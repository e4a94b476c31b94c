// SPDX-License-Identifier: MIT
// HttpFixture: a server on a real loop and a loopback port, over a host between the two fakes; Client: a blocking socket.
// The server's side runs in a thread of its own, and the fixture reaches it only by posting. For tests of net/.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "api/application.hpp"
#include "meeting/testing/fake_media.hpp"
#include "meeting/testing/fake_store.hpp"
#include "net/http_server.hpp"

namespace dd::net::testing {

class Client {
 public:
  enum class Buffers { kNormal, kSmall };

  struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    std::string header(const std::string& name) const {
      const auto found = headers.find(name);
      return found == headers.end() ? std::string{} : found->second;
    }
  };

  Client() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}  // unconnected
  explicit Client(std::uint16_t port, Buffers buffers = Buffers::kNormal) : Client() {
    if (buffers == Buffers::kSmall) {
      const int size = 4096;
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connect(port);
  }
  void connect(std::uint16_t port) { EXPECT_TRUE(connect_to(fd_, port)); }
  int descriptor() const { return fd_; }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  static bool can_connect(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = connect_to(fd, port);
    ::close(fd);
    return connected;
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed; the test sees it when reading
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Until the server takes no more, without waiting for it longer than a moment.
  void send_as_far_as_possible(std::string_view bytes) {
    const timeval moment{0, 300'000};
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment);
    send(bytes);
  }
  void shut_down_sending() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // Everything up to and with `end`, or what there was when the connection ended.
  std::string read_until(std::string_view end) {
    for (;;) {
      const auto at = pending_.find(end);
      if (at != std::string::npos) {
        std::string text = pending_.substr(0, at + end.size());
        pending_.erase(0, at + end.size());
        return text;
      }
      if (!receive()) return std::exchange(pending_, {});
    }
  }
  std::string read_all() {
    while (receive()) {
    }
    return std::exchange(pending_, {});
  }

  Answer answer() {
    Answer answer;
    const std::string head = read_until("\r\n\r\n");
    if (head.size() < 12) return answer;
    answer.status = std::atoi(head.c_str() + 9);
    std::size_t at = head.find("\r\n") + 2;
    while (at < head.size()) {
      const auto end = head.find("\r\n", at);
      const auto colon = head.find(": ", at);
      if (end == at || colon == std::string::npos) break;
      std::string name = head.substr(at, colon - at);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.headers[name] = head.substr(colon + 2, end - colon - 2);
      at = end + 2;
    }
    const std::size_t length = static_cast<std::size_t>(std::atoll(answer.header("content-length").c_str()));
    while (pending_.size() < length && receive()) {
    }
    answer.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return answer;
  }

 private:
  static bool connect_to(int fd, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  bool receive() {
    char bytes[65536];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  std::string pending_;
};

class HttpFixture : public ::testing::Test {
 protected:
  ~HttpFixture() override {
    if (!thread_.joinable()) return;
    stop_serving();
    on_loop([this] {
      server_.reset();
      application_.reset();
      host_.reset();
    });
    loop_.stop();
    thread_.join();
  }

  // On the loop, before the server listens.
  virtual void prepare(HttpServer&) {}

  void start(HttpSettings settings = {}) {
    settings.address = "127.0.0.1";
    settings.port = 0;
    settings_used_ = settings;
    thread_ = std::thread([this] { loop_.run(); });
    on_loop([&] {
      media_ = std::make_unique<meeting::testing::FakeMedia>(loop_, std::vector{WorkerId("w1")});
      store_ = std::make_unique<meeting::testing::FakeStore>(loop_, ContainerId("c1"));
      api::EventStreamSettings events;
      events.boot = "boot";
      events_ = std::make_unique<api::EventStream>(loop_, metrics_, events);
      meeting::HostSettings host;
      host.container = ContainerId("c1");
      host_ = std::make_unique<meeting::Host>(loop_, host, *media_, *store_, *events_, nullptr);
      auto opened = api::Application::open(loop_, *host_, *events_, metrics_, api::Settings{});
      ASSERT_TRUE(opened);
      application_ = std::move(*opened);
      server_ = std::make_unique<HttpServer>(loop_, *application_, metrics_, settings);
      prepare(*server_);
      const auto listening = server_->listen();
      ASSERT_TRUE(listening) << listening.error().message;
      port_ = server_->port();
    });
  }

  // The server goes, with its connections, and comes back on its port; what it served stays.
  void take_away() {
    on_loop([&] { server_.reset(); });
  }
  void bring_back() {
    on_loop([&] {
      settings_used_.port = port_;
      server_ = std::make_unique<HttpServer>(loop_, *application_, metrics_, settings_used_);
      ASSERT_TRUE(server_->listen());
    });
  }

  // `make` runs on the loop and answers what the recording routes are to use.
  template <typename Make>
  void serve_recordings(Make make) {
    on_loop([&] { application_->serve_recordings(nullptr, make(loop_)); });
  }

  std::uint16_t port() const { return port_; }
  std::string metrics() const { return metrics_.exposition(); }

  std::size_t connections() {
    std::size_t open = 0;
    on_loop([&] { open = server_->connections(); });
    return open;
  }
  std::size_t event_clients() {
    std::size_t reading = 0;
    on_loop([&] { reading = events_->clients(); });
    return reading;
  }
  void emit(std::string meeting) {
    on_loop([&] { events_->on_event(meeting::Event{loop_.wall_now(), MeetingId(meeting), ParticipantId(), meeting::MeetingCreated{}}); });
  }
  void slow_down_store(Duration latency) {
    on_loop([&] { store_->faults().slow_down(latency); });
  }
  void begin_stop(Duration deadline) {
    stopping_ = true;
    on_loop([&] { spawn(stop_server(deadline)); });
  }
  // What is being answered still uses the host and what the test lent it; whoever reads nothing is cut off at the deadline.
  void stop_serving() {
    if (!stopping_ && thread_.joinable()) begin_stop(std::chrono::milliseconds{500});
    EXPECT_TRUE(!thread_.joinable() || eventually([this] { return stopped(); }));
  }
  bool stopped() const { return stopped_; }
  bool try_listen(std::uint16_t port) {
    bool listening = true;
    on_loop([&] {
      HttpSettings settings;
      settings.address = "127.0.0.1";
      settings.port = port;
      HttpServer other(loop_, *application_, metrics_, settings);
      listening = other.listen().has_value();
    });
    return listening;
  }

  // Asks until it is so, for at most ten seconds.
  template <typename Condition>
  bool eventually(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
      if (condition()) return true;
      turn(std::chrono::milliseconds{10});
    }
    return false;
  }

 protected:
  AsioLoop& loop() { return loop_; }
  observe::Metrics& counts() { return metrics_; }

  // Lets the loop run for so long.
  void turn(Duration length) {
    auto turned = std::make_shared<std::promise<void>>();
    auto wait = [](Loop* loop, Duration pause, std::shared_ptr<std::promise<void>> over) -> Task<void> {
      co_await sleep_for(*loop, pause);
      over->set_value();
    };
    loop_.post([this, wait, turned, length] { spawn(wait(&loop_, length, turned)); });
    turned->get_future().wait();
  }

  template <typename Action>
  void on_loop(Action action) {
    // Shared, because set_value() still touches it after the waiter has been woken.
    auto done = std::make_shared<std::promise<void>>();
    loop_.post([&action, done] {
      action();
      done->set_value();
    });
    done->get_future().wait();
  }

 private:
  Task<void> stop_server(Duration deadline) {
    co_await server_->stop(deadline);
    stopped_ = true;
  }

  AsioLoop loop_;
  observe::Metrics metrics_;
  std::unique_ptr<meeting::testing::FakeMedia> media_;
  std::unique_ptr<meeting::testing::FakeStore> store_;
  std::unique_ptr<api::EventStream> events_;
  std::unique_ptr<meeting::Host> host_;
  std::unique_ptr<api::Application> application_;
  std::unique_ptr<HttpServer> server_;
  HttpSettings settings_used_;
  std::uint16_t port_ = 0;
  bool stopping_ = false;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace dd::net::testing
