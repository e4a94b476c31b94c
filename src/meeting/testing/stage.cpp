// SPDX-License-Identifier: MIT
#include "meeting/testing/stage.hpp"

#include <fmt/format.h>
#include <set>

namespace dd::meeting::testing {
namespace {

template <typename Key, typename Other>
void compare_keys(std::string_view what, const std::set<Key>& memory, const std::map<Key, Other>& there, std::vector<std::string>& lines) {
  for (const auto& id : memory) {
    if (!there.contains(id)) lines.push_back(fmt::format("{} {} is only in memory", what, id.str()));
  }
  for (const auto& entry : there) {
    if (!memory.contains(entry.first)) lines.push_back(fmt::format("{} {} is not in memory", what, entry.first.str()));
  }
}

template <typename Key>
void compare_count(std::string_view what, std::size_t counted, const std::set<Key>& memory, std::vector<std::string>& lines) {
  if (counted != memory.size()) lines.push_back(fmt::format("status counts {} {}, memory has {}", counted, what, memory.size()));
}

}  // namespace

std::vector<std::string> Stage::disagreements() const {
  std::vector<std::string> lines;
  const Snapshot snapshot = host->snapshot();
  const HostStatus status = host->status();
  std::set<MeetingId> meetings;
  std::set<RouterId> routers;
  for (const auto& meeting : snapshot.meetings) {
    meetings.insert(meeting.meeting);
    for (const auto& router : meeting.routers) routers.insert(router.router);
    auto row = store.meetings().find(meeting.meeting);
    if (row == store.meetings().end() || row->second.container != meeting.container) {
      lines.push_back(fmt::format("the rows do not say that meeting {} is here", meeting.meeting.str()));
    } else {
      std::set<RouterId> own;
      for (const auto& router : meeting.routers) own.insert(router.router);
      std::map<RouterId, bool> there;
      for (const auto& router : row->second.routers) there[router.router] = true;
      compare_keys("router (row)", own, there, lines);
    }
  }
  for (const auto& row : store.meetings()) {
    if (row.second.container == ContainerId(kContainer) && !meetings.contains(row.first)) {
      lines.push_back(fmt::format("the rows say that meeting {} is here", row.first.str()));
    }
  }
  std::set<TransportId> transports;
  for (const auto& row : snapshot.transports) {
    transports.insert(row.transport);
    auto participant = store.participants().find(row.participant);
    const bool agrees = participant != store.participants().end() && participant->second.meeting == row.meeting &&
                        participant->second.instance == row.instance;
    if (!agrees) lines.push_back(fmt::format("the rows do not say that {} is in {}", row.participant.str(), row.meeting.str()));
  }
  std::set<ProducerId> producers;
  for (const auto& row : snapshot.producers) producers.insert(row.producer);
  std::set<ConsumerId> consumers;
  for (const auto& row : snapshot.consumers) consumers.insert(row.consumer);

  compare_keys("router (engine)", routers, media.routers(), lines);
  compare_keys("transport (engine)", transports, media.transports(), lines);
  compare_keys("producer (engine)", producers, media.producers(), lines);
  compare_keys("consumer (engine)", consumers, media.consumers(), lines);
  compare_keys("transport (row)", transports, store.transports(), lines);
  compare_keys("producer (row)", producers, store.producers(), lines);
  compare_keys("consumer (row)", consumers, store.consumers(), lines);
  compare_count("meetings", status.meetings, meetings, lines);
  compare_count("transports", status.transports, transports, lines);
  compare_count("producers", status.producers, producers, lines);
  compare_count("consumers", status.consumers, consumers, lines);
  if (status.data_producers != media.data_producers().size()) lines.push_back("data producers differ from the engine's");
  if (status.data_consumers != media.data_consumers().size()) lines.push_back("data consumers differ from the engine's");
  // A participant whose transports all failed is still in the meeting; its row may have gone in a reconcile.
  if (store.participants().size() > status.participants) lines.push_back("the rows know more participants than memory");
  return lines;
}

}  // namespace dd::meeting::testing
