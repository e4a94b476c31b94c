// SPDX-License-Identifier: MIT
#include "bench/load/crowd.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/random.hpp"

namespace dd::load {

using namespace std::chrono_literals;

namespace {

constexpr Duration kTick = 1ms;
constexpr unsigned kTransportTicks = 10;   // of which one is for transports
constexpr std::size_t kComingAtOnce = 64;  // peers on their way
constexpr int kAttempts = 10;              // of one that is told to come later
constexpr Duration kPoll = 5ms;
constexpr Duration kLeaveLimit = 15s;  // of all together

}  // namespace

Crowd::Crowd(AsioLoop& loop, const Arguments& arguments, std::unique_ptr<Network> network, std::unique_ptr<DtlsIdentity> identity)
    : loop_(loop),
      arguments_(arguments),
      network_(std::move(network)),
      identity_(std::move(identity)),
      context_{.loop = loop, .network = *network_, .identity = *identity_, .arguments = arguments, .server = {}, .may_send_to = {}},
      run_(random_token(6)),
      next_tick_(loop.now()) {
  context_.mark = static_cast<std::uint32_t>(random_u64());
}

Crowd::~Crowd() { ticker_.cancel(); }

Task<Result<std::unique_ptr<Crowd>>> Crowd::open(AsioLoop& loop, const Arguments& arguments) {
  DD_CO_TRY(auto network, Network::open(loop));
  DD_CO_TRY(auto identity, DtlsIdentity::open(arguments.srtp));
  std::unique_ptr<Crowd> crowd(new Crowd(loop, arguments, std::move(network), std::move(identity)));
  auto finding = find_server(loop, arguments.url);
  DD_CO_TRY(crowd->context_.server, co_await std::move(finding));
  crowd->context_.may_send_to = crowd->context_.server.addresses;
  const auto& more = arguments.media_addresses;
  crowd->context_.may_send_to.insert(crowd->context_.may_send_to.end(), more.begin(), more.end());
  crowd->tick();
  co_return crowd;
}

void Crowd::tick() {
  const MonotonicTime now = loop_.now();
  longest_delay_ = std::max(longest_delay_, now - next_tick_);
  for (const auto& peer : publishers_) peer->tick_publisher(now);
  if (++ticks_ % kTransportTicks == 0) {
    each([now](Peer& peer) { peer.tick_transports(now); });
  }
  network_->flush();
  next_tick_ = std::max(next_tick_ + kTick, now);
  ticker_ = loop_.after(next_tick_ - now, [this] { tick(); });
}

// One peer, all the way; asked to come later, it does.
Task<void> Crowd::come(Peer& peer) {
  ++coming_;
  Result<void> outcome = ok();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto joining = peer.join();
    outcome = co_await std::move(joining);
    if (outcome || outcome.error().code != Errc::kTooManyRequests) break;
    co_await sleep_for(loop_, outcome.error().retry_after.value_or(1s));
  }
  if (outcome && bringing_subscribers_) {
    auto watching = peer.watch(producers_of(peer.participant().room, &peer));
    outcome = co_await std::move(watching);
  }
  --coming_;
  if (!outcome && !failed_to_come_) failed_to_come_ = std::move(outcome.error()).during(peer.participant().name);
}

Task<Result<void>> Crowd::bring(std::vector<Peer*> coming) {
  if (!stopped_) failed_to_come_.reset();
  const Duration between_joins = Duration(1s) / arguments_.join_rate;
  for (Peer* peer : coming) {
    while (coming_ >= kComingAtOnce && !failed_to_come_) co_await sleep_for(loop_, kPoll);
    if (failed_to_come_) break;
    auto one = come(*peer);
    spawn(std::move(one));
    co_await sleep_for(loop_, between_joins);
  }
  // Those on their way hold on to their peers, so they are waited for also when one has failed.
  while (coming_ > 0) co_await sleep_for(loop_, kPoll);
  if (failed_to_come_) co_return *failed_to_come_;
  co_return ok();
}

void Crowd::stop_coming() {
  stopped_ = true;
  failed_to_come_ = make_error(Errc::kUnavailable, "stopped while participants were joining");
}

Task<Result<void>> Crowd::bring_publishers() {
  bringing_subscribers_ = false;
  std::vector<Peer*> coming;
  for (int number = 0; number < arguments_.publishers; ++number) {
    publishers_.push_back(std::make_unique<Peer>(context_, publisher_number(arguments_, run_, number)));
    coming.push_back(publishers_.back().get());
  }
  auto bringing = bring(std::move(coming));
  DD_CO_TRY_VOID(co_await std::move(bringing));
  if (arguments_.mesh) {
    auto watching = watch_each_other();
    DD_CO_TRY_VOID(co_await std::move(watching));
  }
  find_server_processes();
  co_return ok();
}

Task<Result<void>> Crowd::watch_each_other() {
  for (const auto& peer : publishers_) {
    auto watching = peer->watch(producers_of(peer->participant().room, peer.get()));
    DD_CO_TRY_VOID(co_await std::move(watching));
  }
  co_return ok();
}

Task<Result<void>> Crowd::bring_subscribers(int wanted) {
  bringing_subscribers_ = true;
  std::vector<Peer*> coming;
  while (subscribers() < wanted) {
    // Rooms are dealt out by place, so that they stay even when some have left.
    Participant who = subscriber_number(arguments_, run_, subscribers());
    who.name = subscriber_number(arguments_, run_, subscribers_ever_++).name;
    subscribers_.push_back(std::make_unique<Peer>(context_, std::move(who)));
    coming.push_back(subscribers_.back().get());
  }
  while (subscribers() > wanted) {
    auto leaving = subscribers_.back()->leave();
    co_await std::move(leaving);
    subscribers_.pop_back();
  }
  auto bringing = bring(std::move(coming));
  DD_CO_TRY_VOID(co_await std::move(bringing));
  find_server_processes();
  co_return ok();
}

std::vector<std::string> Crowd::producers_of(int room, const Peer* except) const {
  std::vector<std::string> producers;
  for (const auto& peer : publishers_) {
    if (peer->participant().room != room || peer.get() == except) continue;
    producers.insert(producers.end(), peer->producers().begin(), peer->producers().end());
  }
  return producers;
}

Task<void> Crowd::leave() {
  // Those whose answer never comes are not waited for: their sockets are closed, which the server understands as well.
  const MonotonicTime deadline = loop_.now() + kLeaveLimit;
  const auto leaving_now = std::make_shared<std::size_t>(0);
  const auto goodbye = [](Peer& peer, std::shared_ptr<std::size_t> count) -> Task<void> {
    auto leaving = peer.leave();
    co_await std::move(leaving);
    --*count;
  };
  std::vector<Peer*> all;
  each([&all](Peer& peer) { all.push_back(&peer); });
  for (Peer* peer : all) {
    while (*leaving_now >= kComingAtOnce && loop_.now() < deadline) co_await sleep_for(loop_, kPoll);
    if (loop_.now() >= deadline) break;
    ++*leaving_now;
    auto one = goodbye(*peer, leaving_now);
    spawn(std::move(one));
  }
  while (*leaving_now > 0 && loop_.now() < deadline) co_await sleep_for(loop_, kPoll);
}

void Crowd::find_server_processes() {
  if (!arguments_.server_pids.empty()) {
    server_ = ServerProcesses(arguments_.server_pids);
    return;
  }
  std::set<std::uint16_t> ports;
  each([&ports](Peer& peer) {
    for (const std::uint16_t port : peer.server_ports()) ports.insert(port);
  });
  server_ = ServerProcesses::find(context_.may_send_to, ports);
}

Reading Crowd::read() const {
  Reading reading;
  reading.at = loop_.now();
  reading.network = network_->counters();
  each([&reading](Peer& peer) {
    if (peer.publisher() != nullptr) reading.published += peer.publisher()->counters();
    if (peer.subscriber() != nullptr) {
      reading.video += peer.subscriber()->video();
      reading.audio += peer.subscriber()->audio();
    }
    for (const Transport* transport : {peer.sending(), peer.receiving()}) {
      if (transport != nullptr) reading.undecryptable += transport->undecryptable();
    }
  });
  if (server_.known()) reading.server_cpu = server_.cpu_nanoseconds();
  reading.own_cpu = own_cpu_nanoseconds();
  return reading;
}

// Takes what was measured since the last time; waits for key frames belong to the whole run, because they are over when it is steady.
void Crowd::collect() {
  Latencies& latest = *context_.latencies;
  window_.video.merge(latest.video);
  window_.audio.merge(latest.audio);
  key_frame_waits_.merge(latest.key_frame_wait);
  latest = {};
}

const LatencyHistogram& Crowd::key_frame_waits() {
  collect();
  return key_frame_waits_;
}

std::size_t Crowd::waiting_for_key_frame() const {
  std::size_t count = 0;
  each([&count](Peer& peer) { count += peer.subscriber() != nullptr ? peer.subscriber()->waiting_for_key_frame() : 0; });
  return count;
}

std::optional<SrtpProfile> Crowd::profile() const {
  std::optional<SrtpProfile> profile;
  each([&profile](Peer& peer) {
    for (const Transport* transport : {peer.sending(), peer.receiving()}) {
      if (transport != nullptr && transport->profile()) profile = transport->profile();
    }
  });
  return profile;
}

Measurement Crowd::with_crowd(Measurement measured) const {
  measured.publishers = publishers();
  measured.subscribers = subscribers();
  each([&measured](Peer& peer) {
    if (peer.subscriber() != nullptr) {
      measured.streams += peer.subscriber()->streams();
      measured.silent_streams += peer.subscriber()->silent_streams();
    }
    if (const auto failure = peer.failure()) {
      if (measured.failed_peers++ == 0) measured.first_failure = *failure;
    }
  });
  measured.longest_delay_ms = std::chrono::duration<double, std::milli>(longest_delay_).count();
  return measured;
}

void Crowd::begin_window() {
  collect();
  window_ = {};
  longest_delay_ = Duration{0};
  begin_ = last_second_ = read();
}

Measurement Crowd::since_last_second() {
  const Reading now = read();
  Measurement measured = with_crowd(between(std::exchange(last_second_, now), now));
  measured.latencies = *context_.latencies;
  collect();
  return measured;
}

Measurement Crowd::end_window() {
  const Reading end = read();
  collect();
  Measurement measured = with_crowd(between(begin_, end));
  measured.latencies = window_;
  return measured;
}

}  // namespace dd::load
