// SPDX-License-Identifier: MIT
// Levels and scores: readings, of which only the latest counts. Scores come many times a second from every stream; each participant's are
// made one number, and told at most once in two seconds and only when it has changed.
#include <algorithm>
#include <numeric>

#include "control/scoped_ids.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using api::Json;
using api::OrderedJson;

constexpr std::size_t kMaxScored = 1'024;  // streams of one participant

int rounded_mean(const std::map<std::string, int>& scores) {
  const int sum = std::accumulate(scores.begin(), scores.end(), 0, [](int total, const auto& score) { return total + score.second; });
  const int count = static_cast<int>(scores.size());
  return (sum + count / 2) / count;
}

// Of the encodings that are being sent: a simulcast layer that is switched off has the score 0, too.
int score_of(const Json& event) {
  int sum = 0;
  int count = 0;
  for (const auto& encoding : peek_list(event, "scores")) {
    const auto score = peek_integer(encoding, "score").value_or(0);
    if (score <= 0) continue;
    sum += static_cast<int>(std::min<std::int64_t>(score, 10));
    ++count;
  }
  return count == 0 ? 0 : (sum + count / 2) / count;
}

}  // namespace

void Room::speakers_event(const std::string& type, const Json& event) {
  if (type == "speaker.active") {
    active_speaker_ = participant_of(event);
    if (active_speaker_.empty()) active_speaker_ = owner_of(peek_text(event, "producerId"));
  } else {
    levels_ = OrderedJson::array();
    for (const auto& level : peek_list(event, "levels")) {
      const std::string participant = participant_of(level);
      if (participant.empty()) continue;
      OrderedJson entry = OrderedJson::object();
      entry["participantId"] = participant;
      entry["level"] = peek_integer(level, "level").value_or(-127);
      levels_.push_back(std::move(entry));
    }
  }
  if (!active_speaker_.empty() && find_member(active_speaker_) == nullptr) active_speaker_.clear();
  OrderedJson params = OrderedJson::object();
  params["active"] = active_speaker_.empty() ? OrderedJson(nullptr) : OrderedJson(active_speaker_);
  params["levels"] = levels_;
  tell(reading("speakers", params));
}

void Room::score_event(const std::string& type, const std::string& participant, const Json& event) {
  if (find_member(participant) == nullptr) return;
  if (type == "producer.score") {
    auto& sending = scores_[participant].sending;
    if (sending.size() < kMaxScored) sending[peek_text(event, "producerId")] = score_of(event);
  } else {
    const auto session = find_session(participant);
    if (!session || session->receiving.size() >= kMaxScored) return;
    scores_[participant];
    session->receiving[peek_text(event, "consumerId")] =
        static_cast<int>(std::clamp<std::int64_t>(peek_integer(event, "score").value_or(0), 0, 10));
  }
  rescored_.insert(participant);
  if (rescored_.size() > 1) return;  // the timer runs
  const std::weak_ptr<Room> weak = weak_from_this();
  quality_ = hub_->loop.after(hub_->settings.quality_interval, [weak] {
    if (const auto room = weak.lock()) room->tell_quality();
  });
}

void Room::tell_quality() {
  for (const auto& participant : std::exchange(rescored_, {})) {
    const auto found = scores_.find(participant);
    if (found == scores_.end()) continue;
    Score& score = found->second;
    const int sending = score.sending.empty() ? -1 : rounded_mean(score.sending);
    OrderedJson params = OrderedJson::object();
    params["participantId"] = participant;
    if (sending >= 0 && sending != score.told_others) {
      score.told_others = sending;
      params["score"] = sending;
      tell(reading("quality", params), participant);
    }
    const auto session = find_session(participant);
    if (!session) continue;
    const int receiving = session->receiving.empty() ? -1 : rounded_mean(session->receiving);
    const int worse = sending < 0 ? receiving : receiving < 0 ? sending : std::min(sending, receiving);
    if (worse < 0 || worse == score.told_self) continue;
    score.told_self = worse;
    params["score"] = worse;
    session->notify(reading("quality", params));
  }
}

void Room::forget_readings(const std::string& participant) {
  scores_.erase(participant);
  rescored_.erase(participant);
  if (active_speaker_ == participant) active_speaker_.clear();
}

}  // namespace dd::signaling
