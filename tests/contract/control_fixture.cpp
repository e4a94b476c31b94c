// SPDX-License-Identifier: MIT
#include "control_fixture.hpp"

#include <fmt/format.h>

namespace dd::store::testing {

PlacedMeeting ControlContract::place(const std::string& meeting, std::uint32_t size, const std::string& server, const std::string& tenant) {
  PlacedMeeting placed;
  placed.meeting = MeetingId(meeting);
  placed.tenant = TenantId(tenant);
  placed.server = ContainerId(server);
  placed.size = size;
  placed.created = WallTime(std::chrono::seconds{1'800'000'000});
  return placed;
}

void ControlContract::add_server(const std::string& id, WallTime heartbeat) {
  execute(fmt::format("INSERT INTO container_heartbeat (container_id, host, tenant, heartbeat) VALUES ('{}', '192.0.2.9', 'default', {})",
                      id, heartbeat.time_since_epoch().count()));
  execute(fmt::format("INSERT INTO worker_container (container_id, worker_id) VALUES ('{0}', '{0}-w1'), ('{0}', '{0}-w2')", id));
}

Outcome ControlContract::reserve(const PlacedMeeting& meeting, std::uint32_t server_capacity, std::uint32_t tenant_meetings) {
  const auto reservation = run(control_.reserve(meeting, server_capacity, tenant_meetings));
  EXPECT_TRUE(reservation.has_value()) << reservation.error().message;
  return reservation.value().outcome;
}

PlacedMeeting ControlContract::found(const std::string& meeting) {
  const auto result = run(control_.find(MeetingId(meeting)));
  EXPECT_TRUE(result.has_value() && result->has_value()) << meeting << " has no place";
  return result.value().value();
}

ServerRecord ControlContract::server(const std::string& id) {
  const auto all = run(control_.servers());
  EXPECT_TRUE(all.has_value());
  for (const auto& record : all.value()) {
    if (record.server.str() == id) return record;
  }
  ADD_FAILURE() << "there is no server " << id;
  return {};
}

}  // namespace dd::store::testing
