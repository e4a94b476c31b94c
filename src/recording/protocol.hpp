// SPDX-License-Identifier: MIT
// What the server and a recorder process say to each other, as values; protocol.cpp writes and reads them as JSON frames.
// It moves no byte: child/frame.hpp frames it, studio/ and recorder/ carry it. One recorder process serves one recording.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::recording {

// ---- server to recorder ----

struct OpenRecording {  // the first message; answered by Opened or Failed
  std::string folder;   // absolute; made when it is absent, continued as a further part when it holds a timeline
  std::string recording;
  std::string tenant;
  std::string meeting;
  Fill fill = Fill::kBlack;
  std::string fill_image = {};              // absolute; copied into the folder for kImage
  std::uint64_t stop_below_free_bytes = 0;  // trouble `disk_full` below, over again above twice that
};

struct AddParticipant {
  std::string participant;
  std::string name;
};

// One producer's stream as a PlainTransport will send it to the recorder's port. A repeated track id goes on in a further file.
struct AddTrack {
  std::string track;
  std::string participant;
  std::string kind;  // "audio", "video" or "screenshare"
  std::string producer;
  std::string codec;  // "opus", "vp8", "vp9", "h264" or "av1"
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;
  std::uint8_t payload_type = 0;
  std::uint32_t ssrc = 0;
  std::optional<std::uint8_t> rtx_payload_type;
  std::optional<std::uint32_t> rtx_ssrc;
  bool nack = false;                               // the sender repairs what is asked for
  std::map<std::string, std::uint8_t> extensions;  // header extension URI to its id
  std::uint16_t source_port = 0;                   // on 127.0.0.1: where its RTP comes from and its RTCP goes to
  bool paused = false;
  // A smaller layer of the track's producer, written beside it while a programme is made live.
  bool preview = false;
};

struct PauseTrack {  // and its preview
  std::string track;
  bool paused = false;
};

struct RemoveTrack {  // of one that is no preview: and its preview
  std::string track;
  std::string reason;
  bool preview = false;
};

struct NoteSpeaker {
  std::string participant;  // empty: nobody
};

struct NoteLayout {
  std::string layout;
  std::string options;  // a JSON object as text, or empty
};

struct FinishRecording {  // answered by Finished; the process then exits with 0
  std::string reason;
};

using ToRecorder = std::variant<OpenRecording, AddParticipant, AddTrack, PauseTrack, RemoveTrack, NoteSpeaker, NoteLayout, FinishRecording>;

// ---- recorder to server ----

struct Opened {
  std::uint16_t port = 0;  // on 127.0.0.1, RTP and RTCP of all tracks
  unsigned part = 1;
};

struct FileStarted {
  std::string track;
  std::string file;
};

struct Trouble {  // writing stopped; the recorder keeps trying
  std::string reason;
  std::string detail;
};

struct TroubleOver {};

struct Progress {             // once a second
  std::uint64_t time_us = 0;  // on the recording's timeline
  std::uint64_t bytes = 0;    // written by this process
  std::uint64_t frames = 0;
  std::uint64_t lost_packets = 0;      // given up on
  std::uint64_t repaired_packets = 0;  // came late or again
};

struct Finished {
  std::uint64_t duration_us = 0;
};

struct Failed {  // the message before cannot be carried out; only OpenRecording's failure ends the process
  std::string message;
};

using FromRecorder = std::variant<Opened, FileStarted, Trouble, TroubleOver, Progress, Finished, Failed>;

// JSON without a prefix. Parsing bounds every string and answers kInvalidArgument that names the field.
std::string encode(const ToRecorder& message);
std::string encode(const FromRecorder& message);
Result<ToRecorder> parse_to_recorder(std::string_view text);
Result<FromRecorder> parse_from_recorder(std::string_view text);

}  // namespace dd::recording
