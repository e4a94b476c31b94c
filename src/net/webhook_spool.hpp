// SPDX-License-Identifier: MIT
// WebhookSpool: deliveries that wait, one synced file for each, so that a restart forgets none.
// Bounded by number and by age: beyond them the oldest go, and are counted. It sends nothing and knows no URL, only a short
// digest of it: a URL may be a secret. Blocks, so not for the control loop; belongs to one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace dd::net {

struct Delivery {
  std::string id;
  std::string event;
  std::string target;  // digest of the URL it goes to
  std::string body;
  std::int64_t created_ms = 0;  // since 1970
};

struct SpoolLimits {
  std::size_t max_waiting = 10'000;
  std::chrono::milliseconds max_age = std::chrono::hours{72};
};

class WebhookSpool {
 public:
  // Reads what an earlier run left; what is damaged is removed.
  static Result<WebhookSpool> open(std::filesystem::path folder, SpoolLimits limits);

  // On the disk when it returns. Answers how many others had to go for it.
  Result<std::size_t> add(Delivery delivery);
  void remove(const std::string& name);
  // How many were too old.
  std::size_t expire(WallTime now);

  // By name, which begins with the time; stays valid until the entry is removed.
  const std::map<std::string, Delivery>& waiting() const { return waiting_; }

 private:
  WebhookSpool(std::filesystem::path folder, SpoolLimits limits) : folder_(std::move(folder)), limits_(limits) {}

  std::filesystem::path folder_;
  SpoolLimits limits_;
  std::map<std::string, Delivery> waiting_;
};

}  // namespace dd::net
