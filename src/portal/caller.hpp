// SPDX-License-Identifier: MIT
// Caller: who is making a call, as the credentials say, and how far that reaches.
// It is a plain value and asks nobody; callers.hpp finds out. Used on the control loop.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"
#include "trust/token.hpp"

namespace dd::portal {

using trust::kDefaultTenant;

struct Caller {
  enum class Kind {
    kNobody,    // of a route that is open
    kOperator,  // the API key, or an administrator's token of the operator's tenant
    kMachine,   // of an allowed network, or anybody in development: kendra's API of every tenant
    kToken,
    kTicket,  // whoever has a ticket of the one recording
  };
  Kind kind = Kind::kNobody;
  trust::Claims claims;  // of a kToken

  bool trusted() const { return kind == Kind::kOperator || kind == Kind::kMachine; }
  bool administers(const TenantId& tenant) const {
    return kind == Kind::kOperator || (kind == Kind::kToken && claims.grants.admin && claims.meeting.empty() && claims.tenant == tenant);
  }
  bool operates() const { return kind == Kind::kOperator; }
};

// kForbidden with the reason of docs/signaling.md.
inline Error not_granted(std::string message) { return refused(Errc::kForbidden, "not_granted", std::move(message)); }

}  // namespace dd::portal
