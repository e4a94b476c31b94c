// SPDX-License-Identifier: MIT
// The words in which a scenario reads answers and events.
#pragma once

#include <string>

#include "meeting/command.hpp"
#include "meeting/event.hpp"

namespace dd::scenario {

std::string say(const Error& error);
std::string say(const meeting::RecreatedTransport& answer);
std::string say(const std::vector<meeting::ProducerDetail>& answer);
std::string say(const std::vector<meeting::ConsumerDetail>& answer);
std::string say(const std::vector<meeting::RouterRow>& answer);
std::string say(const meeting::MeetingDetail& answer);
std::string say(const meeting::ParticipantDetail& answer);
std::string say(const meeting::Event& event);
std::string say(const meeting::UserSession& session);

}  // namespace dd::scenario
