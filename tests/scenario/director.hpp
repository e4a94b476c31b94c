// SPDX-License-Identifier: MIT
// Director: plays one scenario file line by line against a host between the fakes, and says which line was not as written.
// The language is described in README.md. Owned by one test.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "meeting/testing/stage.hpp"
#include "tests/scenario/pattern.hpp"

namespace dd::scenario {

class Director {
 public:
  // Empty when all went as written; otherwise the line at fault and why.
  std::string play(const std::string& text);

 private:
  struct Answer {
    std::optional<std::string> words;
  };
  struct Actor {
    std::map<meeting::TransportRole, TransportId> transports;
    std::deque<std::shared_ptr<Answer>> waiting;  // for the `<` lines to come, in the order of the calls
  };
  // What follows the verb: words, and key=value pairs.
  struct Call {
    std::string actor;
    std::string verb;
    Words words;
    std::map<std::string, std::string> options;
    std::string option(const std::string& key, const std::string& otherwise) const;
  };

  std::string play_line(const std::string& line);
  void set_up(const Words& words);
  std::string call(const std::string& actor, const Words& words);
  std::string expect_answer(const std::string& actor, const Words& words);
  std::string expect_event(const Words& words);
  std::string expect_no_event(const Words& words);
  std::string expect_session(const Words& words, bool wanted);
  std::string world(const Words& words);
  std::string store_does(const Words& words);
  std::string engine_does(const Words& words);
  std::string compare_rows(const Words& words);
  std::string compare_status(const Words& words);
  std::string check_agreement();

  bool call_control(const Call& call);
  bool call_transport(const Call& call);
  bool call_producer(const Call& call);
  bool call_consumer(const Call& call);

  template <typename T>
  void begin(const Call& call, Task<Result<T>> task, std::function<std::string(const T&)> say_it);
  void begin_void(const Call& call, Task<Result<void>> task);
  template <typename T>
  static Task<void> finish(Task<Result<T>> task, std::shared_ptr<Answer> answer, std::function<std::string(const T&)> say_it);
  static Task<void> finish_void(Task<Result<void>> task, std::shared_ptr<Answer> answer);
  static Task<void> finish_drain(Task<bool> task, std::shared_ptr<Answer> answer);

  RouterId router_named(const MeetingId& meeting, const std::string& name) const;
  meeting::CreateMeeting placement(const Call& call, const MeetingId& meeting) const;
  meeting::testing::Stage& stage();

  Names names_;
  meeting::HostSettings settings_;
  std::vector<WorkerId> workers_{WorkerId("w1"), WorkerId("w2")};
  std::unique_ptr<meeting::testing::Stage> stage_;
  std::map<std::string, Actor> actors_;
  std::shared_ptr<Answer> drained_;
  std::size_t events_read_ = 0;
  std::size_t sessions_read_ = 0;
};

}  // namespace dd::scenario
