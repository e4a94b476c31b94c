// SPDX-License-Identifier: MIT
#include "control/recording_quota.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/json.hpp"
#include "api/object_reader.hpp"
#include "base/async_mutex.hpp"
#include "control/run_all.hpp"
#include "observe/log.hpp"

namespace dd::control {
namespace {

constexpr std::size_t kAtOnce = 8;
constexpr std::size_t kMaxTenants = 100'000;  // in one answer
constexpr std::uint64_t kSecondsPerMinute = 60;

using Bytes = std::map<TenantId, std::uint64_t>;

struct Disk {
  std::string root;
  Bytes tenants;
};

// The answer of getRecordingStorage. Leading blanks of a pool's name, which kendra needs, make no other tenant.
Result<Disk> read_disk(std::string_view answer) {
  DD_TRY(const auto parsed, api::parse_json(answer));
  DD_TRY(const auto reader, api::ObjectReader::open(parsed.root));
  Disk disk;
  DD_TRY(disk.root, reader.text("root", kMaxIdLength));
  DD_TRY(const auto tenants, reader.array("tenants", kMaxTenants));
  for (const auto& each : *tenants) {
    DD_TRY(const auto tenant, api::ObjectReader::open(each));
    DD_TRY(const std::string name, tenant.text("tenant", kMaxIdLength));
    DD_TRY(const auto bytes, tenant.integer("bytes", 0, INT64_MAX));
    const auto start = name.find_first_not_of(' ');
    if (start != std::string::npos) disk.tenants[TenantId(name.substr(start))] += static_cast<std::uint64_t>(bytes);
  }
  return disk;
}

}  // namespace

struct RecordingQuota::State {
  struct Known {
    Bytes tenants;
    MonotonicTime heard{};
  };

  State(Loop& home, RecordingQuotaSettings chosen, Tenants& who, Meetings& where, Fleet& servers)
      : loop(home), settings(chosen), tenants(who), meetings(where), fleet(servers), turns(home) {}

  static Task<void> ask(std::shared_ptr<State> state, ContainerId server);
  static Task<void> refresh(std::shared_ptr<State> state, Duration fresh);
  static Task<Result<void>> check(std::shared_ptr<State> state, TenantId tenant);
  static Task<void> meter(std::shared_ptr<State> state);
  static void meter_later(const std::shared_ptr<State>& state);
  Bytes sums() const;

  Loop& loop;
  const RecordingQuotaSettings settings;
  Tenants& tenants;
  Meetings& meetings;
  Fleet& fleet;
  AsyncMutex turns;
  std::map<std::string, Known> disks;  // by root
  std::optional<MonotonicTime> refreshed;
  std::optional<MonotonicTime> metered;
  Timer timer;
  bool stopped = false;
};

RecordingQuota::RecordingQuota(Loop& loop, RecordingQuotaSettings settings, Tenants& tenants, Meetings& meetings, Fleet& fleet)
    : state_(std::make_shared<State>(loop, settings, tenants, meetings, fleet)) {}

RecordingQuota::~RecordingQuota() { stop(); }

void RecordingQuota::start() { State::meter_later(state_); }

void RecordingQuota::stop() {
  state_->stopped = true;
  state_->timer.cancel();
}

Task<Result<void>> RecordingQuota::check(TenantId tenant) { return State::check(state_, std::move(tenant)); }

Task<void> RecordingQuota::State::ask(std::shared_ptr<State> state, ContainerId server) {
  auto asking = state->fleet.call(server, "/v1/getRecordingStorage", "{}");
  const auto answer = co_await std::move(asking);
  if (!answer) co_return;  // it records nothing, or is away
  auto disk = read_disk(*answer);
  if (!disk) {
    observe::log_warn("recording_storage_unreadable", {{"server", server}, {"reason", disk.error().message}});
    co_return;
  }
  state->disks[disk->root] = Known{std::move(disk->tenants), state->loop.now()};
}

Task<void> RecordingQuota::State::refresh(std::shared_ptr<State> state, Duration fresh) {
  auto waiting = state->turns.acquire();
  const auto turn = co_await std::move(waiting);
  if (!turn) co_return;  // very many wait already, and what is known will do
  if (state->refreshed && state->loop.now() - *state->refreshed < fresh) co_return;
  std::vector<Task<void>> asking;
  for (const auto& server : state->meetings.servers()) asking.push_back(ask(state, server.server));
  auto all = run_all(state->loop, std::move(asking), kAtOnce);
  co_await std::move(all);
  state->refreshed = state->loop.now();
  std::erase_if(state->disks, [&](const auto& disk) { return state->loop.now() - disk.second.heard > state->settings.forget; });
}

Bytes RecordingQuota::State::sums() const {
  Bytes sums;
  for (const auto& [root, disk] : disks) {
    for (const auto& [tenant, bytes] : disk.tenants) sums[tenant] += bytes;
  }
  return sums;
}

Task<Result<void>> RecordingQuota::State::check(std::shared_ptr<State> state, TenantId tenant) {
  auto finding = state->tenants.find(tenant);
  DD_CO_TRY(const auto found, co_await std::move(finding));
  if (const auto minutes = quota_of(found, Quota::kRecordingMinutes)) {
    auto reading = state->tenants.recorded_this_month(tenant);
    DD_CO_TRY(const auto seconds, co_await std::move(reading));
    if (seconds / kSecondsPerMinute >= *minutes)
      co_return refused(Errc::kForbidden, "quota_recording", "the tenant has used up this month's minutes of recording");
  }
  if (const auto bytes = quota_of(found, Quota::kStorageBytes)) {
    auto refreshing = refresh(state, state->settings.fresh);
    co_await std::move(refreshing);
    const Bytes sums = state->sums();
    const auto used = sums.find(tenant);
    if ((used == sums.end() ? 0 : used->second) >= *bytes)
      co_return refused(Errc::kForbidden, "quota_storage", "the tenant's recordings take all the storage it may have");
  }
  co_return ok();
}

// A replica that comes to lead begins to count then; what lay there while nobody led is nobody's to meter.
Task<void> RecordingQuota::State::meter(std::shared_ptr<State> state) {
  if (!state->meetings.leader()) {
    state->metered.reset();
    co_return;
  }
  auto refreshing = refresh(state, Duration::zero());
  co_await std::move(refreshing);
  if (state->stopped) co_return;
  const MonotonicTime now = state->loop.now();
  const auto since = std::exchange(state->metered, now);
  if (!since) co_return;
  const double hours = std::chrono::duration<double, std::ratio<3600>>(now - *since).count();
  for (const auto& [tenant, bytes] : state->sums()) {
    state->tenants.meter(tenant, kStoredByteHours, static_cast<std::uint64_t>(static_cast<double>(bytes) * hours));
  }
}

void RecordingQuota::State::meter_later(const std::shared_ptr<State>& state) {
  const std::weak_ptr<State> weak = state;
  state->timer = state->loop.after(state->settings.metering, [weak] {
    const auto self = weak.lock();
    if (!self) return;
    auto metering = meter(self);
    spawn(std::move(metering));
    meter_later(self);
  });
}

}  // namespace dd::control
