// SPDX-License-Identifier: MIT
// Stage: a host between the two fakes on a loop stepped by hand, with everything it says kept in order.
// It plays no part itself; tests and the scenario runner do. Owned by one test.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/manual_loop.hpp"
#include "meeting/host.hpp"
#include "meeting/testing/fake_media.hpp"
#include "meeting/testing/fake_store.hpp"

namespace dd::meeting::testing {

class Stage final : public EventSink, public UserSessionSink {
 public:
  static constexpr const char* kContainer = "c1";

  explicit Stage(std::vector<WorkerId> workers = {WorkerId("w1"), WorkerId("w2")}, HostSettings settings = {})
      : media(loop, std::move(workers)), store(loop, ContainerId(kContainer)) {
    settings.container = ContainerId(kContainer);
    settings.tenant = " default";
    settings.new_id = [this] { return "id" + std::to_string(1000 + next_id_++); };
    host = std::make_unique<Host>(loop, std::move(settings), media, store, *this, this);
  }

  void on_event(const Event& event) override { events.push_back(event); }
  void on_user_session(const UserSession& session) override { sessions.push_back(session); }

  // What disagrees between memory, engine and rows, one line each; empty when all say the same. Only meaningful with the
  // database reachable and nothing in progress.
  std::vector<std::string> disagreements() const;

  dd::testing::ManualLoop loop;
  FakeMedia media;
  FakeStore store;
  std::vector<Event> events;
  std::vector<UserSession> sessions;
  std::unique_ptr<Host> host;

 private:
  std::uint64_t next_id_ = 0;
};

}  // namespace dd::meeting::testing
