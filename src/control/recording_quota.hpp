// SPDX-License-Identifier: MIT
// RecordingQuota: whether a tenant may record (more), by the minutes of its month and by the bytes of all its recordings.
// The bytes are the media servers' to tell: each is asked, at most every ten seconds, and one that does not answer counts as it last did.
// The leader meters them as stored_byte_hours. It starts and stops no recording. Lives on the control loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/fleet.hpp"
#include "control/meetings.hpp"
#include "control/tenants.hpp"

namespace dd::control {

struct RecordingQuotaSettings {
  std::chrono::seconds fresh{10};  // how old what a server told may be when a recording depends on it
  std::chrono::seconds metering{300};
  std::chrono::hours forget{24};  // a disk of which nobody tells any more is gone
};

class RecordingQuota {
 public:
  // All outlive it.
  RecordingQuota(Loop& loop, RecordingQuotaSettings settings, Tenants& tenants, Meetings& meetings, Fleet& fleet);
  ~RecordingQuota();

  void start();  // meters from now on, while this replica leads
  void stop();

  // kForbidden with reason "quota_recording" or "quota_storage"; other errors say that it could not be found out.
  Task<Result<void>> check(TenantId tenant);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::control
