// SPDX-License-Identifier: MIT
// Who is in a meeting, as everyone in it knows them: of this replica or of another.
// It has no socket and no media; session.hpp has those of this replica's own. Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "api/json.hpp"
#include "base/result.hpp"

namespace dd::signaling {

struct Member {
  std::string participant;  // as people write it
  std::string session;
  std::string replica;
  std::string name;
  std::string metadata = "{}";  // JSON text of an object
  bool moderator = false;
  bool connected = true;
  std::int64_t joined = 0;  // milliseconds since 1970
};

api::OrderedJson member_json(const Member& member);  // for other replicas
Result<Member> parse_member(const api::Json& json);

api::OrderedJson metadata_json(const Member& member);

}  // namespace dd::signaling
