// SPDX-License-Identifier: MIT
// The peers of the worker's bench, all in one thread. It is told by lines on its standard input what to do and answers on its standard
// output; peers.mjs is the other side. Two arguments: the SRTP suite as OpenSSL calls it, and udp or tcp.
//   peer PORT ICE_FRAGMENT ICE_PASSWORD FINGERPRINT     the next peer; they are numbered from 0
//   connect                                             those that are not yet; answers "connected"
//   video|audio PEER SSRC BITRATE FRAMES_A_SECOND PHASE_US
//   run SECONDS SAMPLE TRANSPORT_CC_ID                  answers with what was measured, as JSON
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "bench/load/network.hpp"
#include "bench/worker/peer.hpp"

namespace {

using dd::bench::Links;
using dd::bench::Peer;
using dd::bench::Tally;
using dd::load::Nanoseconds;
using dd::load::stamp_now;

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kSecond = 1'000 * kMillisecond;
constexpr Nanoseconds kHandshakes = 10 * kSecond;
constexpr Nanoseconds kFeedbackInterval = 100 * kMillisecond;
// After the last frame: what comes so late still counts, what comes later is waited for, so that the next run does not count it.
constexpr Nanoseconds kLate = 300 * kMillisecond;
constexpr Nanoseconds kTooLate = 4 * kSecond;
constexpr Nanoseconds kQuiet = 50 * kMillisecond;

class Bench {
 public:
  Bench(const std::string& suite, const std::string& protocol) : links_(protocol == "tcp" ? Links::Protocol::kTcp : Links::Protocol::kUdp) {
    const auto profile = dd::load::parse_dtls_name(suite);
    if (!profile) throw std::runtime_error("no such SRTP suite: " + suite);
    auto identity = dd::load::DtlsIdentity::open({*profile});
    if (!identity) throw std::runtime_error(identity.error().message);
    identity_ = std::move(*identity);
    std::cout << identity_->fingerprint() << std::endl;
  }

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "peer") {
      dd::bench::Server server;
      words >> server.port >> server.fragment >> server.password >> server.fingerprint;
      peers_.push_back(std::make_unique<Peer>(links_, *identity_, server));
    } else if (verb == "connect") {
      connect();
      std::cout << "connected" << std::endl;
    } else if (verb == "video" || verb == "audio") {
      std::size_t peer = 0;
      Nanoseconds phase_us = 0;
      dd::bench::SourceSettings settings{.video = verb == "video"};
      words >> peer >> settings.ssrc >> settings.bitrate >> settings.frames_per_second >> phase_us;
      settings.phase = phase_us * 1000;
      peers_.at(peer)->add(settings);
    } else if (verb == "run") {
      double seconds = 0;
      unsigned transport_cc_id = 0;
      dd::bench::Conditions conditions;
      words >> seconds >> conditions.sample >> transport_cc_id;
      conditions.transport_cc_id = static_cast<std::uint8_t>(transport_cc_id);
      run(static_cast<Nanoseconds>(seconds * 1e9), conditions);
    }
  }

 private:
  std::size_t receive(const dd::bench::Conditions& conditions, Tally& tally) {
    return links_.receive([&](std::size_t peer, dd::load::MutableBytes datagram, Nanoseconds arrival) {
      peers_[peer]->handle(datagram, arrival, conditions, tally);
    });
  }

  void connect() {
    Tally ignored;
    for (const auto& peer : peers_) {
      const Nanoseconds begin = stamp_now();
      for (Nanoseconds next = begin; !peer->connected();) {
        const Nanoseconds now = stamp_now();
        if (now > begin + kHandshakes) throw std::runtime_error("a peer did not connect within 10 s");
        if (now >= next) {
          peer->connect();
          next = now + kSecond / 2;
        }
        receive({}, ignored);
      }
    }
  }

  void run(Nanoseconds duration, const dd::bench::Conditions& conditions) {
    struct Sending {
      Peer* peer;
      dd::bench::Source* source;
      std::uint64_t sent = 0;
    };
    std::vector<Sending> sending;
    const Nanoseconds begin = stamp_now();
    for (const auto& peer : peers_) {
      peer->begin();
      for (auto& source : peer->sources()) {
        source.begin(begin);
        sending.push_back({peer.get(), &source});
      }
    }
    Tally tally;
    Nanoseconds busy = 0;
    Nanoseconds next_report = begin;
    Nanoseconds next_feedback = begin;
    std::size_t reporting = 0;
    const auto overflows = links_.overflows();
    Nanoseconds now = begin;
    while (now < begin + duration) {
      bool worked = false;
      for (Sending& one : sending) {
        if (one.source->due() > now) continue;
        one.sent += one.peer->send_frame(*one.source);
        worked = true;
      }
      for (; next_report <= now; next_report += kSecond) {
        for (const auto& peer : peers_) peer->send_reports(now);
      }
      // Each peer reports ten times a second, not all at once.
      for (; conditions.transport_cc_id != 0 && next_feedback <= now;
           next_feedback += kFeedbackInterval / static_cast<Nanoseconds>(peers_.size())) {
        peers_[reporting++ % peers_.size()]->send_feedback();
        worked = true;
      }
      worked |= receive(conditions, tally) != 0;
      const Nanoseconds after = stamp_now();
      if (worked) busy += after - now;
      now = after;
    }
    for (const Nanoseconds end = now + kLate; now < end; now = stamp_now()) receive(conditions, tally);
    std::uint64_t missing = 0;
    for (const auto& peer : peers_) missing += peer->missing();
    Tally late;
    for (Nanoseconds last = now; now < last + kQuiet && now < begin + duration + kTooLate; now = stamp_now()) {
      if (receive(conditions, late) != 0) last = now;
    }

    std::printf("{\"sent\":[");
    for (std::size_t i = 0; i < sending.size(); ++i)
      std::printf("%s%llu", i == 0 ? "" : ",", static_cast<unsigned long long>(sending[i].sent));
    std::printf(
        "],\"received\":%llu,\"missing\":%llu,\"late\":%llu,\"wrong\":%llu,\"overflows\":%llu,\"busy\":%.3f,\"p50\":%llu,\"p99\":%llu,"
        "\"max\":%llu}\n",
        static_cast<unsigned long long>(tally.packets), static_cast<unsigned long long>(missing),
        static_cast<unsigned long long>(late.packets), static_cast<unsigned long long>(tally.wrong),
        static_cast<unsigned long long>(links_.overflows() - overflows), static_cast<double>(busy) / static_cast<double>(duration),
        static_cast<unsigned long long>(tally.latencies.percentile(0.5)), static_cast<unsigned long long>(tally.latencies.percentile(0.99)),
        static_cast<unsigned long long>(tally.latencies.max()));
    std::fflush(stdout);
  }

  Links links_;
  std::unique_ptr<dd::load::DtlsIdentity> identity_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

}  // namespace

int main(int argc, char** argv) try {
  Bench bench(argc > 1 ? argv[1] : "SRTP_AEAD_AES_256_GCM", argc > 2 ? argv[2] : "udp");
  for (std::string line; std::getline(std::cin, line);) bench.obey(line);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
