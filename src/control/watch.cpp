// SPDX-License-Identifier: MIT
// Looking at the servers every second, on each replica; and the lease, whose holder heals and drains.
#include <algorithm>
#include <utility>

#include "control/meetings_state.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

constexpr std::string_view kLease = "failover";
constexpr std::chrono::seconds kLongestWait{5};  // between looks while the database is away
constexpr std::chrono::seconds kQuietLog{30};
constexpr std::size_t kMaxExpected = 10'000;
constexpr std::chrono::seconds kLongestStop{5};
constexpr std::chrono::milliseconds kStopStep{20};

}  // namespace

void Meetings::State::start() {
  if (started) return;
  started = true;
  metrics.set(observe::Metric::kControlLeader, 0);
  schedule(Duration{0});
}

void Meetings::State::schedule(Duration delay) {
  std::weak_ptr<State> weak = weak_from_this();
  timer = loop.after(delay, [weak] {
    const auto self = weak.lock();
    if (!self || self->stopping) return;
    self->schedule(self->settings.watch_interval);
    if (!self->looking) self->run(self->look());
  });
}

Task<void> Meetings::State::stop() {
  stopping = true;
  timer.cancel();
  const auto deadline = loop.now() + kLongestStop;
  while ((looking || closing || !emptying.empty()) && loop.now() < deadline) {
    auto pause = sleep_for(loop, kStopStep);
    co_await pause;
  }
  if (leads) {
    auto dropping = store.drop_lease(std::string(kLease), settings.replica);
    (void)co_await std::move(dropping);
  }
  set_leader(false);
}

void Meetings::State::set_leader(bool now_leads) {
  if (leads != now_leads) observe::log_info(now_leads ? "control_leader" : "control_follower", {{"replica", settings.replica}});
  leads = now_leads;
  metrics.set(observe::Metric::kControlLeader, leads ? 1 : 0);
}

void Meetings::State::noticed_outage(const Error& error) {
  // Without the database the lease cannot be kept, and rows that cannot be read must not be moved.
  set_leader(false);
  ++failures;
  if (!logged || loop.now() - *logged >= kQuietLog) {
    logged = loop.now();
    observe::log_warn("servers_unread", {{"failures", failures}, {"problem", error.message}});
  }
  if (stopping) return;
  const auto wait = settings.watch_interval * std::min(failures, 8);
  schedule(std::min<Duration>(wait, kLongestWait));
}

Task<void> Meetings::State::look() {
  looking = true;
  // What was claimed before this reading began is written by now, or will be before long; claims only keep a burst from one server.
  claims_before = std::exchange(claims, {});
  auto reading = store.servers();
  auto servers = co_await std::move(reading);
  std::optional<Error> problem;
  if (!servers) {
    problem = servers.error();
  } else {
    claims_before.clear();
    for (const auto& server : *servers) {
      fleet.know(server.server, server.origin);
      const auto* before = watch.find(server.server);
      if (before != nullptr && before->heartbeat == server.heartbeat) continue;
      for (const auto& worker : server.workers) expected.erase(worker.worker);  // counted by the server from now on
    }
    watch.update(std::move(*servers), loop.now(), loop.wall_now());
    if (expected.size() > kMaxExpected) expected.clear();  // workers of servers that are long gone
    std::erase_if(drain_hints, [&](const auto& hint) { return watch.find(hint.first) == nullptr; });
    std::erase_if(logged_full, [&](const auto& entry) { return watch.find(entry.first) == nullptr; });
    auto leasing = store.hold_lease(std::string(kLease), settings.replica, settings.lease);
    const auto held_now = co_await std::move(leasing);
    if (held_now) {
      set_leader(*held_now && !stopping);
    } else {
      problem = held_now.error();
    }
  }
  looking = false;
  if (problem) {
    noticed_outage(*problem);
    co_return;
  }
  if (failures > 0) {
    observe::log_info("servers_read_again", {{"failures", failures}});
    failures = 0;
    logged.reset();
  }
  forget_places();
  heal();
}

void Meetings::State::heal() {
  if (stopping) return;
  if (!closing && !leftovers.empty()) {
    closing = true;
    run(close_leftovers());
  }
  if (!leads) return;
  for (const auto& server : watch.servers()) {
    const bool dead = watch.dead(server.server, loop.now());
    if ((!dead && !is_draining(server)) || emptying.contains(server.server)) continue;
    emptying.insert(server.server);
    run(empty_in_turn(server.server, dead ? "server_died" : "drain"));
  }
}

Task<void> Meetings::State::empty_in_turn(ContainerId server, std::string reason) {
  auto task = empty_server(server, std::move(reason));
  co_await std::move(task);
  emptying.erase(server);
}

}  // namespace dd::control
