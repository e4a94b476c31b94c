// SPDX-License-Identifier: MIT
#include "studio/session.hpp"

#include <algorithm>

#include "observe/log.hpp"
#include "recording/paths.hpp"
#include "studio/add_track.hpp"

namespace dd::studio {

using child::Supervisor;

Session::Session(Loop& loop, SessionSettings settings, recording::TapPort& taps, recording::OpenRecording orders, std::string layout,
                 Events events)
    : loop_(loop),
      settings_(std::move(settings)),
      taps_(taps),
      orders_(std::move(orders)),
      events_(std::move(events)),
      supervisor_(settings_.supervision),
      layout_(std::move(layout)),
      ended_(loop) {}

Session::~Session() {
  for (auto& [producer, recorded] : sources_) close_taps(producer, recorded);
}

void Session::close_taps(const ProducerId& producer, Recorded& recorded) {
  if (std::exchange(recorded.tapped, false)) taps_.close_tap({producer});
  if (std::exchange(recorded.preview.given, 0) > 0) taps_.close_tap({producer, true});
}

void Session::start() { act(supervisor_.start(loop_.now())); }

void Session::act(Supervisor::Action action) {
  if (action == Supervisor::Action::kStart) launch();
  if (action == Supervisor::Action::kKill && recorder_) recorder_->kill();
  supervision_timer_.cancel();
  const auto deadline = supervisor_.next_deadline();
  if (!deadline) return;
  supervision_timer_ =
      loop_.after(std::max<Duration>(*deadline - loop_.now(), Duration::zero()), [this] { act(supervisor_.on_time(loop_.now())); });
}

void Session::launch() {
  auto weak = weak_from_this();
  RecorderProcess::Events events;
  events.on_message = [this](recording::FromRecorder message) { on_message(std::move(message)); };
  events.on_end = [this](const std::string& how) { on_end(how); };
  auto opened = RecorderProcess::open(loop_, settings_.program, std::move(events));
  if (!opened) {
    loop_.post([weak, how = opened.error().message] {
      if (auto self = weak.lock()) self->on_end(how);
    });
    return;
  }
  recorder_ = std::move(*opened);
  send(orders_);
}

void Session::on_message(recording::FromRecorder message) {
  if (auto* opened = std::get_if<recording::Opened>(&message)) return on_opened(*opened);
  if (auto* trouble = std::get_if<recording::Trouble>(&message)) return events_.on_trouble(*trouble);
  if (std::holds_alternative<recording::TroubleOver>(message)) return events_.on_trouble_over();
  if (auto* failed = std::get_if<recording::Failed>(&message)) {
    observe::log_error("recorder_refused", {{"recording", orders_.recording}, {"reason", failed->message}});
    refusal_ = failed->message;
    return;
  }
  if (auto* progress = std::get_if<recording::Progress>(&message)) {
    recording::Progress since = *progress;
    since.bytes -= std::min(since.bytes, last_progress_.bytes);
    since.frames -= std::min(since.frames, last_progress_.frames);
    since.lost_packets -= std::min(since.lost_packets, last_progress_.lost_packets);
    since.repaired_packets -= std::min(since.repaired_packets, last_progress_.repaired_packets);
    last_progress_ = *progress;
    events_.on_progress(since);
  }
}

void Session::on_opened(const recording::Opened& opened) {
  if (port_) return;
  port_ = opened.port;
  last_progress_ = {};
  supervisor_.on_ready(loop_.now());
  act(Supervisor::Action::kNone);
  observe::log_info("recorder_ready", {{"recording", orders_.recording}, {"part", opened.part}, {"pid", recorder_->pid()}});
  events_.on_part(opened.part);
  send(recording::NoteLayout{layout_, {}});
  if (!speaker_.empty()) send(recording::NoteSpeaker{speaker_});
  for (auto& entry : sources_) begin_tap(entry.second);
}

void Session::on_end(const std::string& how) {
  const auto ended = std::exchange(recorder_, nullptr);
  port_.reset();
  ++generation_;
  for (auto& [producer, recorded] : sources_) close_taps(producer, recorded);
  if (finishing_) {
    ended_.resolve(true);
    return;
  }
  observe::log_error("recorder_died", {{"recording", orders_.recording}, {"how", how}});
  const auto action = supervisor_.on_ended(loop_.now());
  const std::string refusal = std::exchange(refusal_, {});
  events_.on_recorder_died(refusal.empty() ? how : refusal);
  act(action);
}

void Session::add(Source source) {
  if (finishing_) return;
  auto [entry, added] = sources_.try_emplace(source.producer);
  if (!added) return;
  Recorded& recorded = entry->second;
  const auto kind = recording::parse_kind(source.kind);
  recorded.track = recording::track_id(source.participant.str(), kind.value_or(recording::Kind::kVideo), source.producer.str());
  recorded.source = std::move(source);
  events_.on_recorded(recorded.source.producer, true);
  begin_tap(recorded);
}

void Session::remove(const ProducerId& producer, const std::string& reason) {
  auto found = sources_.find(producer);
  if (found == sources_.end()) return;
  Recorded recorded = std::move(found->second);
  sources_.erase(found);
  events_.on_recorded(producer, false);
  const bool tapped = recorded.tapped;
  close_taps(producer, recorded);
  if (!tapped) return;
  send(recording::RemoveTrack{recorded.track, reason});
}

void Session::set_paused(const ProducerId& producer, bool paused_now) {
  Recorded* recorded = find(producer);
  if (recorded == nullptr || recorded->source.paused == paused_now) return;
  recorded->source.paused = paused_now;
  if (recorded->tapped && !all_paused_) send(recording::PauseTrack{recorded->track, paused_now});
}

void Session::rename(const ParticipantId& participant, const std::string& name) {
  const Recorded* introduced = nullptr;
  for (auto& entry : sources_) {
    Recorded& recorded = entry.second;
    if (recorded.source.participant != participant) continue;
    recorded.source.name = name;
    if (recorded.tapped) introduced = &recorded;
  }
  if (introduced != nullptr) introduce(*introduced);
}

void Session::set_all_paused(bool paused_now) {
  if (all_paused_ == paused_now) return;
  all_paused_ = paused_now;
  for (auto& entry : sources_) {
    const Recorded& recorded = entry.second;
    if (recorded.tapped && !recorded.source.paused) send(recording::PauseTrack{recorded.track, paused_now});
  }
}

void Session::note_speaker(const ParticipantId& participant) {
  if (speaker_ == participant.str()) return;
  speaker_ = participant.str();
  if (port_) send(recording::NoteSpeaker{speaker_});
}

void Session::note_layout(std::string layout) {
  layout_ = std::move(layout);
  if (port_) send(recording::NoteLayout{layout_, {}});
}

Task<void> Session::finish(std::string reason) {
  auto self = shared_from_this();
  if (!std::exchange(finishing_, true)) {
    supervisor_.stop();
    supervision_timer_.cancel();
    if (!recorder_) {
      ended_.resolve(true);
    } else {
      send(recording::FinishRecording{std::move(reason)});
      auto weak = weak_from_this();
      supervision_timer_ = loop_.after(settings_.finish_limit, [weak] {
        auto session = weak.lock();
        if (session && session->recorder_) session->recorder_->kill();
      });
    }
  }
  co_await ended_;
  supervision_timer_.cancel();
  for (auto& [producer, recorded] : sources_) {
    close_taps(producer, recorded);
    events_.on_recorded(producer, false);
  }
  sources_.clear();
}

Session::Recorded* Session::find_track(const std::string& track) {
  const auto found = std::find_if(sources_.begin(), sources_.end(), [&](const auto& entry) { return entry.second.track == track; });
  return found == sources_.end() ? nullptr : &found->second;
}

Session::Recorded* Session::find(const ProducerId& producer) {
  auto found = sources_.find(producer);
  return found == sources_.end() ? nullptr : &found->second;
}

void Session::send(const recording::ToRecorder& message) {
  if (!recorder_) return;
  auto sent = recorder_->send(message);
  if (sent) return;
  // It does not read any more. Its successor begins from what we know, so nothing is lost by not telling this one.
  observe::log_error("recorder_stuck", {{"recording", orders_.recording}, {"reason", sent.error().message}});
  recorder_->kill();
}

void Session::begin_tap(Recorded& recorded) {
  if (!port_ || recorded.opening || recorded.tapped || finishing_) return;
  recorded.opening = true;
  spawn(tap(shared_from_this(), recorded.source.producer));
}

// Until the producer is recorded, or gone, or nobody records.
Task<void> Session::tap(std::shared_ptr<Session> self, ProducerId producer) {
  while (true) {
    Recorded* recorded = self->find(producer);
    if (recorded == nullptr) co_return;
    if (!self->port_ || self->finishing_) {
      recorded->opening = false;  // on_opened() begins again
      co_return;
    }
    const auto generation = self->generation_;
    auto tapping = self->try_tap(producer);
    auto tapped = co_await std::move(tapping);
    recorded = self->find(producer);
    if (recorded == nullptr) co_return;
    if (tapped) {
      recorded->opening = false;
      co_return;
    }
    if (generation != self->generation_) continue;
    observe::log_warn("recording_tap_failed", {{"recording", self->orders_.recording}, {"reason", tapped.error().message}});
    if (tapped.error().code != Errc::kUnavailable && tapped.error().code != Errc::kDeadlineExceeded) {
      // The producer is gone, which the meeting's own news will say, or of a kind that cannot be recorded.
      recorded->opening = false;
      co_return;
    }
    auto waiting = sleep_for(self->loop_, self->settings_.tap_retry);
    co_await waiting;
  }
}

Task<Result<void>> Session::try_tap(ProducerId producer) {
  const auto generation = generation_;
  auto weak = weak_from_this();
  auto opening = taps_.open_tap({producer}, *port_, 0, [weak, producer] {
    if (auto self = weak.lock()) self->on_tap_closed(producer);
  });
  DD_CO_TRY(auto description, co_await std::move(opening));
  Recorded* recorded = find(producer);
  if (recorded == nullptr || generation != generation_ || finishing_) {
    taps_.close_tap({producer});
    co_return unavailable("the recorder is another one now");
  }
  auto track = make_add_track(recorded->source, recorded->track, description);
  if (!track) {
    taps_.close_tap({producer});
    co_return std::move(track.error());
  }
  track->paused = paused(*recorded);
  recorded->tapped = true;
  introduce(*recorded);
  send(*track);
  auto starting = taps_.start_tap({producer});
  auto started = co_await std::move(starting);
  recorded = find(producer);
  if (started) {
    if (recorded != nullptr && recorded->tapped) begin_preview(*recorded);
    co_return ok();
  }
  if (recorded != nullptr && generation == generation_ && recorded->tapped) {
    close_taps(producer, *recorded);
    send(recording::RemoveTrack{recorded->track, "source_gone"});
  }
  co_return std::move(started.error());
}

void Session::introduce(const Recorded& recorded) {
  const auto& participant = recorded.source.participant.str();
  send(recording::AddParticipant{participant, recorded.source.name.empty() ? participant : recorded.source.name});
}

void Session::on_tap_closed(const ProducerId& producer) {
  Recorded* recorded = find(producer);
  if (recorded == nullptr || !recorded->tapped) return;
  close_taps(producer, *recorded);
  send(recording::RemoveTrack{recorded->track, "source_gone"});
}

void Session::want_preview(const std::string& track, unsigned smaller) {
  Recorded* recorded = find_track(track);
  if (recorded == nullptr || recorded->preview.wanted == smaller) return;
  recorded->preview.wanted = smaller;
  begin_preview(*recorded);
}

void Session::want_key_frame(const std::string& track) {
  Recorded* recorded = find_track(track);
  if (recorded == nullptr || !recorded->tapped) return;
  auto ask = [](Task<Result<void>> asking) -> Task<void> { (void)co_await std::move(asking); };
  spawn(ask(taps_.request_key_frame({recorded->source.producer})));
}

void Session::begin_preview(Recorded& recorded) {
  if (!port_ || !recorded.tapped || recorded.preview.busy || finishing_ || recorded.preview.wanted == recorded.preview.given) return;
  recorded.preview.busy = true;
  spawn(follow_preview(shared_from_this(), recorded.source.producer));
}

// Until the preview is what is wanted. One that cannot be had is not tried again: the programme takes the track itself.
Task<void> Session::follow_preview(std::shared_ptr<Session> self, ProducerId producer) {
  while (true) {
    Recorded* recorded = self->find(producer);
    if (recorded == nullptr) co_return;
    const auto generation = self->generation_;
    const unsigned wanted = recorded->preview.wanted;
    if (wanted == recorded->preview.given || !recorded->tapped || !self->port_ || self->finishing_) {
      recorded->preview.busy = false;
      co_return;
    }
    if (wanted == 0) {
      recorded->preview.given = 0;
      self->taps_.close_tap({producer, true});
      self->send(recording::RemoveTrack{recorded->track, "not_wanted", true});
      continue;
    }
    auto step = recorded->preview.given == 0 ? self->open_preview(producer, wanted) : self->taps_.choose_layer({producer, true}, wanted);
    auto stepped = co_await std::move(step);
    recorded = self->find(producer);
    if (recorded == nullptr) co_return;
    if (stepped) {
      // Whatever ended meanwhile has taken the tap with it.
      if (recorded->preview.given != 0) recorded->preview.given = wanted;
      continue;
    }
    if (generation != self->generation_) continue;
    if (stepped.error().code != Errc::kInvalidArgument) {
      observe::log_warn("recording_preview_failed", {{"recording", self->orders_.recording}, {"reason", stepped.error().message}});
    }
    recorded->preview.busy = false;
    co_return;
  }
}

Task<Result<void>> Session::open_preview(ProducerId producer, unsigned smaller) {
  const auto generation = generation_;
  auto weak = weak_from_this();
  auto opening = taps_.open_tap({producer, true}, *port_, smaller, [weak, producer] {
    auto self = weak.lock();
    Recorded* recorded = self ? self->find(producer) : nullptr;
    if (recorded == nullptr || std::exchange(recorded->preview.given, 0) == 0) return;
    self->send(recording::RemoveTrack{recorded->track, "source_gone", true});
  });
  DD_CO_TRY(auto description, co_await std::move(opening));
  Recorded* recorded = find(producer);
  if (recorded == nullptr || generation != generation_ || finishing_ || !recorded->tapped) {
    taps_.close_tap({producer, true});
    co_return unavailable("the track is not recorded any more");
  }
  auto track = make_add_track(recorded->source, recorded->track, description);
  if (!track) {
    taps_.close_tap({producer, true});
    co_return std::move(track.error());
  }
  track->paused = paused(*recorded);
  track->preview = true;
  recorded->preview.given = smaller;
  send(*track);
  auto starting = taps_.start_tap({producer, true});
  auto started = co_await std::move(starting);
  recorded = find(producer);
  if (!started && recorded != nullptr && generation == generation_ && std::exchange(recorded->preview.given, 0) > 0) {
    taps_.close_tap({producer, true});
    send(recording::RemoveTrack{recorded->track, "source_gone", true});
  }
  co_return started;
}

}  // namespace dd::studio
