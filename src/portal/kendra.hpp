// SPDX-License-Identifier: MIT
// What the routes of kendra's API share: is the caller let so far, which server carries the meeting, who is the participant there,
// kendra's signals and kendra's way to write an error. It keeps nothing. On the control loop.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portal/kendra_requests.hpp"
#include "portal/route.hpp"

namespace dd::portal {

struct Spot {
  ContainerId server;
  MeetingId meeting;
};

struct KendraRouters {
  std::vector<std::string> producers;  // a router that is both is in both
  std::vector<std::string> consumers;
};

struct KendraParticipant {
  struct Producer {
    std::string id;
    std::string kind;  // as it was written when it was created
  };
  struct Consumer {
    std::string id;
    std::string target;
    std::string kind;
  };
  std::string instance;
  std::string producer_transport;  // "" for none
  std::string consumer_transport;
  std::vector<Producer> producers;
  std::vector<Consumer> consumers;
};

// A token speaks for its tenant, its meeting and its participant; an administrator's for everybody of its tenant.
Result<void> permit(const Caller& caller, const KendraAddress& address);
bool allowed_all(const Caller& caller);  // the key, a network, an administrator

Task<Result<Spot>> locate(Context& portal, KendraAddress address);
Task<Result<KendraRouters>> routers_of(Context& portal, Spot spot);
Task<Result<KendraParticipant>> participant_of(Context& portal, Spot spot, ParticipantId participant);

// Always the same of the routers for the same participant, as kendra meant it: FNV-1a over the id.
const std::string& router_for(const std::vector<std::string>& routers, const ParticipantId& participant);

// As kendra publishes them; `reason_name` is "publishReason" or "unPublishReason". Nothing is said about no producer.
struct KendraStreams {
  std::string type;
  std::string reason_name;
  std::string reason;
  std::vector<KendraParticipant::Producer> producers;
};
void publish_streams(Context& portal, const Spot& spot, const ParticipantId& participant, const KendraStreams& streams);
void publish_kendra(Context& portal, const MeetingId& meeting, std::string type, std::string participant, const api::OrderedJson& payload);
void publish_kendra_ended(Context& portal, const MeetingId& meeting);

// {"message": ...} first, as kendra's clients read it, then what our errors have besides.
api::HttpResponse kendra_error(const Error& error);
api::HttpResponse kendra_refusal(int status, std::string_view message);

Answer create_kendra_meeting(Call call);  // kendra_create.cpp

}  // namespace dd::portal
