// SPDX-License-Identifier: MIT
// The success bodies of the media routes, in the shapes that kendra and the clients behind it read. Pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/json.hpp"
#include "meeting/command.hpp"

namespace dd::api {

OrderedJson response_answer(std::string_view text);  // {"response": text}
// As text, with `more` ("\"member\":value", or nothing) after it: capabilities are 5 KB each and nearly always the same for
// both routers, so they are rendered once.
std::string capabilities_answer(const meeting::MeetingCapabilities& capabilities, std::string_view more = {});
OrderedJson producer_detail_json(const meeting::ProducerDetail& detail);
OrderedJson producer_details_json(const std::vector<meeting::ProducerDetail>& details);
OrderedJson routers_answer(const std::vector<meeting::RouterRow>& routers);
OrderedJson producer_details_answer(const std::vector<meeting::ProducerDetail>& details);
OrderedJson meeting_answer(const meeting::MeetingDetail& detail);
OrderedJson participant_answer(const meeting::ParticipantDetail& detail);
OrderedJson recreated_transport_answer(const meeting::RecreatedTransport& recreated, meeting::TransportRole role);
OrderedJson ice_restart_answer(const std::map<TransportId, meeting::IceParameters>& restarted);
OrderedJson consumer_details_answer(const std::vector<meeting::ConsumerDetail>& details);
OrderedJson leave_answer(meeting::Left left);
OrderedJson layers_json(const std::optional<meeting::Layers>& layers);  // null when there are none
OrderedJson stats_answer(const meeting::StatReport& report);
OrderedJson data_consumer_answer(const meeting::DataConsumerDescription& consumer);
OrderedJson server_answer(const meeting::HostStatus& status, std::string_view version);

template <typename IdType>
OrderedJson ids_json(const std::vector<IdType>& ids) {
  OrderedJson list = OrderedJson::array();
  for (const auto& id : ids) list.push_back(id.str());
  return list;
}

}  // namespace dd::api
