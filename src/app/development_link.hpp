// SPDX-License-Identifier: MIT
// The first links of a development server: a tenant with a key when there is none, and tokens that let in whoever opens them.
// Never called outside development: no other mode has a key that nobody asked for. On the control loop.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/tenant_store.hpp"
#include "trust/token.hpp"

namespace dd::app {

// Both are good for a week, and name no participant: each window is somebody else.
struct DevelopmentLinks {
  std::string meeting;        // "<public url>/m/<meeting>#token=<token>": into one meeting, with all that can be done there
  std::string operator_page;  // "<public url>/operator#token=<token>": servers, tenants, recordings, and any meeting
};

// With keys of the default tenant and of the operator's, made when there are none that can sign.
Task<Result<DevelopmentLinks>> development_links(control::TenantStore& tenants, std::string public_url, WallTime now);

}  // namespace dd::app
