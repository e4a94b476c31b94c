// SPDX-License-Identifier: MIT
// Callers: finds out who makes a call, from the API key, the network, the token or the ticket, and lets in whom the route wants.
// It opens no connection; tokens are control::Tenants' to judge. An address that keeps failing has to wait. Lives on the control loop.
#pragma once

#include <memory>
#include <string>

#include "api/access.hpp"
#include "api/http.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/tenants.hpp"
#include "observe/metrics.hpp"
#include "portal/caller.hpp"
#include "portal/failure_limit.hpp"
#include "portal/settings.hpp"

namespace dd::portal {

// What a route wants to know of its caller before it is called at all.
enum class Guard {
  kOpen,        // nothing
  kMetrics,     // the key, an allowed network, or the operator's token
  kKendra,      // those, or any token; the route checks how far it reaches
  kRecordings,  // the key, or a token that grants record or admin
  kRecording,   // the same; a ticket of the recording was looked for before
  kAdmin,       // the key, or a token that grants admin
  kOperator,    // the key, or a token of the operator's tenant that grants admin
};

class Callers {
 public:
  // kInvalidArgument for an unreadable network.
  static Result<std::unique_ptr<Callers>> open(Loop& loop, control::Tenants& tenants, observe::Metrics& metrics,
                                               const PortalSettings& settings);

  // kUnauthorized, kForbidden, or kTooManyRequests. A token's request is counted against its tenant's rate.
  // Returns a task that holds nothing of the request.
  Task<Result<Caller>> identify(const api::HttpRequest& request, Guard guard);

  // A ticket that was none counts like a token that was none.
  Result<void> may_try(const api::PeerAddress& peer);
  void count_failure(const api::PeerAddress& peer);

 private:
  Callers(Loop& loop, control::Tenants& tenants, observe::Metrics& metrics, bool development)
      : loop_(loop), tenants_(tenants), metrics_(metrics), development_(development) {}
  Task<Result<Caller>> identify_by(std::string credential, bool keyed, bool near, api::PeerAddress peer, Guard guard);
  Task<Result<Caller>> identify_token(std::string token, api::PeerAddress peer, Guard guard);

  Loop& loop_;
  control::Tenants& tenants_;
  observe::Metrics& metrics_;
  bool development_;
  api::AccessRule key_;
  api::AccessRule networks_;
  FailureLimit failures_;
};

}  // namespace dd::portal
