// SPDX-License-Identifier: MIT
#include "studio/studio.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/random.hpp"
#include "observe/log.hpp"
#include "recording/paths.hpp"

namespace dd::studio {

using observe::Metric;
using recording::Mode;

namespace {

// "20260131-100000-1f0c9a3e": folders sort by time, and nobody has to remember a uuid.
RecordingId new_recording_id(WallTime now) {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return RecordingId(fmt::format(
      "{:%Y%m%d-%H%M%S}-{}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(seconds))),
      random_uuid().substr(0, 8)));
}

std::int64_t milliseconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

Studio::Studio(Loop& loop, observe::Metrics& metrics, StudioSettings settings, recording::TapPort& taps, recording::Holds& holds,
               meeting::EventSink& next)
    : loop_(loop),
      metrics_(metrics),
      settings_(std::move(settings)),
      taps_(taps),
      holds_(holds),
      next_(next),
      disk_(loop),
      book_(settings_.root, disk_),
      workshop_(loop, settings_.workshop, [this](const RecordingId& recording, const recording::Job& job) { on_job(recording, job); }) {}

Studio::~Studio() = default;

void Studio::emit(const Order& order, meeting::EventBody body) {
  next_.on_event(meeting::Event{loop_.wall_now(), order.meeting, ParticipantId(), std::move(body), order.tenant});
}

void Studio::fail(const Order& order, std::string reason, const Error& error) {
  metrics_.add(Metric::kRecordingFailures, {reason});
  observe::log_error("recording_failed", {{"recording", order.recording}, {"step", reason}, {"reason", error.message}});
  emit(order, meeting::RecordingFailed{order.recording, std::move(reason), error.message});
}

void Studio::count() { metrics_.set(Metric::kRecordings, static_cast<double>(running())); }

std::size_t Studio::running() const {
  return static_cast<std::size_t>(
      std::count_if(meetings_.begin(), meetings_.end(), [](const auto& entry) { return entry.second.live != nullptr; }));
}

bool Studio::in_use(const RecordingId& recording) const { return working_on_.contains(recording); }

Studio::Meeting* Studio::find_recorded(const MeetingId& id) {
  auto found = meetings_.find(id);
  return found == meetings_.end() || !found->second.live ? nullptr : &found->second;
}

Order Studio::make_order(const MeetingId& id) const {
  Order order;
  order.recording = new_recording_id(loop_.wall_now());
  const auto meeting = meetings_.find(id);
  order.tenant = meeting == meetings_.end() ? settings_.tenant : meeting->second.tenant;
  order.meeting = id;
  order.modes = settings_.modes;
  order.programme = settings_.programme;
  order.fill = settings_.fill;
  return order;
}

// The meeting's running recording, or a new one; one that a crash interrupted goes on.
Result<std::shared_ptr<Studio::Live>> Studio::ensure_live(const MeetingId& id, Order wanted) {
  if (closing_) return unavailable("the server is stopping");
  auto found = meetings_.find(id);
  if (found == meetings_.end()) return not_found("meeting", id.str());
  if (found->second.live) return found->second.live;
  if (running() >= settings_.max_recordings) {
    return make_error(Errc::kTooManyRequests, fmt::format("{} meetings are being recorded, which is the limit", settings_.max_recordings));
  }
  auto live = std::make_shared<Live>();
  live->order = std::move(wanted);
  std::shared_ptr<Interrupted> resumed;
  // A meeting that came back as another tenant's is another meeting.
  if (auto waiting = interrupted_.find(id); waiting != interrupted_.end() && waiting->second->order.tenant != live->order.tenant)
    give_up(id);
  if (auto waiting = interrupted_.find(id); waiting != interrupted_.end()) {
    resumed = waiting->second;
    interrupted_.erase(waiting);
    resumed->patience.cancel();
    live->order.recording = resumed->order.recording;
    live->announced = true;
  }
  begin(id, live, std::move(resumed));
  return live;
}

void Studio::begin(const MeetingId& id, std::shared_ptr<Live> live, std::shared_ptr<Interrupted> resumed) {
  live->order.seen_ms = milliseconds_of(loop_.wall_now());
  working_on_[live->order.recording] = {live->order, holds_.hold(live->order.recording.str())};
  meetings_[id].live = live;
  count();
  recording::OpenRecording orders;
  orders.folder = folder_of(live->order).string();
  orders.recording = live->order.recording.str();
  orders.tenant = live->order.tenant;
  orders.meeting = id.str();
  orders.fill = live->order.fill;
  orders.fill_image = settings_.fill_image.string();
  orders.stop_below_free_bytes = settings_.stop_below_free_bytes;
  live->session = std::make_shared<Session>(loop_, settings_.session, taps_, std::move(orders),
                                            std::string(recording::to_string(live->order.programme.layout)), session_events(live));
  if (live->order.live) {
    LiveProgrammeSettings composing;
    composing.recorder_program = settings_.workshop.recorder_program;
    LiveProgramme::Wishes wishes;
    wishes.preview = [session = live->session](const std::string& track, unsigned smaller) { session->want_preview(track, smaller); };
    wishes.key_frame = [session = live->session](const std::string& track) { session->want_key_frame(track); };
    live->programme =
        std::make_shared<LiveProgramme>(loop_, std::move(composing), folder_of(live->order), live->order.programme, std::move(wishes));
  }
  spawn(begin_when_recovered(std::move(live), std::move(resumed)));
}

Task<void> Studio::begin_when_recovered(std::shared_ptr<Live> live, std::shared_ptr<Interrupted> resumed) {
  if (resumed) co_await resumed->recovered;  // two writers of one timeline would spoil it
  live->session->start();
  // Not waited for: a note that cannot be written (the disk is full) must not keep a recording from trying.
  auto saving = save(live->order);
  co_await std::move(saving);
}

Task<void> Studio::save(Order order) {
  auto putting = book_.put(order);
  auto saved = co_await std::move(putting);
  if (!saved) observe::log_error("recording_order_not_saved", {{"recording", order.recording}, {"reason", saved.error().message}});
}

Session::Events Studio::session_events(const std::weak_ptr<Live>& weak) {
  Session::Events events;
  events.on_part = [this, weak](unsigned part) {
    auto live = weak.lock();
    if (!live) return;
    if (live->programme) live->programme->start();
    if (!std::exchange(live->announced, true)) {
      emit(live->order, meeting::RecordingStarted{live->order.recording});
    } else {
      emit(live->order, meeting::RecordingPart{live->order.recording, part});
    }
  };
  events.on_trouble = [this, weak](const recording::Trouble& trouble) {
    auto live = weak.lock();
    if (!live) return;
    metrics_.add(Metric::kRecordingTroubles, {trouble.reason});
    observe::log_error("recording_trouble", {{"recording", live->order.recording}, {"reason", trouble.reason}, {"detail", trouble.detail}});
    emit(live->order, meeting::RecordingTrouble{live->order.recording, trouble.reason, trouble.detail});
  };
  events.on_trouble_over = [this, weak] {
    if (auto live = weak.lock()) emit(live->order, meeting::RecordingTrouble{live->order.recording, "over", {}});
  };
  events.on_progress = [this](const recording::Progress& since) {
    metrics_.add(Metric::kRecordedBytes, {}, static_cast<double>(since.bytes));
    metrics_.add(Metric::kRecordingLostPackets, {}, static_cast<double>(since.lost_packets));
  };
  events.on_recorded = [this](const ProducerId& producer, bool recorded) {
    if (recorded_) recorded_(producer, recorded);
  };
  events.on_recorder_died = [this, weak](const std::string& how) {
    metrics_.add(Metric::kRecorderRestarts);
    // Tried again, and said, because media is missing.
    if (auto live = weak.lock()) emit(live->order, meeting::RecordingFailed{live->order.recording, "recorder", how});
  };
  return events;
}

void Studio::record_all(Meeting& meeting) {
  for (const auto& entry : meeting.sources) meeting.live->session->add(entry.second);
}

void Studio::end(Meeting& meeting, const std::string& reason) {
  meeting.linger.cancel();
  auto live = std::exchange(meeting.live, nullptr);
  if (!live) return;
  count();
  spawn(finish(std::move(live), reason));
}

Task<void> Studio::finish(std::shared_ptr<Live> live, std::string reason) {
  auto finishing = live->session->finish(reason);
  co_await std::move(finishing);
  emit(live->order, meeting::RecordingStopped{live->order.recording, reason});
  live->order.stage = Order::Stage::kFinishing;
  auto saving = save(live->order);
  co_await std::move(saving);
  if (closing_) {  // the order says what is left to do
    if (live->programme) live->programme->abandon();
    co_return;
  }
  auto programme = Programme::kToMake;
  if (live->programme) {
    auto ending = live->programme->end();
    if (co_await std::move(ending)) programme = Programme::kThere;
    if (closing_) co_return;
  }
  auto working = work_off(live->order, programme);
  co_await std::move(working);
}

// Everything that was asked for, in the order in which each needs the one before.
Task<void> Studio::work_off(Order order, Programme programme) {
  const auto folder = folder_of(order);
  auto recovering = workshop_.recover(folder, true);
  auto whole = co_await std::move(recovering);
  auto finishing = workshop_.finish(order.recording, folder, order.wants(Mode::kParticipant));
  auto made = co_await std::move(finishing);
  if (closing_) co_return;
  if (!whole || !made) fail(order, "finish", whole ? made.error() : whole.error());
  if (order.wants(Mode::kComposite) && programme == Programme::kToMake) {
    if (auto job = workshop_.announce(order.recording, recording::Job::Kind::kCompose)) {
      recording::ComposeRecording command;
      command.recording = order.recording;
      command.programme = order.programme;
      auto composing = workshop_.compose(*job, folder, std::move(command), Workshop::LayoutFrom::kTimeline);
      auto composed = co_await std::move(composing);
      if (closing_) co_return;
      if (!composed) fail(order, "compose", composed.error());
    } else {
      fail(order, "compose", job.error());
    }
  }
  auto removing = book_.remove(order.recording);
  co_await std::move(removing);
  working_on_.erase(order.recording);
  if (finished_) finished_(order.recording);
}

void Studio::on_job(const RecordingId& recording, const recording::Job& job) {
  auto found = working_on_.find(recording);
  const Order order = found == working_on_.end() ? Order() : found->second.order;
  if (job.state == recording::Job::State::kRunning) {
    emit(order, meeting::RecordingProgress{recording, job.id, std::string(recording::to_string(job.kind)), job.file, job.percent, job.speed,
                                           job.eta_seconds});
  } else if (job.state == recording::Job::State::kDone && !job.file.empty()) {
    emit(order, meeting::RecordingComposed{recording, job.id, job.file});
  }
}

Task<void> Studio::open() {
  auto reading = book_.read_all();
  auto orders = co_await std::move(reading);
  if (!orders) {
    observe::log_error("recordings_unreadable", {{"reason", orders.error().message}});
    co_return;
  }
  std::sort(orders->begin(), orders->end(), [](const Order& one, const Order& other) { return one.seen_ms < other.seen_ms; });
  for (auto& order : *orders) {
    working_on_[order.recording] = {order, holds_.hold(order.recording.str())};
    if (order.stage == Order::Stage::kFinishing) {
      spawn(work_off(std::move(order), Programme::kToMake));
      continue;
    }
    observe::log_warn("recording_interrupted", {{"recording", order.recording}, {"meeting", order.meeting}});
    auto interrupted = std::make_shared<Interrupted>(Interrupted{std::move(order), Completion<bool>(loop_), Timer()});
    give_up(interrupted->order.meeting);  // of two that wait for one meeting only the newer can go on
    interrupted->patience = loop_.after(settings_.resume_window, [this, id = interrupted->order.meeting] { give_up(id); });
    interrupted_[interrupted->order.meeting] = interrupted;
    spawn(take_up(std::move(interrupted)));
  }
}

Task<void> Studio::take_up(std::shared_ptr<Interrupted> interrupted) {
  auto recovering = workshop_.recover(folder_of(interrupted->order), false);
  auto recovered = co_await std::move(recovering);
  if (!recovered) fail(interrupted->order, "finish", recovered.error());
  interrupted->recovered.resolve(true);
}

void Studio::give_up(const MeetingId& id) {
  auto found = interrupted_.find(id);
  if (found == interrupted_.end()) return;
  Order order = found->second->order;
  interrupted_.erase(found);
  order.stage = Order::Stage::kFinishing;
  emit(order, meeting::RecordingStopped{order.recording, "interrupted"});
  spawn(work_off(std::move(order), Programme::kToMake));
}

Task<void> Studio::close() {
  closing_ = true;
  workshop_.stop();
  std::vector<std::shared_ptr<Live>> ending;
  for (auto& entry : meetings_) {
    entry.second.linger.cancel();
    if (auto live = std::exchange(entry.second.live, nullptr)) ending.push_back(std::move(live));
  }
  for (auto& entry : interrupted_) entry.second->patience.cancel();
  std::vector<Completion<bool>> done;
  for (auto& live : ending) {
    Completion<bool> one(loop_);
    done.push_back(one);
    auto ends = [](Task<void> task, Completion<bool> answer) -> Task<void> {
      co_await std::move(task);
      answer.resolve(true);
    };
    spawn(ends(finish(std::move(live), "server_stopping"), one));
  }
  for (auto& one : done) co_await one;
}

// ---- the API's calls ----

Task<Result<recording::Started>> Studio::start(recording::StartRecording command) {
  if (command.fill == recording::Fill::kImage && settings_.fill_image.empty())
    co_return invalid_field("fill", "this server has no image to fill with (RECORDING_FILL_IMAGE)");
  Order order = make_order(command.meeting);
  order.modes = command.modes;
  order.fill = command.fill;
  order.everyone = true;
  order.live = command.live && command.programme;
  if (command.programme) order.programme = *command.programme;
  Meeting* recorded = find_recorded(command.meeting);
  const bool already = recorded != nullptr && recorded->live->order.everyone;
  DD_CO_TRY(auto live, ensure_live(command.meeting, std::move(order)));
  if (!already) {
    // One that began with a single producer now takes everybody.
    live->order.everyone = true;
    record_all(meetings_.at(command.meeting));
    auto saving = save(live->order);
    co_await std::move(saving);
  }
  co_return recording::Started{live->order.recording, already};
}

namespace {

Error not_recorded(const MeetingId& meeting) {
  return make_error(Errc::kNotFound, fmt::format("meeting '{}' is not being recorded", meeting.str()));
}

}  // namespace

Task<Result<RecordingId>> Studio::stop(MeetingId meeting) {
  Meeting* recorded = find_recorded(meeting);
  if (recorded == nullptr) co_return not_recorded(meeting);
  const RecordingId id = recorded->live->order.recording;
  end(*recorded, "requested");
  co_return id;
}

Task<Result<RecordingId>> Studio::pause(MeetingId meeting) {
  Meeting* recorded = find_recorded(meeting);
  if (recorded == nullptr) co_return not_recorded(meeting);
  recorded->live->session->set_all_paused(true);
  co_return recorded->live->order.recording;
}

Task<Result<RecordingId>> Studio::resume(MeetingId meeting) {
  Meeting* recorded = find_recorded(meeting);
  if (recorded == nullptr) co_return not_recorded(meeting);
  recorded->live->session->set_all_paused(false);
  co_return recorded->live->order.recording;
}

Task<Result<RecordingId>> Studio::change_layout(MeetingId meeting, recording::Layout layout) {
  Meeting* recorded = find_recorded(meeting);
  if (recorded == nullptr) co_return not_recorded(meeting);
  recorded->live->session->note_layout(std::string(recording::to_string(layout)));
  co_return recorded->live->order.recording;
}

Task<Result<std::string>> Studio::compose(recording::ComposeRecording command) {
  if (in_use(command.recording)) co_return make_error(Errc::kConflict, "the recording is not finished yet");
  if (!find_) co_return not_found("recording", command.recording.str());
  auto finding = find_(command.recording);
  DD_CO_TRY(auto found, co_await std::move(finding));
  if (in_use(command.recording)) co_return make_error(Errc::kConflict, "the recording is being worked on already");
  DD_CO_TRY(auto job, workshop_.announce(command.recording, recording::Job::Kind::kCompose));
  Order order;
  order.recording = command.recording;
  order.tenant = found.tenant;
  order.meeting = found.meeting;
  working_on_[command.recording] = {std::move(order), holds_.hold(command.recording.str())};
  auto work = [](Studio* studio, RecordingId recording, Task<Result<std::string>> task) -> Task<void> {
    auto composed = co_await std::move(task);
    studio->working_on_.erase(recording);
    if (composed && studio->finished_) studio->finished_(recording);
  };
  spawn(work(this, command.recording, workshop_.compose(job, std::move(found.folder), command, Workshop::LayoutFrom::kCommand)));
  co_return job;
}

}  // namespace dd::studio
