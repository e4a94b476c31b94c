// SPDX-License-Identifier: MIT
// A root with recordings as the recorder would have left them, with bytes of no meaning in their files.
// Owned by one test, which removes it all at its end.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "base/random.hpp"
#include "recording/manifest.hpp"
#include "recording/paths.hpp"

namespace dd::shelf::testing {

class SampleRoot {
 public:
  SampleRoot() : root_(std::filesystem::temp_directory_path() / ("dd-shelf-" + random_uuid())) {
    std::filesystem::create_directories(root_);
  }
  ~SampleRoot() { std::filesystem::remove_all(root_); }
  SampleRoot(const SampleRoot&) = delete;
  SampleRoot& operator=(const SampleRoot&) = delete;

  const std::filesystem::path& path() const { return root_; }

  struct Wish {
    std::string recording = "r-1";
    std::string meeting = "m-1";
    std::string tenant = "acme";
    std::string started = "2026-01-31T10:00:00.000Z";
    recording::State state = recording::State::kComplete;
    std::size_t audio_bytes = 1'000;
    std::size_t video_bytes = 10'000;
  };

  static std::string bytes(std::size_t size, unsigned seed) {
    std::string made(size, '\0');
    std::uint32_t value = seed * 2654435761U + 1;
    for (char& c : made) {
      value = value * 1664525U + 1013904223U;
      c = static_cast<char>(value >> 24U);
    }
    return made;
  }

  // Its folder.
  std::filesystem::path add(const Wish& wish) const {
    const auto folder = root_ / recording::recording_folder(wish.tenant, wish.meeting, wish.recording);
    write(folder / "tracks/p1-audio-0c7e9a41.001.mkv", bytes(wish.audio_bytes, 1));
    write(folder / "tracks/p1-video-1c7e9a41.001.mkv", bytes(wish.video_bytes, 2));
    write(folder / "participants/p1.001.webm", bytes(500, 3));
    write(folder / "timeline.jsonl", "{\"t\":0,\"type\":\"recording\",\"version\":1}\n");
    recording::Manifest manifest;
    manifest.recording = wish.recording;
    manifest.tenant = wish.tenant;
    manifest.meeting = wish.meeting;
    manifest.state = wish.state;
    manifest.started = wish.started;
    manifest.duration = recording::Time{60'000'000};
    manifest.parts.push_back({1, recording::Time{0}, recording::Time{60'000'000},
                              wish.state == recording::State::kRecording ? recording::PartEnd::kOpen : recording::PartEnd::kStopped});
    manifest.participants.push_back({"p1", "Asha"});
    manifest.tracks.push_back(track("p1-audio-0c7e9a41", recording::Kind::kAudio, recording::Codec::kOpus, wish.audio_bytes));
    manifest.tracks.push_back(track("p1-video-1c7e9a41", recording::Kind::kVideo, recording::Codec::kVp8, wish.video_bytes));
    recording::Output output;
    output.mode = "participant";
    output.participant = "p1";
    output.kind = "video";
    output.file = "participants/p1.001.webm";
    output.bytes = 500;
    output.sha256 = std::string(64, 'a');
    manifest.outputs.push_back(output);
    write(folder / "manifest.json", recording::encode(manifest));
    return folder;
  }

  static void write(const std::filesystem::path& file, const std::string& content) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }
  static std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    if (!stream) return {};
    std::string content(static_cast<std::size_t>(stream.tellg()), '\0');
    stream.seekg(0);
    stream.read(content.data(), static_cast<std::streamsize>(content.size()));
    return content;
  }

 private:
  static recording::TrackEntry track(std::string name, recording::Kind kind, recording::Codec codec, std::size_t size) {
    recording::TrackEntry entry;
    entry.track = name;
    entry.participant = "p1";
    entry.kind = kind;
    entry.producer = name.substr(name.rfind('-') + 1);
    entry.codec = codec;
    recording::FileEntry file;
    file.file = "tracks/" + name + ".001.mkv";
    file.duration = recording::Time{60'000'000};
    file.bytes = size;
    entry.files.push_back(std::move(file));
    return entry;
  }

  std::filesystem::path root_;
};

}  // namespace dd::shelf::testing
