// SPDX-License-Identifier: MIT
// What the control plane needs remembered, and shared between its replicas: servers, where each meeting is, who was removed, the lease.
// It knows no SQL and no thread; store/ implements it on SQLite and MySQL/MariaDB, under one contract test.
// Called on the control loop. Every write is one transaction, committed before its task answers; with the database away a task
// answers kUnavailable in under a second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "meeting/store_port.hpp"

namespace dd::control {

struct WorkerLoad {
  WorkerId worker;
  bool alive = true;
  std::uint32_t consumers = 0;
  std::uint32_t transports = 0;
  std::uint32_t busy_percent = 0;  // of its core
};

// A media server as its own rows describe it: container_heartbeat, worker_container, and media_server, which is ours.
struct ServerRecord {
  ContainerId server;
  std::string host;
  std::string origin;  // of its media API; "http://{host}:3001" for a server that wrote no media_server row
  std::string tenant;  // of the pool it belongs to (the reference's TENANT), leading blanks removed
  WallTime heartbeat{};
  bool draining = false;
  std::uint32_t capacity = 0;      // participants it is meant to carry
  std::uint32_t participants = 0;  // at its last heartbeat
  std::uint32_t reserved = 0;      // sum of the sizes that meetings placed on it reserve
  std::uint32_t meetings = 0;
  std::uint32_t cpu_percent = 0;  // of all cores together, 0 to 100
  std::vector<WorkerLoad> workers;
};

struct PlacedMeeting {
  MeetingId meeting;  // the id that servers and rows know, see scoped_ids.hpp
  TenantId tenant;
  ContainerId server;
  std::uint32_t size = 0;   // participants it reserves room for
  std::uint32_t limit = 0;  // participants it admits; 0: the tenant's quota alone decides
  bool locked = false;
  std::uint32_t moves = 0;  // how often it changed its server; a move from an old place is refused by this
  WallTime created{};
};

struct Reservation {
  enum class Outcome { kReserved, kPlacedAlready, kServerFull, kTenantFull };
  Outcome outcome = Outcome::kReserved;
  std::optional<PlacedMeeting> placed;  // for kReserved and kPlacedAlready
};

class ControlStore {
 public:
  virtual ~ControlStore() = default;

  virtual bool available() const = 0;

  virtual Task<Result<std::vector<ServerRecord>>> servers() = 0;  // the dead ones included

  // Counts, in one transaction, what is reserved on the server and what the tenant has, and places the meeting unless it has a place.
  // `tenant_meetings` 0: no bound. A crash between this and createMeeting leaves a reservation that forget() or a later join repairs.
  virtual Task<Result<Reservation>> reserve(PlacedMeeting meeting, std::uint32_t server_capacity, std::uint32_t tenant_meetings) = 0;
  // Also finds meetings that kendra placed (their rows name the server; tenant is empty then).
  virtual Task<Result<std::optional<PlacedMeeting>>> find(MeetingId meeting) = 0;
  virtual Task<Result<std::vector<PlacedMeeting>>> meetings_on(ContainerId server) = 0;
  virtual Task<Result<std::vector<PlacedMeeting>>> meetings_of(TenantId tenant) = 0;  // an empty tenant: all of them
  virtual Task<Result<std::uint32_t>> participants_of(TenantId tenant) = 0;  // in all its placed meetings, as their servers have written
  virtual Task<Result<std::vector<meeting::RouterRow>>> routers_of(MeetingId meeting) = 0;
  // False when the meeting is no longer where `from` says (somebody else moved it).
  virtual Task<Result<bool>> move(PlacedMeeting from, ContainerId to) = 0;
  virtual Task<Result<void>> resize(MeetingId meeting, std::uint32_t size) = 0;
  virtual Task<Result<void>> set_locked(MeetingId meeting, bool locked) = 0;
  virtual Task<Result<void>> forget(MeetingId meeting) = 0;  // absent is fine; its removals go too

  // Somebody who was removed does not come back with the same token before `until`.
  virtual Task<Result<void>> remove_participant(MeetingId meeting, ParticipantId participant, WallTime until) = 0;
  virtual Task<Result<bool>> is_removed(MeetingId meeting, ParticipantId participant) = 0;

  // True while `holder` has the lease: it takes a free or expired one, and renews its own. Judged by the database's clock.
  virtual Task<Result<bool>> hold_lease(std::string name, std::string holder, std::chrono::seconds lifetime) = 0;
  virtual Task<Result<void>> drop_lease(std::string name, std::string holder) = 0;

  // Rows of a server that is gone and carries nothing any more.
  virtual Task<Result<void>> bury_server(ContainerId server) = 0;
};

}  // namespace dd::control
