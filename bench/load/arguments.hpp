// SPDX-License-Identifier: MIT
// What was asked for on the command line, checked: every mistake is answered with the argument's name. The bounds are hard: this
// program cannot be told to be more people, or to go on for longer, than they say. Plain values.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bench/load/srtp_session.hpp"
#include "net/url.hpp"

namespace dd::load {

inline constexpr int kMaxPublishers = 1000;
inline constexpr int kMaxSubscribers = 5000;
inline constexpr int kMaxStreams = 200'000;  // received, of all subscribers together
inline constexpr int kMaxSeconds = 4 * 3600;

struct Arguments {
  net::HttpOrigin url;
  std::string token;
  std::optional<std::string> token_meeting;  // the one meeting that the token lets into
  std::string meeting = "load";              // rooms are load-1, load-2, ...
  std::vector<boost::asio::ip::address> media_addresses;

  int publishers = 1;
  int subscribers = 10;
  int rooms = 1;
  bool mesh = false;  // publishers watch each other
  int duration_seconds = 30;
  int join_rate = 50;  // a second

  bool video = true;
  bool audio = true;
  int simulcast = 1;  // layers
  int bitrate_kbps = 1500;
  int frames_per_second = 30;

  bool transport_feedback = true;
  bool nack = true;
  std::vector<SrtpProfile> srtp;  // in the order offered

  bool ramp = false;
  int ramp_start = 10;
  int ramp_seconds = 5;
  int max_latency_ms = 150;
  double max_loss_percent = 0.1;

  std::vector<int> server_pids;
  std::string json_file;  // empty: none
  bool quiet = false;
  bool help = false;
};

std::string_view usage();

// Without the program's name. `token`: of the environment, where other users of this machine do not see it; --token comes first.
Result<Arguments> parse_arguments(std::span<const std::string_view> words, std::string_view token);

}  // namespace dd::load
