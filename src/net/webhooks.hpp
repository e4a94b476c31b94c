// SPDX-License-Identifier: MIT
// Webhooks: tells configured URLs what happens to recordings, each delivery signed, and tried again until it was taken.
// What is handed over is on the disk before it is sent, so a restart forgets none (but for what was handed over in the very
// last moment: the control loop never waits for a disk). notify() is for the control loop; the work is a thread's.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/webhook_spool.hpp"
#include "observe/metrics.hpp"
#include "recording/notice.hpp"

namespace dd::net {

struct WebhookSettings {
  std::vector<std::string> urls;
  std::string secret;  // of the signature
  bool allow_private = false;
  std::filesystem::path spool;
  SpoolLimits limits;
  std::size_t queue = 1'000;  // handed over and not yet on the disk; beyond, the oldest is dropped and counted
  std::chrono::milliseconds first_backoff{1'000};
  std::chrono::milliseconds max_backoff{3'600'000};
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{10'000};
};

class Webhooks final {
 public:
  // Refuses a URL that cannot be called and a secret that protects nothing. `metrics` and `clock` outlive the object.
  static Result<std::unique_ptr<Webhooks>> open(WebhookSettings settings, observe::Metrics& metrics, const Clock& clock);
  ~Webhooks();

  void notify(const recording::Notice& notice);

  // What is not sent by now stays in the spool. Blocks as long as the write of what was handed over takes. Once.
  void close();

 private:
  struct State;
  explicit Webhooks(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "v1=" and the HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal digits.
std::string webhook_signature(std::string_view secret, std::int64_t timestamp, std::string_view body);

}  // namespace dd::net
