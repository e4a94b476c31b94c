// SPDX-License-Identifier: MIT
// The signals that kendra gives to signaling platforms (docs/kendra.md), for what happens through our own signaling: so that a platform
// which reads room-stream:{meeting} sees one meeting, whichever way its participants came. UserJoined is ours; kendra never sends it.
// Called on the control loop.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dd::signaling {

class Session;

using KindOfProducer = std::map<std::string, std::string>;  // by producer id

void tell_kendra_of_joining(const Session& session);
void tell_kendra_of_leaving(const Session& session);
void tell_kendra_of_publishing(const Session& session, const KindOfProducer& producers, std::string_view reason);
void tell_kendra_of_unpublishing(const Session& session, const KindOfProducer& producers, std::string_view reason);
// `answer` is recreateProducerTransport's: what it closed.
void tell_kendra_of_closed(const Session& session, const std::string& answer);

}  // namespace dd::signaling
