// SPDX-License-Identifier: MIT
// What each event of a meeting means to its recording.
#include "observe/log.hpp"
#include "studio/studio.hpp"

namespace dd::studio {

struct Studio::OnBody {
  Studio& studio;
  const meeting::Event& event;

  Meeting* known() const {
    auto found = studio.meetings_.find(event.meeting);
    return found == studio.meetings_.end() ? nullptr : &found->second;
  }
  Session* session() const {
    Meeting* meeting = known();
    return meeting != nullptr && meeting->live ? meeting->live->session.get() : nullptr;
  }

  void operator()(const meeting::MeetingCreated&) const {
    studio.meetings_[event.meeting].tenant = event.tenant.empty() ? studio.settings_.tenant : event.tenant;
  }
  void operator()(const meeting::MeetingEnded& e) const {
    Meeting* meeting = known();
    if (meeting == nullptr) return;
    studio.end(*meeting, e.reason);
    studio.meetings_.erase(event.meeting);
  }
  void operator()(const meeting::ParticipantJoined& e) const {
    Meeting* meeting = known();
    if (meeting == nullptr) return;
    meeting->participants[event.participant] = e.name;
    meeting->linger.cancel();
  }
  void operator()(const meeting::ParticipantRenamed& e) const {
    Meeting* meeting = known();
    if (meeting == nullptr) return;
    meeting->participants[event.participant] = e.name;
    for (auto& source : meeting->sources) {
      if (source.second.participant == event.participant) source.second.name = e.name;
    }
    if (meeting->live) meeting->live->session->rename(event.participant, e.name);
  }
  void operator()(const meeting::ParticipantLeft& e) const {
    Meeting* meeting = known();
    if (meeting == nullptr || e.reason == "evicted") return;  // its newer instance is there already
    meeting->participants.erase(event.participant);
    studio.watch_absence(event.meeting, *meeting);
  }
  void operator()(const meeting::ProducerCreated& e) const {
    Meeting* meeting = known();
    if (meeting == nullptr) return;
    const auto person = meeting->participants.find(event.participant);
    const Source source{e.producer, event.participant, e.kind, e.paused,
                        person == meeting->participants.end() ? std::string() : person->second};
    meeting->sources[e.producer] = source;
    if (meeting->live && meeting->live->order.everyone) meeting->live->session->add(source);
  }
  void operator()(const meeting::RecordingWanted& e) const {
    Meeting* meeting = known();
    if (meeting == nullptr) return;
    auto source = meeting->sources.find(e.producer);
    if (source == meeting->sources.end()) return;
    if (!e.wanted) {
      if (auto* recording = session()) recording->remove(e.producer, "not_wanted");
      return;
    }
    auto live = studio.ensure_live(event.meeting, studio.make_order(event.meeting));
    if (!live) {
      studio.metrics_.add(observe::Metric::kRecordingFailures, {"start"});
      observe::log_error("recording_not_started", {{"meeting", event.meeting}, {"reason", live.error().message}});
      return;
    }
    (*live)->session->add(source->second);
  }
  void operator()(const meeting::ProducerPaused& e) const { set_paused(e.producer, true); }
  void operator()(const meeting::ProducerResumed& e) const { set_paused(e.producer, false); }
  void operator()(const meeting::ProducerClosed& e) const {
    Meeting* meeting = known();
    if (meeting == nullptr) return;
    meeting->sources.erase(e.producer);
    if (meeting->live) meeting->live->session->remove(e.producer, e.reason);
  }
  void operator()(const meeting::ActiveSpeaker&) const {
    if (auto* recording = session()) recording->note_speaker(event.participant);
  }
  template <typename Other>
  void operator()(const Other&) const {}

  void set_paused(const ProducerId& producer, bool paused) const {
    Meeting* meeting = known();
    if (meeting == nullptr) return;
    if (auto source = meeting->sources.find(producer); source != meeting->sources.end()) source->second.paused = paused;
    if (meeting->live) meeting->live->session->set_paused(producer, paused);
  }
};

void Studio::on_event(const meeting::Event& event) {
  if (!std::holds_alternative<meeting::RecordingWanted>(event.body)) next_.on_event(event);
  std::visit(OnBody{*this, event}, event.body);
}

// Nobody ends a meeting that everybody left by closing a lid; its recording ends by itself.
void Studio::watch_absence(const MeetingId& id, Meeting& meeting) {
  if (!meeting.participants.empty() || !meeting.live) return;
  meeting.linger = loop_.after(settings_.linger, [this, id] {
    auto found = meetings_.find(id);
    if (found != meetings_.end() && found->second.participants.empty()) end(found->second, "everyone_left");
  });
}

}  // namespace dd::studio
