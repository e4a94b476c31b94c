// SPDX-License-Identifier: MIT
#include "store/store.hpp"

#include <utility>

#include "base/completion.hpp"
#include "observe/log.hpp"
#include "store/rows.hpp"

namespace dd::store {

using meeting::Insertion;
using meeting::ReconcileReport;
using meeting::Snapshot;
using observe::Metric;

// Marks the ids that an operation is changing, from its call until its caller knows the outcome.
class Store::Touch {
 public:
  Touch(std::shared_ptr<Touched> touched, std::vector<std::string> ids) : touched_(std::move(touched)), ids_(std::move(ids)) {
    for (const auto& id : ids_) ++(*touched_)[id];
  }
  Touch(Touch&&) noexcept = default;
  Touch& operator=(Touch&&) = delete;
  ~Touch() {
    if (!touched_) return;
    for (const auto& id : ids_) {
      const auto found = touched_->find(id);
      if (--found->second == 0) touched_->erase(found);
    }
  }

 private:
  std::shared_ptr<Touched> touched_;
  std::vector<std::string> ids_;
};

template <typename T>
Task<Result<T>> Store::hold(Touch touch, Task<Result<T>> operation) {
  const Touch held = std::move(touch);
  auto result = co_await std::move(operation);
  co_return result;
}

template <typename T>
Task<Result<T>> Store::write(std::string_view name, std::vector<std::string> ids, Pool::Work<T> work, Isolation isolation) {
  Operation operation;
  operation.name = name;
  operation.isolation = isolation;
  return hold<T>(Touch(touched_, std::move(ids)), pool_.run(operation, std::move(work)));
}

Store::Store(Database& database, std::unique_ptr<Database>&& own)
    : own_database_(std::move(own)),
      database_(database),
      loop_(database.loop()),
      metrics_(database.metrics()),
      pool_(database.pool()),
      listener_(database.on_available([this] {
        if (available_callback_) available_callback_();
      })),
      heart_(loop_, pool_.settings(), metrics_, pool_) {}

Store::Store(Database& database) : Store(database, nullptr) {}
Store::Store(std::unique_ptr<Database>&& own) : Store(*own, std::move(own)) {}
Store::Store(Loop& loop, Settings settings, observe::Metrics& metrics)
    : Store(std::make_unique<Database>(loop, std::move(settings), metrics)) {}

Store::~Store() = default;

void Store::on_available(UniqueFunction<void()> callback) { available_callback_ = std::move(callback); }

Task<Result<void>> Store::wait_until_available(std::chrono::milliseconds limit) { return database_.wait_until_available(limit); }

Task<Result<void>> Store::register_server(meeting::ServerRow server) {
  server_ = server;
  Operation operation{"register_server"};
  operation.deadline = pool_.settings().reconcile_deadline;  // nobody waits for it but our own start
  auto task = pool_.run(operation, Pool::Work<void>([server](Connection& connection) -> Result<void> {
                          DD_TRY_VOID(put_server(connection, server, system_clock().wall_now()));
                          return ok();
                        }));
  auto result = co_await std::move(task);
  heart_.start(std::move(server));
  co_return result;
}

Task<void> Store::pause_heartbeat() { return heart_.pause(); }
void Store::resume_heartbeat() { heart_.resume(); }
std::optional<Duration> Store::heartbeat_age() const { return heart_.age(); }
void Store::set_load(ServerLoad load) { heart_.set_load(std::move(load)); }

Task<Result<bool>> Store::deregister_server() {
  auto paused = heart_.pause();
  co_await std::move(paused);
  if (!server_) co_return false;
  Operation operation{"deregister_server"};
  operation.deadline = pool_.settings().reconcile_deadline;
  auto task = pool_.run<bool>(
      operation, [container = server_->container](Connection& connection) -> Result<bool> { return remove_server(connection, container); });
  auto result = co_await std::move(task);
  co_return result;
}

bool Store::available() const { return pool_.available(); }

Task<Result<Insertion>> Store::create_meeting(MeetingRows rows) {
  auto id = rows.meeting.str();
  auto task = write<void>("create_meeting", {id},
                          [rows = std::vector{std::move(rows)}](Connection& connection) { return insert_meetings(connection, rows); });
  auto result = co_await std::move(task);
  if (result) co_return Insertion::kInserted;
  if (result.error().code == Errc::kConflict) co_return Insertion::kAlreadyThere;
  // Its workers have no rows: the heart is about to restore them.
  if (result.error().code == Errc::kNotFound) co_return unavailable("this server's rows are not in the database");
  co_return std::move(result.error());
}

Task<Result<void>> Store::add_routers(MeetingRows rows) {
  auto id = rows.meeting.str();
  auto task = write<void>("add_routers", {std::move(id)},
                          [rows = std::move(rows)](Connection& connection) { return store::add_routers(connection, rows); });
  auto result = co_await std::move(task);
  co_return result;
}

Task<Result<void>> Store::replace_meetings(std::vector<MeetingRows> meetings) {
  std::vector<std::string> ids;
  for (const auto& rows : meetings) ids.push_back(rows.meeting.str());
  auto task = write<void>(
      "replace_meetings", std::move(ids),
      [meetings = std::move(meetings)](Connection& connection) { return store::replace_meetings(connection, meetings); },
      Isolation::kSerializable);
  auto result = co_await std::move(task);
  if (!result && result.error().code == Errc::kNotFound) co_return unavailable("this server's rows are not in the database");
  co_return result;
}

Task<Result<void>> Store::delete_meeting(MeetingId meeting, std::vector<RouterId> routers) {
  auto id = meeting.str();
  return write<void>("delete_meeting", {std::move(id)},
                     [meeting = std::move(meeting), routers = std::move(routers)](Connection& connection) {
                       return store::delete_meeting(connection, meeting, routers);
                     });
}

Task<Result<void>> Store::put_transport(TransportRow row) {
  std::vector<std::string> ids{row.meeting.str()};
  return write<void>("put_transport", std::move(ids),
                     [row = std::move(row)](Connection& connection) { return store::put_transport(connection, row); });
}

Task<Result<void>> Store::delete_transports(std::vector<TransportId> transports) {
  auto ids = texts(transports);
  return write<void>("delete_transports", std::move(ids), [transports = std::move(transports)](Connection& connection) {
    return store::delete_transports(connection, transports);
  });
}

Task<Result<void>> Store::insert_producer(ProducerRow row) {
  std::vector<std::string> ids{row.meeting.str()};
  return write<void>("insert_producer", std::move(ids),
                     [row = std::move(row)](Connection& connection) { return store::insert_producer(connection, row); });
}

Task<Result<void>> Store::delete_producers(ParticipantId participant, std::vector<ProducerId> producers) {
  auto ids = texts(producers);
  return write<void>("delete_producers", std::move(ids),
                     [participant = std::move(participant), producers = std::move(producers)](Connection& connection) {
                       return store::delete_producers(connection, participant, producers);
                     });
}

Task<Result<void>> Store::put_consumers(std::vector<ConsumerRow> rows) {
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.meeting.str());
  return write<void>("put_consumers", std::move(ids),
                     [rows = std::move(rows)](Connection& connection) { return store::put_consumers(connection, rows); });
}

Task<Result<void>> Store::delete_consumers(std::vector<ConsumerId> consumers) {
  auto ids = texts(consumers);
  return write<void>("delete_consumers", std::move(ids),
                     [consumers = std::move(consumers)](Connection& connection) { return store::delete_consumers(connection, consumers); });
}

Task<Result<std::size_t>> Store::delete_participant(MeetingId meeting, ParticipantId participant, InstanceId instance) {
  std::vector<std::string> ids{meeting.str()};
  return write<std::size_t>("delete_participant", std::move(ids),
                            [meeting = std::move(meeting), participant = std::move(participant), instance = std::move(instance)](
                                Connection& connection) { return store::delete_participant(connection, meeting, participant, instance); });
}

Task<Result<std::vector<ProducerRow>>> Store::producers_of(MeetingId meeting) {
  return pool_.run<std::vector<ProducerRow>>(Operation{"producers_of"}, [meeting = std::move(meeting)](Connection& connection) {
    return store::producers_of(connection, meeting);
  });
}

Task<Result<ReconcileReport>> Store::reconcile(Snapshot snapshot) {
  loop_.assert_current();
  if (!server_) {
    // The database was found before this server has registered: no row is ours yet.
    if (snapshot.meetings.empty()) co_return ReconcileReport{};
    co_return unavailable("this server has not registered");
  }
  UntouchedIds untouched;
  for (const auto& [id, operations] : *touched_) untouched.insert(id);
  Operation operation{"reconcile"};
  operation.exclusive = true;
  operation.deadline = pool_.settings().reconcile_deadline;
  auto& metrics = metrics_;
  auto task = pool_.run<ReconcileReport>(
      operation, [server = *server_, snapshot = std::move(snapshot), untouched = std::move(untouched)](Connection& connection) {
        return store::reconcile(connection, server, snapshot, untouched, system_clock().wall_now());
      });
  auto result = co_await std::move(task);
  metrics.add(Metric::kStoreReconciles, {result ? "ok" : "failed"});
  if (result) {
    observe::log_info("store_reconciled",
                      {{"inserted", result->rows_inserted}, {"deleted", result->rows_deleted}, {"taken_over", result->taken_over.size()}});
  }
  co_return result;
}

}  // namespace dd::store
