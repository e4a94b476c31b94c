// SPDX-License-Identifier: MIT
// How a client gets into a meeting, and back into its session: the two requests that a socket may begin with.
// They are answered here and not by their caller, in the turn in which the session begins to be told things.
// Called on the control loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/json.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "signaling/json_rpc.hpp"

namespace dd::signaling {

class Hub;
class Link;

Task<Result<void>> join(std::shared_ptr<Hub> hub, std::shared_ptr<Link> link, std::string call_id, api::JsonText params);
Result<void> resume(Hub& hub, const std::shared_ptr<Link>& link, const Call& call);

// A metric's label: the error's reason, or its code.
std::string_view outcome_of(const Error& error);

}  // namespace dd::signaling
