// SPDX-License-Identifier: MIT
#include "meeting/model.hpp"

#include <algorithm>

namespace dd::meeting {

KindKey kind_key(const std::string& kind) {
  KindKey key = kind;
  std::transform(key.begin(), key.end(), key.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return key;
}

const Producer* Participant::find_producer_of_kind(const KindKey& kind, ProducerId& found) const {
  for (const auto& [producer_id, producer] : producers) {
    if (kind_key(producer.kind) == kind) {
      found = producer_id;
      return &producer;
    }
  }
  return nullptr;
}

Participant* Meeting::find_participant(const ParticipantId& participant) {
  auto found = participants.find(participant);
  return found == participants.end() ? nullptr : &found->second;
}

const RouterRow* Meeting::find_router(const RouterId& router) const {
  auto found = std::find_if(routers.begin(), routers.end(), [&](const RouterRow& row) { return row.router == router; });
  return found == routers.end() ? nullptr : &*found;
}

}  // namespace dd::meeting
