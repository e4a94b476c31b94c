// SPDX-License-Identifier: MIT
// What a browser participant says to the media API, with Chromium's shapes of parameters and capabilities.
// It sends no media. Plain functions over a Client; each throws when the server refuses.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/api/client.hpp"

namespace dd::bench {

struct Meeting {
  std::string id;
  std::string router;  // where everyone of this benchmark is
};

struct Participant {
  std::string meeting;
  std::string id;
  std::string instance;
  std::string producer_transport;
  std::string consumer_transport;
  std::map<std::string, std::string> producers;  // kind -> id
  std::vector<std::string> consumers;
};

// Called after each call with the route and its duration.
using Timing = std::function<void(const std::string& route, std::chrono::nanoseconds took)>;

class Caller {
 public:
  Caller(Client& client, Timing timing) : client_(client), timing_(std::move(timing)) {}

  nlohmann::json call(const std::string& route, const nlohmann::json& body) {
    auto answer = client_.post("/v1/" + route, body);
    if (timing_) timing_(route, answer.took);
    return answer.json();
  }

  Participant join(const Meeting& meeting, const std::string& id);
  void produce(const Meeting& meeting, Participant& participant, const std::string& kind);
  void consume(Participant& viewer, const Participant& target);
  void leave(const Participant& participant);

 private:
  Client& client_;
  Timing timing_;
};

}  // namespace dd::bench
