// SPDX-License-Identifier: MIT
// The list of what a stop does, in order, each step with its deadline: drain, stop accepting, finish recordings, close the meetings' media,
// take the rows away if nothing refers to them. It decides no step by itself: Server gives it the parts.
// Lives on the control loop; runs once.
#pragma once

#include <chrono>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "media/engine.hpp"
#include "meeting/host.hpp"
#include "net/http_server.hpp"
#include "store/store.hpp"
#include "studio/studio.hpp"

namespace dd::app {

enum class Patience { kDrain, kAtOnce };

class Shutdown {
 public:
  struct Parts {
    meeting::Host& host;
    net::HttpServer& http;
    studio::Studio& studio;
    media::Engine& engine;
    store::Store& store;
  };

  Shutdown(Loop& loop, Parts parts, std::chrono::seconds drain_deadline);

  // Ends when everything has stopped; hurry() ends a drain that is under way.
  Task<void> run(Patience patience);
  void hurry() { ended_.resolve(true); }

 private:
  Task<void> drain();
  Task<void> watch_drain();

  Loop& loop_;
  Parts parts_;
  std::chrono::seconds drain_deadline_;
  Completion<bool> ended_;  // the drain: because everyone left, its deadline passed, or somebody is in a hurry
};

}  // namespace dd::app
