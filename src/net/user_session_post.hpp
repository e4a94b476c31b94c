// SPDX-License-Identifier: MIT
// Tells an outside service of each JOIN and LEAVE, one POST after another from a thread of its own.
// It promises nothing: the queue is bounded and drops its oldest when full, and an event is given up after three attempts;
// both are counted. on_user_session() only takes a short lock, so a slow service can never hold up the control loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "meeting/event.hpp"
#include "observe/metrics.hpp"

namespace dd::net {

struct UserSessionPostSettings {
  std::string endpoint;
  std::map<std::string, std::string> headers;  // User-Agent and Content-Type are ours whatever is said here
  std::size_t queue = 100;
  unsigned attempts = 3;
  std::chrono::milliseconds first_backoff{200};  // four times as long before each further attempt
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds total_timeout{5'000};
};

class UserSessionPost final : public meeting::UserSessionSink {
 public:
  // Refuses a URL or a header that cannot be sent. `metrics` and `clock` outlive the object.
  static Result<std::unique_ptr<UserSessionPost>> open(UserSessionPostSettings settings, observe::Metrics& metrics, const Clock& clock);
  ~UserSessionPost() override;  // close(0)

  void on_user_session(const meeting::UserSession& session) override;

  // Sends what waits for at most `flush`, then stops the thread and counts the rest as dropped. Blocks; not for the loop
  // while it serves. Once.
  void close(std::chrono::milliseconds flush);

 private:
  struct State;
  explicit UserSessionPost(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dd::net
