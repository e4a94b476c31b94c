// SPDX-License-Identifier: MIT
// Store: the media server role's memory outside the process, on SQLite or on MySQL/MariaDB with the same queries.
// It holds no meeting's state and decides no policy; the pool runs its transactions, the heart its heartbeat.
// Lives on the control loop, which must run until the store has been destroyed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "meeting/store_port.hpp"
#include "store/database.hpp"
#include "store/heart.hpp"
#include "store/pool.hpp"
#include "store/reconcile.hpp"
#include "store/server_load.hpp"

namespace dd::store {

class Store final : public meeting::StorePort {
 public:
  // Outlives the store. The heart has a connection of its own beside it.
  explicit Store(Database& database);
  // With a database of its own. `loop` and `metrics` outlive the store.
  Store(Loop& loop, Settings settings, observe::Metrics& metrics);
  // Joins the threads: at once when they are idle, after one statement's timeout when the database hangs.
  ~Store() override;

  // Called each time the database has become available, or when rows of ours had vanished: time for reconcile().
  void on_available(UniqueFunction<void()> callback);
  Task<Result<void>> wait_until_available(std::chrono::milliseconds limit);
  Database& database() { return database_; }

  // Commits the rows by which kendra finds this server and starts the heartbeat. After kUnavailable the heart goes on
  // trying; ask heartbeat_age(). reconcile() takes `server` for ours, so call this before the first meeting.
  Task<Result<void>> register_server(meeting::ServerRow server);
  Task<void> pause_heartbeat();
  void resume_heartbeat();
  std::optional<Duration> heartbeat_age() const;
  // What this server carries, for the control plane: remembered and written with each heartbeat, at once when draining changes.
  void set_load(ServerLoad load);
  // For a clean end: stops the heartbeat and, when no meeting refers to this server any more, removes its rows (true).
  Task<Result<bool>> deregister_server();

  bool available() const override;
  Task<Result<meeting::Insertion>> create_meeting(meeting::MeetingRows rows) override;
  Task<Result<void>> add_routers(meeting::MeetingRows rows) override;
  Task<Result<void>> replace_meetings(std::vector<meeting::MeetingRows> meetings) override;
  Task<Result<void>> delete_meeting(MeetingId meeting, std::vector<RouterId> routers) override;
  Task<Result<void>> put_transport(meeting::TransportRow row) override;
  Task<Result<void>> delete_transports(std::vector<TransportId> transports) override;
  Task<Result<void>> insert_producer(meeting::ProducerRow row) override;
  Task<Result<void>> delete_producers(ParticipantId participant, std::vector<ProducerId> producers) override;
  Task<Result<void>> put_consumers(std::vector<meeting::ConsumerRow> rows) override;
  Task<Result<void>> delete_consumers(std::vector<ConsumerId> consumers) override;
  Task<Result<std::size_t>> delete_participant(MeetingId meeting, ParticipantId participant, InstanceId instance) override;
  Task<Result<std::vector<meeting::ProducerRow>>> producers_of(MeetingId meeting) override;

  // Runs when the operations before it have ended. What those were changing is left as it is: memory learns of it only
  // after the snapshot was taken.
  Task<Result<meeting::ReconcileReport>> reconcile(meeting::Snapshot snapshot) override;

 private:
  using Touched = std::unordered_map<std::string, std::size_t>;  // ids of operations under way, and by how many
  class Touch;

  template <typename T>
  static Task<Result<T>> hold(Touch touch, Task<Result<T>> operation);
  template <typename T>
  Task<Result<T>> write(std::string_view name, std::vector<std::string> ids, Pool::Work<T> work, Isolation isolation = Isolation::kDefault);

  Store(Database& database, std::unique_ptr<Database>&& own);
  explicit Store(std::unique_ptr<Database>&& own);

  const std::unique_ptr<Database> own_database_;  // null when it is shared
  Database& database_;
  Loop& loop_;
  observe::Metrics& metrics_;
  Pool& pool_;
  UniqueFunction<void()> available_callback_;
  Database::Listener listener_;
  std::shared_ptr<Touched> touched_ = std::make_shared<Touched>();
  std::optional<meeting::ServerRow> server_;
  Heart heart_;
};

}  // namespace dd::store
