// SPDX-License-Identifier: MIT
// The peers of the worker's bench: publishers of plain RTP and subscribers over WebRTC, all in one thread. It is told by lines on its
// standard input what to do and answers on its standard output; run.mjs says which.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "bench/worker/subscriber.hpp"

namespace {

using dd::bench::now_us;
using dd::bench::Tally;

constexpr int kFramesPerSecond = 30;

// Sends frames of VP8 as libwebrtc cuts them: into pieces of n and n + 1 bytes.
class Publisher {
 public:
  Publisher(std::uint16_t port, std::uint32_t ssrc) : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), ssrc_(ssrc) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) throw std::runtime_error("cannot connect a UDP socket");
  }
  ~Publisher() { ::close(descriptor_); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void send_frame(int packets, int size) {
    const auto stamp = static_cast<std::uint32_t>(now_us());
    for (int i = 0; i < packets; ++i) {
      const std::size_t length = static_cast<std::size_t>(size) + (packets > 2 && i >= (packets + 1) / 2 ? 1U : 0U);
      std::array<std::uint8_t, 1500> out;
      out.fill(0x5a);
      out[0] = 0x80;
      out[1] = static_cast<std::uint8_t>(size < 300 ? 111 : i + 1 == packets ? 101 | 0x80 : 101);
      out[2] = static_cast<std::uint8_t>(sequence_ >> 8);
      out[3] = static_cast<std::uint8_t>(sequence_++);
      const std::uint32_t words[2] = {htonl(stamp), htonl(ssrc_)};
      std::copy_n(reinterpret_cast<const std::uint8_t*>(words), 8, out.begin() + 4);
      out[12] = i == 0 ? 0x10 : 0;                                     // the descriptor: start of the frame
      out[13] = static_cast<std::uint8_t>(frames_ % 30 == 0 ? 0 : 1);  // the header: a key frame
      if (::send(descriptor_, out.data(), length, 0) < 0) throw std::runtime_error("cannot send RTP");
    }
    ++frames_;
  }

 private:
  int descriptor_;
  std::uint32_t ssrc_;
  std::uint16_t sequence_ = 1;
  std::uint64_t frames_ = 0;
};

std::uint32_t percentile(const Tally& tally, double part) {
  const auto all = std::accumulate(tally.latencies.begin(), tally.latencies.end(), std::uint64_t{0});
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < tally.latencies.size(); ++i) {
    seen += tally.latencies[i];
    if (static_cast<double>(seen) >= part * static_cast<double>(all)) return static_cast<std::uint32_t>(i * 10);
  }
  return 0;
}

class Bench {
 public:
  explicit Bench(const std::string& suite) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    const auto profile = dd::load::parse_dtls_name(suite);
    if (!profile) throw std::runtime_error("no such SRTP suite: " + suite);
    auto identity = dd::load::DtlsIdentity::open({*profile});
    if (!identity) throw std::runtime_error(identity.error().message);
    identity_ = std::move(*identity);
    std::cout << identity_->fingerprint() << std::endl;
  }
  ~Bench() { ::close(epoll_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "publish") {
      std::uint16_t port = 0;
      std::uint32_t ssrc = 0;
      words >> port >> ssrc;
      publishers_.push_back(std::make_unique<Publisher>(port, ssrc));
    } else if (verb == "subscribe") {
      dd::bench::Server server;
      words >> server.port >> server.fragment >> server.password >> server.fingerprint;
      subscribers_.push_back(std::make_unique<dd::bench::Subscriber>(*identity_, server));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = subscribers_.back().get();
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, subscribers_.back()->descriptor(), &event);
    } else if (verb == "connect") {
      connect();
      std::cout << "connected" << std::endl;
    } else if (verb == "run") {
      double seconds = 0;
      int packets = 0, size = 0, verify = 0, transport_cc_id = 0;
      words >> seconds >> packets >> size >> verify >> transport_cc_id;
      run(seconds, packets, size, verify != 0, transport_cc_id);
    }
  }

 private:
  void poll(Tally& tally, int timeout_ms) {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < count; ++i) static_cast<dd::bench::Subscriber*>(events[static_cast<std::size_t>(i)].data.ptr)->read(tally);
  }

  void connect() {
    Tally ignored;
    for (const auto& subscriber : subscribers_) {
      const std::int64_t begin = now_us();
      std::int64_t next = begin;
      while (!subscriber->connected()) {
        if (now_us() > begin + 10'000'000) throw std::runtime_error("a subscriber did not connect within 10 s");
        if (now_us() >= next) {
          subscriber->start();
          next = now_us() + 500'000;
        }
        poll(ignored, 10);
      }
    }
  }

  void run(double seconds, int packets, int size, bool verify, int transport_cc_id) {
    for (const auto& subscriber : subscribers_) subscriber->expect(verify, transport_cc_id);
    Tally tally;
    std::uint64_t sent = 0;
    const std::int64_t begin = now_us();
    const auto end = begin + static_cast<std::int64_t>(seconds * 1e6);
    std::int64_t next_feedback = begin;
    const double step = 1e6 / kFramesPerSecond / static_cast<double>(publishers_.size());
    std::uint64_t frames = 0;
    std::size_t reporting = 0;
    for (std::int64_t now = begin; now < end; now = now_us()) {
      while (begin + static_cast<std::int64_t>(static_cast<double>(frames) * step) <= now) {
        publishers_[frames++ % publishers_.size()]->send_frame(packets, size);
        sent += static_cast<std::uint64_t>(packets);
      }
      // Each subscriber reports ten times a second, not all at once.
      while (transport_cc_id != 0 && next_feedback <= now) {
        subscribers_[reporting++ % subscribers_.size()]->send_feedback();
        next_feedback += static_cast<std::int64_t>(100'000 / subscribers_.size());
      }
      // Without sleeping: waking a sleeper costs whoever sends to it, which is the worker here and nobody on a network.
      poll(tally, 0);
    }
    for (const std::int64_t last = now_us() + 300'000; now_us() < last;) poll(tally, 10);
    std::printf("{\"sent\":%llu,\"received\":%llu,\"lost\":%llu,\"wrong\":%llu,\"p50\":%u,\"p99\":%u}\n",
                static_cast<unsigned long long>(sent), static_cast<unsigned long long>(tally.packets),
                static_cast<unsigned long long>(tally.lost), static_cast<unsigned long long>(tally.wrong), percentile(tally, 0.5),
                percentile(tally, 0.99));
    std::fflush(stdout);
  }

  std::unique_ptr<dd::load::DtlsIdentity> identity_;
  int epoll_;
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::vector<std::unique_ptr<dd::bench::Subscriber>> subscribers_;
};

}  // namespace

int main(int argc, char** argv) try {
  Bench bench(argc > 1 ? argv[1] : "SRTP_AEAD_AES_256_GCM");
  for (std::string line; std::getline(std::cin, line);) bench.obey(line);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
