// SPDX-License-Identifier: MIT
// Replica: one control replica over a FakeCluster, and what it told others. Replicas of one cluster share a list of signals, which each
// hears as it would by the real bus. Owned by one test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "control/meetings.hpp"
#include "control/testing/fake_cluster.hpp"

namespace dd::control::testing {

struct SharedBus;

struct Replica final : SignalBus, MeetingsListener {
  Replica(dd::testing::ManualLoop& home, FakeCluster& cluster, SharedBus& shared, std::string name, MeetingsSettings settings = {});
  ~Replica() override;

  void set_listener(SignalListener*) override {}
  void subscribe(const MeetingId&) override {}
  void unsubscribe(const MeetingId&) override {}
  void publish(const MeetingId& meeting, std::string text) override;
  void publish_for_kendra(const MeetingId& meeting, KendraSignal signal) override {
    for_kendra.push_back(meeting.str() + " " + signal.type + " " + signal.participant + " " + signal.request);
  }
  bool available() const override { return true; }
  bool alone() const override { return false; }

  void on_meeting_moved(const MeetingId& meeting, const ContainerId& to, std::string_view reason) override {
    heard.push_back("moved " + meeting.str() + " " + to.str() + " " + std::string(reason));
    heard_at.push_back(loop.now());
  }
  void on_meeting_ended(const MeetingId& meeting, std::string_view reason) override {
    heard.push_back("ended " + meeting.str() + " " + std::string(reason));
    heard_at.push_back(loop.now());
  }

  Result<Admission> join(const std::string& meeting, const std::string& participant, std::uint32_t here = 0) {
    return loop.run(meetings.admit(request(meeting, participant, here)));
  }
  static AdmissionRequest request(const std::string& meeting, const std::string& participant, std::uint32_t here = 0) {
    AdmissionRequest asked;
    asked.tenant = TenantId("default");
    asked.meeting = MeetingId(meeting);
    asked.participant = ParticipantId(participant);
    asked.participants_here = here;
    asked.streams = 2 * here;
    return asked;
  }

  dd::testing::ManualLoop& loop;
  SharedBus& bus;
  observe::Metrics metrics;
  std::vector<std::string> heard;
  std::vector<MonotonicTime> heard_at;
  std::vector<std::string> for_kendra;
  Meetings meetings;
};

struct SharedBus {
  std::vector<Replica*> replicas;
};

inline Replica::Replica(dd::testing::ManualLoop& home, FakeCluster& cluster, SharedBus& shared, std::string name, MeetingsSettings settings)
    : loop(home),
      bus(shared),
      meetings(
          home,
          [&] {
            settings.replica = std::move(name);
            settings.pool = "default";
            return settings;
          }(),
          cluster, cluster, *this, metrics) {
  bus.replicas.push_back(this);
  meetings.set_listener(this);
}

inline Replica::~Replica() { std::erase(bus.replicas, this); }

inline void Replica::publish(const MeetingId& meeting, std::string text) {
  loop.post([shared = &bus, meeting, text = std::move(text)] {
    for (auto* replica : shared->replicas) replica->meetings.on_control_signal(meeting, text);
  });
}

// A cluster of three servers and one replica that watches them.
struct Stage {
  Stage() {
    for (const char* id : {"s1", "s2", "s3"}) cluster.add_server(id);
    replica.meetings.start();
    loop.advance(2s);
  }
  ~Stage() {
    loop.run([](Meetings* meetings) -> Task<bool> {
      co_await meetings->stop();
      co_return true;
    }(&replica.meetings));
    loop.advance(60s);
  }
  std::string server_of(const std::string& meeting) const {
    const auto found = cluster.places.find(MeetingId(meeting));
    return found == cluster.places.end() ? "" : found->second.server.str();
  }

  dd::testing::ManualLoop loop;
  FakeCluster cluster{loop};
  SharedBus bus;
  Replica replica{loop, cluster, bus, "one"};
};

}  // namespace dd::control::testing
