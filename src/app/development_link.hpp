// SPDX-License-Identifier: MIT
// The first link of a development server: a tenant with a key when there is none, and a token that lets in whoever opens the link.
// Never called outside development: no other mode has a key that nobody asked for. On the control loop.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/tenant_store.hpp"
#include "trust/token.hpp"

namespace dd::app {

// The default tenant's oldest key that can sign and has not retired; made, with the tenant, when there is none.
Task<Result<trust::Key>> ensure_development_key(control::TenantStore& tenants, WallTime now);

// "<public url>/m/<meeting>#token=<token>", good for a week. The token names no participant, so each window is somebody else.
Result<std::string> development_link(const std::string& public_url, const trust::Key& key, WallTime now);

}  // namespace dd::app
