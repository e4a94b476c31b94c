// SPDX-License-Identifier: MIT
// Recordings: finds which media server keeps a recording, and puts the servers' lists together into one.
// It keeps no recording, only where those asked about last are. It asks the servers that are alive; what a server that is away keeps is
// missing until it is back. Lives on the control loop.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/http.hpp"
#include "api/json.hpp"
#include "base/id.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/fleet.hpp"
#include "control/server_watch.hpp"
#include "recording/command.hpp"

namespace dd::portal {

struct RecordingHome {
  ContainerId server;
  TenantId tenant;  // without leading blanks; the default tenant where the server wrote none
  MeetingId meeting;
};

struct RecordingQuery {
  std::optional<TenantId> tenant;    // absent: every tenant's
  std::optional<MeetingId> meeting;  // scoped
  std::string state;                 // as the media API has it; empty: any
  std::size_t limit = 50;
  std::string cursor;
};

struct RecordingPage {
  api::Json recordings = api::Json::array();  // as the media servers wrote them, the newest first
  std::string next;                           // empty: there is no more
  std::size_t missing_servers = 0;            // that are alive and did not answer
};

class Recordings {
 public:
  // Both outlive it.
  Recordings(Loop& loop, const control::ServerWatch& servers, control::Fleet& fleet) : loop_(loop), watch_(servers), fleet_(fleet) {}

  // kUnavailable when no server answered at all.
  Task<Result<RecordingPage>> list(RecordingQuery query);
  // kNotFound when no living server has it, kUnavailable when one that might have it did not answer.
  Task<Result<RecordingHome>> find(RecordingId recording);
  void forget(const RecordingId& recording);

  std::size_t remembered() const { return known_.size(); }

 private:
  using Order = std::list<std::pair<RecordingId, RecordingHome>>;

  std::vector<ContainerId> servers() const;
  Task<std::vector<Result<api::JsonText>>> ask_all(std::vector<ContainerId> servers, std::string target);
  Task<Result<api::JsonText>> ask_one(ContainerId server, std::string target);
  void remember(RecordingId recording, RecordingHome home);

  Loop& loop_;
  const control::ServerWatch& watch_;
  control::Fleet& fleet_;
  Order order_;  // the one asked about last in front
  std::unordered_map<RecordingId, Order::iterator> known_;
};

Result<RecordingQuery> parse_recordings_query(const api::HttpRequest& request);

// The whole body of a short answer, streamed or not; kPayloadTooLarge past `limit`, kDeadlineExceeded after 5 s.
Task<Result<std::string>> read_body(Loop& loop, api::HttpResponse response, std::size_t limit);

// Everything but unreserved characters as %XX, slashes kept where they are.
std::string percent_encoded(std::string_view text, bool keep_slashes);

}  // namespace dd::portal
