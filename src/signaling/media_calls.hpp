// SPDX-License-Identifier: MIT
// Calls of a media server on behalf of a session: its ids are put in by us, so that nobody reaches what is somebody else's, and
// errors come back in the words of docs/signaling.md. It chooses no server; control::Meetings does.
// Called on the control loop.
#pragma once

#include <memory>
#include <string>

#include "api/json.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/meetings.hpp"
#include "signaling/methods.hpp"

namespace dd::signaling {

class Hub;

// POST `path` to the server of the session's epoch. `body` holds what is particular to the call.
Task<Result<api::JsonText>> ask_media(SessionPtr session, std::string path, api::OrderedJson body);

// As above, to a certain server, for a participant who need not be the session's own.
Task<Result<std::string>> post_media(std::shared_ptr<Hub> hub, ContainerId server, std::string path, api::OrderedJson body);

// Capabilities and new transports at `place`, in as few round trips as there are; the epoch's number grows. JSON text of MEDIA.
MethodAnswer open_epoch(SessionPtr session, control::Place place, bool tcp_only);

// The participant's instance leaves its media server; what fails is the server's to notice.
Task<void> leave_media(SessionPtr session);

}  // namespace dd::signaling
