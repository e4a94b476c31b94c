// SPDX-License-Identifier: MIT
#include "control/placement.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace dd::control {
namespace {

// Streams of ordinary bitrates that a core forwards when it is full, by a cautious estimate: docs/benchmarks.md has more.
constexpr double kConsumersOfACore = 800;

std::uint64_t claimed(const ServerRecord& server, const Claims& claims) {
  const auto found = claims.find(server.server);
  return found == claims.end() ? 0 : found->second;
}

}  // namespace

std::string_view without_leading_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

std::uint32_t room(const ServerRecord& server, const Claims& claims) {
  const std::uint64_t taken = std::max(server.participants, server.reserved) + claimed(server, claims);
  return taken >= server.capacity ? 0 : server.capacity - static_cast<std::uint32_t>(taken);
}

double load(const ServerRecord& server, const Claims& claims) {
  if (server.capacity == 0) return 1;
  // Those who are there weigh beside what is promised: of two servers with equal promises the emptier one is better.
  const double promised = static_cast<double>(server.reserved + claimed(server, claims));
  const double seats = (static_cast<double>(server.participants) + promised) / (2.0 * server.capacity);
  return std::max(seats, server.cpu_percent / 100.0);
}

double load(const WorkerLoad& worker, std::uint32_t expected) {
  const double measured = worker.busy_percent / 100.0;
  return std::max(measured, worker.consumers / kConsumersOfACore) + expected / kConsumersOfACore;
}

bool takes_meetings(const ServerRecord& server) {
  return !server.draining && server.capacity > 0 &&
         std::any_of(server.workers.begin(), server.workers.end(), [](const WorkerLoad& worker) { return worker.alive; });
}

std::vector<const ServerRecord*> candidates(std::span<const ServerRecord> servers, std::string_view pool, std::uint32_t size,
                                            const std::function<bool(const ServerRecord&)>& living, const Claims& claims) {
  std::vector<std::pair<double, const ServerRecord*>> fit;
  const auto wanted = without_leading_blanks(pool);
  for (const auto& server : servers) {
    if (!takes_meetings(server) || without_leading_blanks(server.tenant) != wanted || !living(server)) continue;
    if (room(server, claims) < size) continue;
    fit.emplace_back(load(server, claims), &server);
  }
  std::sort(fit.begin(), fit.end(),
            [](const auto& a, const auto& b) { return std::tie(a.first, a.second->server) < std::tie(b.first, b.second->server); });
  std::vector<const ServerRecord*> ordered;
  for (const auto& entry : fit) ordered.push_back(entry.second);
  return ordered;
}

std::vector<WorkerLoad> workers_by_load(const ServerRecord& server, const std::unordered_map<WorkerId, std::uint32_t>& expected) {
  std::vector<std::pair<double, WorkerLoad>> living;
  for (const auto& worker : server.workers) {
    if (!worker.alive) continue;
    const auto more = expected.find(worker.worker);
    living.emplace_back(load(worker, more == expected.end() ? 0 : more->second), worker);
  }
  std::sort(living.begin(), living.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.transports, a.second.worker) < std::tie(b.first, b.second.transports, b.second.worker);
  });
  std::vector<WorkerLoad> ordered;
  for (auto& entry : living) ordered.push_back(std::move(entry.second));
  return ordered;
}

std::vector<Move> spread(std::span<const PlacedMeeting> meetings, std::span<const ServerRecord* const> targets, Claims claims) {
  std::vector<std::size_t> by_size(meetings.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) { return meetings[a].size > meetings[b].size; });

  std::vector<const ServerRecord*> chosen(meetings.size(), nullptr);
  for (const std::size_t i : by_size) {
    const ServerRecord* best = nullptr;
    for (const ServerRecord* target : targets) {
      if (target->server == meetings[i].server || room(*target, claims) < meetings[i].size) continue;
      if (best == nullptr || std::pair(load(*target, claims), target->server) < std::pair(load(*best, claims), best->server)) best = target;
    }
    if (best == nullptr) continue;
    chosen[i] = best;
    claims[best->server] += meetings[i].size;
  }
  std::vector<Move> moves;
  for (std::size_t i = 0; i < meetings.size(); ++i) {
    if (chosen[i] != nullptr) moves.push_back({meetings[i], chosen[i]->server});
  }
  return moves;
}

}  // namespace dd::control
