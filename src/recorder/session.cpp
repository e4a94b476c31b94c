// SPDX-License-Identifier: MIT
#include "recorder/session.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <utility>

#include "recording/paths.hpp"

namespace dd::recorder {
namespace {

using std::chrono::seconds;

// All tracks' clusters end together, so that the disk's thread wakes up once for all of them. With the time between two looks
// at the socket it stays below the half second of docs/recording-format.md.
constexpr Duration kFlushEvery = std::chrono::milliseconds{400};

std::string rfc3339(std::int64_t wall_us) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(wall_us / 1000000)), wall_us / 1000 % 1000);
}

// A key for tracks_ and files_: a preview has the name of its track.
std::string key_of(const recording::AddTrack& settings) { return settings.preview ? preview_key(settings.track) : settings.track; }

// Of the files of one preview; who composes live is seconds behind, and at most half a minute.
constexpr unsigned kPreviewFiles = 4;

}  // namespace

// Of what a preview's Track says only its files are news, and under other names than a track's.
class Session::PreviewOutlet final : public TrackOutlet {
 public:
  explicit PreviewOutlet(Session& session) : session_(session) {}
  recording::Time timeline(MonotonicTime time) const override { return session_.timeline(time); }
  void send(std::uint16_t port, const std::vector<std::uint8_t>& rtcp) override { session_.send(port, rtcp); }
  void note(recording::Time t, recording::Happening what) override {
    if (const auto* ended = std::get_if<recording::FileEnded>(&what))
      session_.note(t, recording::PreviewEnded{ended->file, ended->duration});
  }
  std::unique_ptr<TrackFile> open_file(const std::string& track, MatroskaTrack format, recording::Time begins, const char*) override {
    return session_.open_preview(track, std::move(format), begins);
  }

 private:
  Session& session_;
};

Session::Session(Loop& loop, Ports ports)
    : loop_(loop),
      ports_(std::move(ports)),
      preview_outlet_(std::make_unique<PreviewOutlet>(*this)),
      disk_(std::make_unique<Disk>(loop, [this, alive = alive_](DiskTrouble trouble) {
        if (*alive) on_trouble(std::move(trouble));
      })) {}

Session::~Session() {
  *alive_ = false;
  tracks_.clear();
  sources_.clear();
}

void Session::handle(recording::ToRecorder message) {
  std::visit(
      [this](auto& it) {
        using Message = std::decay_t<decltype(it)>;
        if (!open_ && !std::is_same_v<Message, recording::OpenRecording>) {
          ports_.say(recording::Failed{"the first message opens the recording"});
          return;
        }
        if (!ending_) on(it);
      },
      message);
}

void Session::on(recording::OpenRecording& message) {
  if (open_) return ports_.say(recording::Failed{"the recording is open"});
  folder_ = message.folder;
  const auto fail = [this](const std::string& why) {
    ending_ = true;
    ports_.say(recording::Failed{why});
    ports_.ended();
  };
  if (!folder_.is_absolute()) return fail("the folder must be absolute");
  const MachineClocks clocks = read_machine_clocks(loop_.wall_now());
  part_began_ = loop_.now();
  auto part = open_part(folder_, clocks);
  if (!part) return fail(part.error().message);
  open_ = true;
  part_begins_ = part->begins;
  files_ = std::move(part->files);
  recording_ = {.recording = message.recording,
                .tenant = message.tenant,
                .meeting = message.meeting,
                .started = rfc3339(clocks.wall_us - part->begins.count()),
                .fill = message.fill};
  part_ = {.part = part->number, .wall_us = clocks.wall_us, .boot_id = clocks.boot_id, .boot_us = clocks.boot_us};
  if (message.fill == recording::Fill::kImage) {
    // Without it gaps are black; whoever composes says that it is missing.
    std::error_code missing;
    std::filesystem::copy_file(message.fill_image, folder_ / recording::kFillImage, std::filesystem::copy_options::skip_existing, missing);
  }
  disk_->watch(folder_, message.stop_below_free_bytes);
  log_.emplace(*disk_, folder_ / recording::kTimelineFile, part->timeline_bytes);
  if (part->timeline_bytes == 0) note({}, recording_);
  note(part_begins_, part_);
  next_second_ = loop_.now();
  ports_.say(recording::Opened{.port = ports_.port, .part = part_.part});
}

void Session::on(recording::AddParticipant& message) {
  if (participants_.size() >= kMaxParticipants && participants_.count(message.participant) == 0) {
    return ports_.say(recording::Failed{"too many participants"});
  }
  const auto known = participants_.find(message.participant);
  if (known != participants_.end() && known->second == message.name) return;
  participants_[message.participant] = message.name;
  note(now(), recording::ParticipantNamed{message.participant, message.name});
}

void Session::on(recording::AddTrack& message) {
  const auto kind = recording::parse_kind(message.kind);
  const auto codec = recording::parse_codec(message.codec);
  const auto fail = [&](const char* why) { ports_.say(recording::Failed{fmt::format("track {}: {}", message.track, why)}); };
  if (!recording::is_component(message.track)) return fail("no name for a file");
  if (!kind || !codec) return fail("unknown kind or codec");
  if ((*kind == recording::Kind::kAudio) != (*codec == recording::Codec::kOpus)) return fail("the codec does not fit the kind");
  if (message.clock_rate < 8000 || message.clock_rate > 1000000) return fail("no usable clock rate");
  if (message.channels < 1 || message.channels > 2) return fail("one or two channels");
  const std::string key = key_of(message);
  if (message.preview && !tracks_.contains(message.track)) return fail("a preview of a track that is not recorded");
  const auto before = tracks_.find(key);
  if (before == tracks_.end() && tracks_.size() >= kMaxTracks) return fail("too many tracks");
  const auto taken = [&](std::uint32_t ssrc) {
    const auto found = sources_.find(ssrc);
    return found != sources_.end() && key_of(found->second.track->settings()) != key;
  };
  if (taken(message.ssrc) || (message.rtx_ssrc && taken(*message.rtx_ssrc))) return fail("its SSRC belongs to another track");

  const MonotonicTime mono = loop_.now();
  const char* reason = files_.count(key) == 0 ? "first" : "restart";
  if (before != tracks_.end()) {
    before->second->finish(mono, timeline(mono));
    forget_sources(key);
    reason = "source";
  }
  TrackOutlet& outlet = message.preview ? static_cast<TrackOutlet&>(*preview_outlet_) : *this;
  auto track = std::make_shared<Track>(message, *kind, *codec, outlet, reason, mono);
  if (!message.preview) {
    note(timeline(mono), describe(*track));
    if (message.paused) note(timeline(mono), recording::TrackPaused{message.track});
  }
  if (trouble_) track->on_trouble(*trouble_, timeline(mono));
  tracks_[key] = track;
  sources_[message.ssrc] = {track, message.source_port};
  if (message.rtx_ssrc) sources_[*message.rtx_ssrc] = {track, message.source_port};
}

void Session::on(recording::PauseTrack& message) {
  const MonotonicTime mono = loop_.now();
  for (const std::string& key : {message.track, preview_key(message.track)}) {
    const auto found = tracks_.find(key);
    if (found == tracks_.end()) continue;
    message.paused ? found->second->pause(mono, timeline(mono)) : found->second->resume(mono, timeline(mono));
  }
}

void Session::on(recording::RemoveTrack& message) {
  const MonotonicTime mono = loop_.now();
  remove(preview_key(message.track), mono);
  if (message.preview || !tracks_.contains(message.track)) return;
  remove(message.track, mono);
  note(timeline(mono), recording::TrackEnded{message.track, message.reason});
}

void Session::remove(const std::string& key, MonotonicTime mono) {
  const auto found = tracks_.find(key);
  if (found == tracks_.end()) return;
  found->second->finish(mono, timeline(mono));
  if (!found->second->settings().preview) {
    const auto totals = found->second->totals();
    gone_.frames += totals.frames;
    gone_.lost_packets += totals.lost_packets;
    gone_.repaired_packets += totals.repaired_packets;
  }
  forget_sources(key);
  tracks_.erase(found);
}

void Session::on(recording::NoteSpeaker& message) { note(now(), recording::SpeakerChanged{message.participant}); }

void Session::on(recording::NoteLayout& message) { note(now(), recording::LayoutChanged{message.layout, message.options}); }

void Session::on(recording::FinishRecording& message) { end(message.reason); }

void Session::abandon() {
  if (ending_) return;
  if (!open_) return ports_.ended();
  end(std::nullopt);
}

void Session::end(std::optional<std::string> stopped) {
  ending_ = true;
  const MonotonicTime mono = loop_.now();
  const recording::Time t = timeline(mono);
  for (auto& [name, track] : tracks_) track->finish(mono, t);
  sources_.clear();
  tracks_.clear();
  if (stopped) note(t, recording::RecordingStopped{*stopped});
  log_->close();
  disk_->after_all([this, t, alive = alive_] {
    if (!*alive) return;
    ports_.say(recording::Finished{static_cast<std::uint64_t>(t.count())});
    ports_.ended();
  });
}

recording::Time Session::timeline(MonotonicTime time) const {
  return part_begins_ + std::chrono::duration_cast<recording::Time>(time - part_began_);
}

void Session::send(std::uint16_t port, const std::vector<std::uint8_t>& rtcp) { ports_.send(port, rtcp); }

void Session::note(recording::Time t, recording::Happening what) { log_->note({t, std::move(what)}); }

std::unique_ptr<TrackFile> Session::open_file(const std::string& track, MatroskaTrack format, recording::Time begins, const char* reason) {
  if (trouble_ || files_[track] >= kMaxFiles) return nullptr;
  const std::string name = recording::track_file(track, ++files_[track]);
  recording::FileBegan began{
      .track = track, .file = name, .part = part_.part, .width = {}, .height = {}, .reason = reason, .rotation = format.rotation};
  if (format.width != 0) {
    began.width = format.width;
    began.height = format.height;
  }
  note(begins, std::move(began));
  ports_.say(recording::FileStarted{track, name});
  return std::make_unique<TrackFile>(*disk_, name, folder_ / name, std::move(format), begins);
}

std::unique_ptr<TrackFile> Session::open_preview(const std::string& track, MatroskaTrack format, recording::Time begins) {
  unsigned& number = files_[preview_key(track)];
  if (trouble_ || number >= kMaxFiles) return nullptr;
  const std::string name = recording::preview_file(track, ++number);
  if (number > kPreviewFiles) disk_->remove(folder_ / recording::preview_file(track, number - kPreviewFiles));
  disk_->make_folder(folder_ / recording::kPreviews);
  note(begins, recording::PreviewBegan{.track = track, .file = name, .width = format.width, .height = format.height});
  return std::make_unique<TrackFile>(*disk_, name, folder_ / name, std::move(format), begins);
}

void Session::on_datagram(rtp::Bytes datagram, std::uint16_t source_port, MonotonicTime arrival) {
  const auto source_of = [&](std::uint32_t ssrc) -> Track* {
    const auto found = sources_.find(ssrc);
    if (found == sources_.end() || found->second.port != source_port) {
      ++strangers_;
      return nullptr;
    }
    return found->second.track.get();
  };
  if (rtp::is_rtcp(datagram)) {
    for (const auto& report : rtp::parse_rtcp(datagram).sender_reports) {
      Track* track = source_of(report.ssrc);
      if (track && report.ssrc == track->settings().ssrc) track->on_sender_report(report, arrival);
    }
    return;
  }
  const auto packet = rtp::parse_packet(datagram);
  if (!packet) {
    ++strangers_;
    return;
  }
  if (Track* track = source_of(packet->ssrc)) track->on_packet(*packet, arrival);
}

void Session::advance(MonotonicTime mono) {
  if (!open_ || ending_) return;
  const Disk::Gathered gathered(*disk_);
  for (auto& [name, track] : tracks_) track->advance(mono);
  if (mono >= next_flush_) {
    next_flush_ = mono + kFlushEvery;
    for (auto& [name, track] : tracks_) track->flush();
  }
  if (mono >= next_second_) every_second(mono);
}

void Session::every_second(MonotonicTime mono) {
  next_second_ = mono + seconds{1};
  trouble_ ? try_again() : disk_->check();
  recording::Progress progress{.time_us = static_cast<std::uint64_t>(timeline(mono).count()),
                               .bytes = disk_->written(),
                               .frames = gone_.frames,
                               .lost_packets = gone_.lost_packets,
                               .repaired_packets = gone_.repaired_packets};
  for (const auto& [name, track] : tracks_) {
    if (track->settings().preview) continue;
    const auto totals = track->totals();
    progress.frames += totals.frames;
    progress.lost_packets += totals.lost_packets;
    progress.repaired_packets += totals.repaired_packets;
  }
  ports_.say(progress);
}

void Session::on_trouble(DiskTrouble trouble) {
  if (!open_ || trouble_) return;
  trouble_ = std::move(trouble);
  const recording::Time t = now();
  log_->on_trouble(*trouble_);
  note(t, recording::TroubleBegan{trouble_->reason, trouble_->detail});
  for (auto& [name, track] : tracks_) track->on_trouble(*trouble_, t);
  ports_.say(recording::Trouble{trouble_->reason, trouble_->detail});
}

void Session::try_again() {
  if (std::exchange(trying_, true)) return;
  disk_->restart([this, alive = alive_](Result<Folder> folder) {
    if (!*alive) return;
    trying_ = false;
    if (!folder || !trouble_ || ending_) return;
    const auto over = std::exchange(trouble_, std::nullopt);
    log_->go_on(*folder, first_lines());
    note(now(), recording::TroubleEnded{over->reason, ""});
    for (auto& [name, track] : tracks_) track->go_on(loop_.now());
    ports_.say(recording::TroubleOver{});
  });
}

recording::TrackBegan Session::describe(const Track& track) const {
  const auto& settings = track.settings();
  return {.track = settings.track,
          .participant = settings.participant,
          .kind = *recording::parse_kind(settings.kind),
          .producer = settings.producer,
          .codec = *recording::parse_codec(settings.codec)};
}

// What a timeline that was lost with its folder must begin with again.
std::vector<recording::Event> Session::first_lines() const {
  std::vector<recording::Event> lines = {{{}, recording_}, {part_begins_, part_}};
  for (const auto& [participant, name] : participants_) lines.push_back({part_begins_, recording::ParticipantNamed{participant, name}});
  for (const auto& [name, track] : tracks_) {
    if (!track->settings().preview) lines.push_back({part_begins_, describe(*track)});
  }
  return lines;
}

void Session::forget_sources(const std::string& key) {
  for (auto source = sources_.begin(); source != sources_.end();) {
    source = key_of(source->second.track->settings()) == key ? sources_.erase(source) : std::next(source);
  }
}

}  // namespace dd::recorder
