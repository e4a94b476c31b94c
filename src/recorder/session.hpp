// SPDX-License-Identifier: MIT
// One recording in its process: its tracks, its timeline, its disk and what is said to the server about them.
// It has no socket of its own and never ends the process; serve.cpp does both. Lives on the recorder's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "recorder/part.hpp"
#include "recorder/timeline_log.hpp"
#include "recorder/track.hpp"
#include "recording/protocol.hpp"

namespace dd::recorder {

class Session final : public TrackOutlet {
 public:
  static constexpr std::size_t kMaxTracks = 512;
  static constexpr std::size_t kMaxParticipants = 4096;
  static constexpr unsigned kMaxFiles = 99999;  // of one track

  struct Ports {
    std::uint16_t port = 0;                                                          // ours, for Opened
    std::function<void(std::uint16_t port, const std::vector<std::uint8_t>&)> send;  // RTCP to 127.0.0.1
    std::function<void(const recording::FromRecorder&)> say;
    std::function<void()> ended;  // Finished was said, or Failed to the first message: the process may go
  };

  Session(Loop& loop, Ports ports);
  ~Session() override;

  void handle(recording::ToRecorder message);
  void on_datagram(rtp::Bytes datagram, std::uint16_t source_port, MonotonicTime arrival);
  void advance(MonotonicTime now);  // after a batch of datagrams, and every 50 ms or so

  // The server is gone: files are finished, the timeline does not say `stopped`, and ended() is called.
  void abandon();

  std::size_t tracks() const { return tracks_.size(); }
  Disk& disk_for_test() { return *disk_; }
  std::uint64_t strangers() const { return strangers_; }  // datagrams of no track

 private:
  class PreviewOutlet;
  struct Source {
    std::shared_ptr<Track> track;
    std::uint16_t port = 0;
  };

  recording::Time timeline(MonotonicTime time) const override;
  void send(std::uint16_t port, const std::vector<std::uint8_t>& rtcp) override;
  void note(recording::Time t, recording::Happening what) override;
  std::unique_ptr<TrackFile> open_file(const std::string& track, MatroskaTrack format, recording::Time begins, const char* reason) override;

  void on(recording::OpenRecording& message);
  void on(recording::AddParticipant& message);
  void on(recording::AddTrack& message);
  void on(recording::PauseTrack& message);
  void on(recording::RemoveTrack& message);
  void on(recording::NoteSpeaker& message);
  void on(recording::NoteLayout& message);
  void on(recording::FinishRecording& message);

  std::unique_ptr<TrackFile> open_preview(const std::string& track, MatroskaTrack format, recording::Time begins);
  void remove(const std::string& key, MonotonicTime mono);
  recording::Time now() const { return timeline(loop_.now()); }
  std::vector<recording::Event> first_lines() const;
  recording::TrackBegan describe(const Track& track) const;
  void forget_sources(const std::string& key);
  void end(std::optional<std::string> stopped);
  void on_trouble(DiskTrouble trouble);
  void try_again();
  void every_second(MonotonicTime now);

  Loop& loop_;
  Ports ports_;

  bool open_ = false;
  bool ending_ = false;
  std::filesystem::path folder_;
  recording::RecordingBegan recording_;
  recording::PartBegan part_;
  MonotonicTime part_began_{};
  recording::Time part_begins_{};
  std::map<std::string, unsigned> files_;
  std::map<std::string, std::string> participants_;

  std::unique_ptr<PreviewOutlet> preview_outlet_;
  std::map<std::string, std::shared_ptr<Track>> tracks_;  // by track, or preview_key() of it
  std::unordered_map<std::uint32_t, Source> sources_;     // by SSRC
  std::uint64_t strangers_ = 0;
  Track::Totals gone_;  // of tracks that were removed

  std::optional<DiskTrouble> trouble_;
  bool trying_ = false;
  MonotonicTime next_second_{};
  MonotonicTime next_flush_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::optional<TimelineLog> log_;
  std::unique_ptr<Disk> disk_;  // last: its thread ends before what it posts to
};

}  // namespace dd::recorder
