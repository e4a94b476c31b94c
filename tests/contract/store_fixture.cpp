// SPDX-License-Identifier: MIT
#include "store_fixture.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace dd::store::testing {
namespace {

std::unique_ptr<MariadbServer>& the_server() {
  static std::unique_ptr<MariadbServer> server;
  return server;
}

// Ends the server before static destruction, and also when tests have failed.
class ServerEnvironment : public ::testing::Environment {
 public:
  void TearDown() override { the_server().reset(); }
};

const auto* const kEnvironment = ::testing::AddGlobalTestEnvironment(new ServerEnvironment);

constexpr const char* kMeetingTables[] = {"meeting_status",
                                          "router_meeting",
                                          "router_worker",
                                          "participant_meeting",
                                          "participant_producer_router",
                                          "participant_consumer_router",
                                          "participant_producer_transport",
                                          "participant_consumer_transport",
                                          "participant_producers",
                                          "participant_consumers"};

Task<void> finish(Task<void> task, bool& done) {
  co_await std::move(task);
  done = true;
}

}  // namespace

MariadbServer& mariadb() {
  if (!the_server()) {
    auto started = MariadbServer::start();
    if (!started) {
      ADD_FAILURE() << started.error().message;
      std::abort();
    }
    the_server() = std::move(*started);
  }
  return *the_server();
}

StoreContract::StoreContract() {
  static int databases = 0;
  if (is_mysql()) {
    settings_ = mariadb().settings_for(reusable());
    if (reusable().empty()) {
      reusable() = fmt::format("contract_{}", databases++);
      auto created = mariadb().create_database(reusable());
      EXPECT_TRUE(created.has_value()) << created.error().message;
      settings_ = *created;
    }
  } else {
    folder_ = (std::filesystem::temp_directory_path() / fmt::format("doordarshan-sqlite-{}-{}", ::getpid(), databases++)).string();
    std::filesystem::create_directories(folder_);
    settings_.path = folder_ + "/with space.db";
  }
  settings_.heartbeat_interval = 50ms;
  settings_.deadline = 5s;  // a busy machine is not what is tested; who tests deadlines sets them
  database_ = std::make_unique<Connection>(settings_);
  EXPECT_TRUE(database_->open().has_value());
  // Whatever an earlier test has left; the tables may not be there yet. Making two dozen tables takes a second.
  for (const char* table :
       {"meeting_status", "router_worker", "worker_container", "container_heartbeat", "media_server", "meeting_placement", "placement_lock",
        "removed_participant", "control_lease", "tenant", "tenant_key", "tenant_quota", "usage_day"}) {
    static_cast<void>(database_->execute(fmt::format("DELETE FROM {}", table)));
  }
  store_ = open_store(server_row());
}

StoreContract::~StoreContract() {
  store_.reset();
  database_.reset();
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

std::string& StoreContract::reusable() {
  static std::string name;
  return name;
}

std::unique_ptr<Store> StoreContract::start_store() { return std::make_unique<Store>(loop_, settings_, metrics_); }

std::unique_ptr<Store> StoreContract::open_store(const ServerRow& server) {
  auto store = start_store();
  store->on_available([this] { ++available_calls_; });
  const auto available = run(store->wait_until_available(10s));
  EXPECT_TRUE(available.has_value());
  const auto registered = run(store->register_server(server));
  EXPECT_TRUE(registered.has_value()) << registered.error().message;
  return store;
}

void StoreContract::run(Task<void> task) {
  bool done = false;
  spawn(finish(std::move(task), done));
  EXPECT_TRUE(run_until([&] { return done; }));
}

bool StoreContract::run_until(const std::function<bool()>& condition, Duration limit) {
  const auto end = loop_.now() + limit;
  while (!condition() && loop_.now() < end) {
    Timer tick = loop_.after(1ms, [this] { loop_.stop(); });
    loop_.run();
  }
  return condition();
}

std::vector<Row> StoreContract::rows(const std::string& sql, std::size_t columns) {
  auto result = database_->query(sql, {}, columns);
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return result ? *result : std::vector<Row>{};
}

std::size_t StoreContract::count(const std::string& table, const std::string& where) {
  const auto found = rows(fmt::format("SELECT COUNT(*) FROM {} WHERE {}", table, where));
  return found.empty() ? 0 : std::stoul(found[0][0]);
}

void StoreContract::execute(const std::string& sql) {
  auto result = database_->execute(sql);
  EXPECT_TRUE(result.has_value()) << sql << ": " << result.error().message;
}

std::size_t StoreContract::all_meeting_rows() {
  std::size_t total = 0;
  for (const char* table : kMeetingTables) total += count(table);
  return total;
}

ServerRow StoreContract::server_row(const std::string& id) {
  ServerRow row;
  row.container = ContainerId(id);
  row.host = "192.0.2.7";
  row.tenant = " default";
  row.started = system_clock().wall_now();
  row.workers = {WorkerId(id + "-w1"), WorkerId(id + "-w2")};
  return row;
}

MeetingRows StoreContract::meeting_rows(const std::string& id, const std::string& server) {
  MeetingRows rows;
  rows.meeting = MeetingId(id);
  rows.container = ContainerId(server);
  rows.routers.push_back({RouterId(id + "-p"), WorkerId(server + "-w1"), RouterRole::kProducer, 20});
  rows.routers.push_back({RouterId(id + "-c"), WorkerId(server + "-w2"), RouterRole::kConsumer, 240});
  return rows;
}

TransportRow StoreContract::transport(const std::string& meeting, const std::string& participant, TransportRole role, const std::string& id,
                                      const std::string& instance) {
  TransportRow row;
  row.meeting = MeetingId(meeting);
  row.participant = ParticipantId(participant);
  row.instance = InstanceId(instance);
  row.router = RouterId(meeting + "-p");
  row.transport = TransportId(id);
  row.role = role;
  return row;
}

ProducerRow StoreContract::producer(const std::string& meeting, const std::string& participant, const std::string& id,
                                    const std::string& transport, const std::string& kind) {
  return {MeetingId(meeting), ParticipantId(participant), ProducerId(id), TransportId(transport), kind};
}

ConsumerRow StoreContract::consumer(const std::string& meeting, const std::string& participant, const std::string& target,
                                    const std::string& id, const std::string& transport, const std::string& kind) {
  return {MeetingId(meeting), ParticipantId(participant), ParticipantId(target), ConsumerId(id), TransportId(transport), kind};
}

void StoreContract::fill_meeting() {
  ASSERT_TRUE(run(store_->create_meeting(meeting_rows("m"))).has_value());
  for (const auto& row : filled_snapshot().transports) ASSERT_TRUE(run(store_->put_transport(row)).has_value());
  for (const auto& row : filled_snapshot().producers) ASSERT_TRUE(run(store_->insert_producer(row)).has_value());
  ASSERT_TRUE(run(store_->put_consumers(filled_snapshot().consumers)).has_value());
}

Snapshot StoreContract::filled_snapshot() {
  Snapshot snapshot;
  snapshot.meetings = {meeting_rows("m")};
  snapshot.transports = {transport("m", "alice", TransportRole::kProducer, "at"), transport("m", "bob", TransportRole::kProducer, "bt"),
                         transport("m", "bob", TransportRole::kConsumer, "bct")};
  snapshot.producers = {producer("m", "alice", "ac", "at")};
  snapshot.consumers = {consumer("m", "bob", "alice", "bc", "bct")};
  return snapshot;
}

}  // namespace dd::store::testing
