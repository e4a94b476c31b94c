// SPDX-License-Identifier: MIT
// Plan: who is in which room, under which name, sending what. Pure functions of the arguments; who comes when is load.hpp's affair.
#pragma once

#include <string>
#include <vector>

#include "bench/load/arguments.hpp"
#include "bench/load/publisher.hpp"

namespace dd::load {

struct Participant {
  std::string name;
  std::string meeting;
  int room = 0;
  bool publishes = false;
  bool subscribes = false;
};

// `run` makes the names new, so that two runs at once are not taken for one participant who came back.
Participant publisher_number(const Arguments& arguments, const std::string& run, int number);
Participant subscriber_number(const Arguments& arguments, const std::string& run, int number);

// The camera of a publisher, lowest layer first; extensions and SSRCs are still to be filled in.
std::vector<VideoLayer> camera_layers(const Arguments& arguments);

}  // namespace dd::load
