// SPDX-License-Identifier: MIT
// FakeMediaServers: a fleet whose servers answer the v1 media API in the shapes of api/media_answers.cpp and emit the events of
// docs/events.md, from a small model of meetings; they forward no media. A server can be away, and an answer can be withheld.
// Owned by one test.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/json.hpp"
#include "base/completion.hpp"
#include "control/fleet.hpp"
#include "control/testing/memory_rows.hpp"

namespace dd::signaling::testing {

struct FakeProducer {
  std::string kind;
  bool paused = false;
  std::uint64_t max_bitrate = 0;
};

struct FakeParticipant {
  std::string instance;
  std::string name;
  std::string send;
  std::string receive;
  std::map<std::string, FakeProducer> producers;
  std::map<std::string, std::string> consumers;  // the producer of each
  std::map<std::string, std::string> data;       // labels
};

struct FakeMeeting {
  std::string tenant;
  std::vector<std::string> routers;
  std::map<std::string, FakeParticipant> participants;
  std::string recording;
};

class FakeMediaServers final : public control::Fleet {
 public:
  FakeMediaServers(Loop& loop, control::testing::MemoryControlStore& rows) : loop_(loop), rows_(rows) {}

  std::map<ContainerId, std::map<std::string, FakeMeeting>> servers;
  std::set<ContainerId> away;
  std::map<ContainerId, int> followers;
  std::vector<std::pair<std::string, api::Json>> calls;  // path and body
  std::map<std::string, Error> refuse;                   // by path
  std::set<std::string> refused_producers;               // cannot be consumed
  bool overloaded = false;                               // takes no consumers of pictures
  std::set<std::string> withheld;                        // paths that are answered when release() says so
  std::function<void()> before_answer;

  void release() {
    withheld.clear();
    for (const auto& waiter : std::exchange(waiting_, {})) waiter.resolve(true);
  }
  std::size_t count(std::string_view path) const {
    std::size_t found = 0;
    for (const auto& call : calls) found += call.first == path ? 1 : 0;
    return found;
  }
  const api::Json& last_body(std::string_view path) const;

  // An event as the server's stream would tell it.
  void emit(const ContainerId& server, const std::string& type, const std::string& meeting, const std::string& participant,
            api::Json more = api::Json::object());
  void resync(const ContainerId& server) {
    for (auto* listener : listeners_) listener->on_media_resync(server);
  }

  void know(const ContainerId&, std::string) override {}
  Task<Result<std::string>> call(ContainerId server, std::string path, std::string body) override;
  Task<Result<api::HttpResponse>> forward(ContainerId server, api::HttpRequest request) override;
  void follow(const ContainerId& server) override { ++followers[server]; }
  void unfollow(const ContainerId& server) override { --followers[server]; }
  void add_listener(control::MediaEvents* listener) override { listeners_.push_back(listener); }
  void remove_listener(control::MediaEvents* listener) { std::erase(listeners_, listener); }

 private:
  Result<api::OrderedJson> answer(const ContainerId& server, const std::string& path, const api::Json& body);
  Result<api::OrderedJson> create_meeting(const ContainerId& server, const api::Json& body);
  Result<api::OrderedJson> recreate(const ContainerId& server, FakeMeeting& meeting, const api::Json& body, bool producing);
  Result<api::OrderedJson> create_consumers(FakeMeeting& meeting, FakeParticipant& viewer, const api::Json& body);
  void close_producer(const ContainerId& server, const std::string& meeting_id, const std::string& owner, const std::string& id,
                      const std::string& reason);
  void remove(const ContainerId& server, const std::string& meeting_id, const std::string& participant, const std::string& reason);
  std::string next_id(const char* what) { return std::string(what) + "-" + std::to_string(++ids_); }

  Loop& loop_;
  control::testing::MemoryControlStore& rows_;
  std::vector<control::MediaEvents*> listeners_;
  std::vector<Completion<bool>> waiting_;
  unsigned ids_ = 0;
};

}  // namespace dd::signaling::testing
