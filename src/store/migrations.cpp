// SPDX-License-Identifier: MIT
#include "store/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/clock.hpp"
#include "observe/log.hpp"

namespace dd::store {
namespace {

struct Step {
  enum class Kind { kTable, kIndex };
  Kind kind;
  std::string_view name;
  std::string_view text;   // a table's columns and keys; an index's columns
  std::string_view table;  // an index's table
};

struct Migration {
  int version;
  std::string_view title;
  std::span<const Step> steps;
};

constexpr auto kTable = Step::Kind::kTable;
constexpr auto kIndex = Step::Kind::kIndex;

// Version 1: the tables that kendra reads, with the reference's names, columns, keys and cascades.
constexpr std::array kReferenceSchema{
    Step{kTable, "container_heartbeat",
         "container_id varchar(64) NOT NULL, host varchar(255) NOT NULL, tenant varchar(64) NOT NULL, heartbeat bigint NOT NULL,"
         " PRIMARY KEY (container_id)",
         ""},
    Step{kTable, "container_status", "container_id varchar(64) NOT NULL, status tinyint, PRIMARY KEY (container_id)", ""},
    Step{kTable, "worker_container", "container_id varchar(64) NOT NULL, worker_id varchar(64) NOT NULL, PRIMARY KEY (worker_id)", ""},
    Step{kTable, "router_worker",
         "worker_id varchar(64) NOT NULL, router_id varchar(64) NOT NULL, PRIMARY KEY (router_id),"
         " FOREIGN KEY (worker_id) REFERENCES worker_container (worker_id)",
         ""},
    Step{kTable, "meeting_status", "meeting_id varchar(64) NOT NULL, enabled tinyint NOT NULL, PRIMARY KEY (meeting_id)", ""},
    Step{kTable, "router_meeting",
         "router_id varchar(64) NOT NULL, meeting_id varchar(64) NOT NULL, producer_capacity int, consumer_capacity int, capacity int,"
         " container_id varchar(64) NOT NULL,"
         " FOREIGN KEY (router_id) REFERENCES router_worker (router_id) ON DELETE CASCADE,"
         " FOREIGN KEY (meeting_id) REFERENCES meeting_status (meeting_id) ON DELETE CASCADE",
         ""},
    Step{kTable, "participant_meeting",
         "meeting_id varchar(64) NOT NULL, participant_id varchar(64) NOT NULL, instance_id varchar(64) NOT NULL,"
         " PRIMARY KEY (participant_id),"
         " FOREIGN KEY (meeting_id) REFERENCES meeting_status (meeting_id) ON DELETE CASCADE",
         ""},
    Step{kTable, "participant_producer_router",
         "participant_id varchar(64) NOT NULL, router_id varchar(64) NOT NULL, PRIMARY KEY (participant_id),"
         " FOREIGN KEY (participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE,"
         " FOREIGN KEY (router_id) REFERENCES router_worker (router_id) ON DELETE CASCADE",
         ""},
    Step{kTable, "participant_consumer_router",
         "participant_id varchar(64) NOT NULL, router_id varchar(64) NOT NULL, PRIMARY KEY (participant_id),"
         " FOREIGN KEY (participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE,"
         " FOREIGN KEY (router_id) REFERENCES router_worker (router_id) ON DELETE CASCADE",
         ""},
    Step{kTable, "participant_producer_transport",
         "participant_id varchar(64) NOT NULL, transport_id varchar(64) NOT NULL, PRIMARY KEY (participant_id), UNIQUE (transport_id),"
         " FOREIGN KEY (participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE",
         ""},
    Step{kTable, "participant_consumer_transport",
         "participant_id varchar(64) NOT NULL, transport_id varchar(64) NOT NULL, PRIMARY KEY (participant_id), UNIQUE (transport_id),"
         " FOREIGN KEY (participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE",
         ""},
    Step{kTable, "participant_producers",
         "participant_id varchar(64) NOT NULL, producers int, kind varchar(64) NOT NULL, producer_id varchar(64) NOT NULL,"
         " meeting_id varchar(64) NOT NULL, transport_id varchar(64) NOT NULL,"
         " FOREIGN KEY (participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE,"
         " FOREIGN KEY (transport_id) REFERENCES participant_producer_transport (transport_id) ON DELETE CASCADE",
         ""},
    Step{kTable, "participant_consumers",
         "participant_id varchar(64) NOT NULL, consumers int, target_participant_id varchar(64) NOT NULL, kind varchar(64) NOT NULL,"
         " consumer_id varchar(64) NOT NULL, meeting_id varchar(64) NOT NULL, transport_id varchar(64) NOT NULL,"
         " UNIQUE (participant_id, target_participant_id, kind),"
         " FOREIGN KEY (participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE,"
         " FOREIGN KEY (target_participant_id) REFERENCES participant_meeting (participant_id) ON DELETE CASCADE,"
         " FOREIGN KEY (transport_id) REFERENCES participant_consumer_transport (transport_id) ON DELETE CASCADE",
         ""},
    Step{kIndex, "container_heartbeat_tenant", "tenant", "container_heartbeat"},
    Step{kIndex, "worker_container_container", "container_id", "worker_container"},
    Step{kIndex, "router_meeting_router", "router_id", "router_meeting"},
    Step{kIndex, "router_meeting_meeting", "meeting_id", "router_meeting"},
};

// Version 2: what the reference lacks. A cascade needs an index on each referring column (InnoDB adds those itself,
// SQLite does not), and lookups by meeting, producer and consumer scanned their whole table.
constexpr std::array kIndices{
    Step{kIndex, "router_worker_worker", "worker_id", "router_worker"},
    Step{kIndex, "participant_meeting_meeting", "meeting_id", "participant_meeting"},
    Step{kIndex, "participant_producer_router_router", "router_id", "participant_producer_router"},
    Step{kIndex, "participant_consumer_router_router", "router_id", "participant_consumer_router"},
    Step{kIndex, "participant_producers_participant", "participant_id", "participant_producers"},
    Step{kIndex, "participant_producers_transport", "transport_id", "participant_producers"},
    Step{kIndex, "participant_producers_meeting", "meeting_id", "participant_producers"},
    Step{kIndex, "participant_producers_producer", "producer_id", "participant_producers"},
    Step{kIndex, "participant_consumers_target", "target_participant_id", "participant_consumers"},
    Step{kIndex, "participant_consumers_transport", "transport_id", "participant_consumers"},
    Step{kIndex, "participant_consumers_meeting", "meeting_id", "participant_consumers"},
    Step{kIndex, "participant_consumers_consumer", "consumer_id", "participant_consumers"},
};

// Version 3: what our own control plane remembers. Kendra reads none of it. Nothing refers to the tables above, for a meeting
// has its place before its server makes it, and a tenant outlives its meetings.
constexpr std::array kControlPlane{
    Step{kTable, "media_server",
         "container_id varchar(64) NOT NULL, origin varchar(255) NOT NULL, tenant varchar(64) NOT NULL, capacity bigint NOT NULL,"
         " participants bigint NOT NULL, meetings bigint NOT NULL, cpu_percent int NOT NULL, workers text NOT NULL,"
         " draining tinyint NOT NULL, updated bigint NOT NULL, PRIMARY KEY (container_id)",
         ""},
    Step{kTable, "meeting_placement",
         "meeting_id varchar(64) NOT NULL, tenant varchar(64) NOT NULL, container_id varchar(64) NOT NULL, size bigint NOT NULL,"
         " participant_limit bigint NOT NULL, locked tinyint NOT NULL, moves bigint NOT NULL, created bigint NOT NULL,"
         " PRIMARY KEY (meeting_id)",
         ""},
    // Rows to lock, of a server and of a tenant, while places are counted. Not the rows of the heartbeat: a control replica that
    // vanishes in the middle of a transaction must not keep a living server from writing there.
    Step{kTable, "placement_lock", "name varchar(96) NOT NULL, PRIMARY KEY (name)", ""},
    Step{kTable, "removed_participant",
         "meeting_id varchar(64) NOT NULL, participant_id varchar(64) NOT NULL, refused_until bigint NOT NULL,"
         " PRIMARY KEY (meeting_id, participant_id)",
         ""},
    Step{kTable, "control_lease", "name varchar(64) NOT NULL, holder varchar(128) NOT NULL, expires bigint NOT NULL, PRIMARY KEY (name)",
         ""},
    Step{kTable, "tenant",
         "tenant_id varchar(64) NOT NULL, name varchar(255) NOT NULL, suspended tinyint NOT NULL, created bigint NOT NULL,"
         " PRIMARY KEY (tenant_id)",
         ""},
    Step{kTable, "tenant_key",
         "tenant_id varchar(64) NOT NULL, key_id varchar(64) NOT NULL, algorithm varchar(16) NOT NULL, material text NOT NULL,"
         " retires bigint, PRIMARY KEY (tenant_id, key_id)",
         ""},
    Step{kTable, "tenant_quota",
         "tenant_id varchar(64) NOT NULL, name varchar(64) NOT NULL, bound bigint NOT NULL, PRIMARY KEY (tenant_id, name)", ""},
    Step{kTable, "usage_day",
         "tenant_id varchar(64) NOT NULL, day int NOT NULL, meter varchar(64) NOT NULL, amount bigint NOT NULL,"
         " PRIMARY KEY (tenant_id, day, meter)",
         ""},
    Step{kIndex, "meeting_placement_container", "container_id", "meeting_placement"},
    Step{kIndex, "meeting_placement_tenant", "tenant", "meeting_placement"},
    Step{kIndex, "removed_participant_until", "refused_until", "removed_participant"},
    Step{kIndex, "usage_day_day", "day", "usage_day"},
};

constexpr std::array kMigrations{
    Migration{1, "the reference's tables", kReferenceSchema},
    Migration{2, "indices for cascades and lookups", kIndices},
    Migration{3, "the control plane's tables", kControlPlane},
};

// MySQL has no CREATE INDEX IF NOT EXISTS, and the reference's database may have the same index under another name.
Result<bool> has_index(Connection& connection, const Step& step) {
  if (connection.dialect().kind() == DatabaseKind::kSqlite) return false;
  DD_TRY(const auto rows, connection.query("SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE()"
                                           " AND table_name = ? AND seq_in_index = 1 AND column_name = ?",
                                           {std::string(step.table), std::string(step.text)}, 1));
  return !rows.empty() && rows[0][0] != "0";
}

Result<void> apply(Connection& connection, const Step& step) {
  if (step.kind == kTable) {
    DD_TRY_VOID(connection.execute(
        fmt::format("CREATE TABLE IF NOT EXISTS {} ({}){}", step.name, step.text, connection.dialect().table_options())));
    return ok();
  }
  DD_TRY(const bool present, has_index(connection, step));
  if (present) return ok();
  const auto* unless = connection.dialect().kind() == DatabaseKind::kSqlite ? "IF NOT EXISTS " : "";
  DD_TRY_VOID(connection.execute(fmt::format("CREATE INDEX {}{} ON {} ({})", unless, step.name, step.table, step.text)));
  return ok();
}

Result<int> present_version(Connection& connection) {
  DD_TRY(const auto rows, connection.query("SELECT COALESCE(MAX(version), 0) FROM schema_migrations", {}, 1));
  int version = 0;
  if (!rows.empty()) std::from_chars(rows[0][0].data(), rows[0][0].data() + rows[0][0].size(), version);
  return version;
}

bool has_tables(Connection& connection) {
  for (const auto& migration : kMigrations) {
    for (const auto& step : migration.steps) {
      if (step.kind != kTable) continue;
      if (!connection.query(fmt::format("SELECT 1 FROM {} WHERE 1 = 0", step.name), {}, 1)) return false;
    }
  }
  return true;
}

Result<void> apply_missing(Connection& connection) {
  DD_TRY_VOID(
      connection.execute(fmt::format("CREATE TABLE IF NOT EXISTS schema_migrations (version int NOT NULL, title varchar(255) NOT NULL,"
                                     " applied bigint NOT NULL, PRIMARY KEY (version)){}",
                                     connection.dialect().table_options())));
  DD_TRY(int version, present_version(connection));
  if (version >= schema_version() && !has_tables(connection)) {
    // Somebody dropped tables but left our record of them.
    DD_TRY_VOID(connection.execute("DELETE FROM schema_migrations"));
    version = 0;
  }
  for (const auto& migration : kMigrations) {
    if (migration.version <= version) continue;
    for (const auto& step : migration.steps) {
      auto applied = apply(connection, step);
      if (!applied) return std::move(applied.error()).during(fmt::format("migration {}: {}", migration.version, step.name));
    }
    const std::int64_t now = system_clock().wall_now().time_since_epoch().count();
    DD_TRY_VOID(connection.execute("INSERT INTO schema_migrations (version, title, applied) VALUES (?, ?, ?)",
                                   {std::int64_t{migration.version}, std::string(migration.title), now}));
    observe::log_info("store_migrated", {{"version", migration.version}, {"title", migration.title}});
  }
  return ok();
}

// DDL commits by itself in MySQL, so a named lock keeps two starting servers apart instead of a transaction.
Result<void> migrate_mysql(Connection& connection) {
  DD_TRY(const auto locked, connection.query("SELECT GET_LOCK(CONCAT('doordarshan_migrations_', LEFT(DATABASE(), 40)), 1)", {}, 1));
  if (locked.empty() || locked[0][0] != "1") return unavailable("another server is migrating the database");
  auto applied = apply_missing(connection);
  auto released = connection.query("SELECT RELEASE_LOCK(CONCAT('doordarshan_migrations_', LEFT(DATABASE(), 40)))", {}, 1);
  if (!applied) return applied;
  if (!released) return released.error();
  return ok();
}

Result<void> migrate_sqlite(Connection& connection) {
  DD_TRY_VOID(connection.begin());
  auto applied = apply_missing(connection);
  if (applied) applied = connection.commit();
  if (!applied) connection.rollback();
  return applied;
}

// The usual case at a reconnect, answered without any lock.
bool up_to_date(Connection& connection) {
  auto version = present_version(connection);
  return version && *version >= schema_version() && has_tables(connection);
}

}  // namespace

int schema_version() { return kMigrations.back().version; }

Result<void> migrate(Connection& connection) {
  if (up_to_date(connection)) return ok();
  if (connection.fault() == Fault::kLost) return unavailable("the database is away");
  return connection.dialect().kind() == DatabaseKind::kMysql ? migrate_mysql(connection) : migrate_sqlite(connection);
}

}  // namespace dd::store
