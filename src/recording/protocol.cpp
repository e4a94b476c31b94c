// SPDX-License-Identifier: MIT
// Each message is an object whose `do` (to the recorder) or `news` (from it) says which it is.
#include "recording/protocol.hpp"

#include <array>
#include <limits>

#include "recording/fields.hpp"
#include "recording/paths.hpp"

namespace dd::recording {
namespace {

constexpr std::size_t kMaxMessage = 256 * 1024;
constexpr std::size_t kMaxFolder = 4096;  // PATH_MAX
constexpr std::size_t kMaxOptions = 16 * 1024;
constexpr std::size_t kMaxExtensions = 64;
constexpr std::int64_t kMaxPort = std::numeric_limits<std::uint16_t>::max();
constexpr std::int64_t kMaxPayloadType = 127;

// ---- to the recorder ----

Json json_of(const OpenRecording& it) {
  return Json{{"do", "open"},
              {"folder", it.folder},
              {"recording", it.recording},
              {"tenant", it.tenant},
              {"meeting", it.meeting},
              {"fill", to_string(it.fill)},
              {"fillImage", it.fill_image},
              {"stopBelowFreeBytes", it.stop_below_free_bytes}};
}
Json json_of(const AddParticipant& it) { return Json{{"do", "addParticipant"}, {"participant", it.participant}, {"name", it.name}}; }

Json json_of(const AddTrack& it) {
  Json json = {{"do", "addTrack"},
               {"track", it.track},
               {"participant", it.participant},
               {"kind", it.kind},
               {"producer", it.producer},
               {"codec", it.codec},
               {"clockRate", it.clock_rate},
               {"channels", it.channels},
               {"payloadType", it.payload_type},
               {"ssrc", it.ssrc}};
  if (it.rtx_payload_type) json["rtxPayloadType"] = *it.rtx_payload_type;
  if (it.rtx_ssrc) json["rtxSsrc"] = *it.rtx_ssrc;
  json["nack"] = it.nack;
  Json extensions = Json::object();
  for (const auto& [uri, id] : it.extensions) extensions[uri] = id;
  json["extensions"] = std::move(extensions);
  json["sourcePort"] = it.source_port;
  json["paused"] = it.paused;
  json["preview"] = it.preview;
  return json;
}

Json json_of(const PauseTrack& it) { return Json{{"do", "pauseTrack"}, {"track", it.track}, {"paused", it.paused}}; }
Json json_of(const RemoveTrack& it) {
  return Json{{"do", "removeTrack"}, {"track", it.track}, {"reason", it.reason}, {"preview", it.preview}};
}
Json json_of(const NoteSpeaker& it) { return Json{{"do", "noteSpeaker"}, {"participant", it.participant}}; }
Json json_of(const NoteLayout& it) { return Json{{"do", "noteLayout"}, {"layout", it.layout}, {"options", it.options}}; }
Json json_of(const FinishRecording& it) { return Json{{"do", "finish"}, {"reason", it.reason}}; }

// Fields inside braces are evaluated in order, so the first at fault is the one that is named.

ToRecorder open_of(Fields& in) {
  return OpenRecording{in.text("folder", kMaxFolder),
                       in.text("recording"),
                       in.text("tenant"),
                       in.text("meeting"),
                       in.word("fill", parse_fill),
                       in.optional_text("fillImage", kMaxFolder),
                       in.number<std::uint64_t>("stopBelowFreeBytes")};
}
ToRecorder add_participant_of(Fields& in) { return AddParticipant{in.text("participant"), in.optional_text("name")}; }

ToRecorder add_track_of(Fields& in) {
  AddTrack it;
  it.track = in.track();
  it.participant = in.text("participant");
  it.kind = to_string(in.word("kind", parse_kind));
  it.producer = in.text("producer");
  it.codec = to_string(in.word("codec", parse_codec));
  it.clock_rate = static_cast<std::uint32_t>(in.integer("clockRate", 1, 1'000'000));
  it.channels = static_cast<std::uint8_t>(in.integer("channels", 1, 2));
  it.payload_type = in.number<std::uint8_t>("payloadType", kMaxPayloadType);
  it.ssrc = in.number<std::uint32_t>("ssrc", kMaxU32);
  it.rtx_payload_type = in.optional_number<std::uint8_t>("rtxPayloadType", kMaxPayloadType);
  it.rtx_ssrc = in.optional_number<std::uint32_t>("rtxSsrc", kMaxU32);
  it.nack = in.boolean("nack");
  if (const Json* extensions = in.find("extensions"); extensions != nullptr) {
    Fields ids(*extensions, "extensions");
    if (extensions->size() > kMaxExtensions) in.refuse("extensions", "has too many members");
    if (!in.error() && !ids.error()) {
      for (const auto& entry : extensions->items())
        it.extensions[entry.key()] = static_cast<std::uint8_t>(ids.integer(entry.key(), 1, 255));
    }
    if (ids.error()) in.refuse(*ids.error());
  }
  it.source_port = in.number<std::uint16_t>("sourcePort", kMaxPort);
  it.paused = in.boolean("paused");
  it.preview = in.boolean("preview");
  return it;
}

ToRecorder pause_order_of(Fields& in) { return PauseTrack{in.track(), in.boolean("paused")}; }
ToRecorder remove_order_of(Fields& in) { return RemoveTrack{in.track(), in.optional_text("reason"), in.boolean("preview")}; }
ToRecorder speaker_order_of(Fields& in) { return NoteSpeaker{in.optional_text("participant")}; }
ToRecorder layout_order_of(Fields& in) { return NoteLayout{in.text("layout"), in.optional_text("options", kMaxOptions)}; }
ToRecorder finish_of(Fields& in) { return FinishRecording{in.optional_text("reason")}; }

// ---- from the recorder ----

Json json_of(const Opened& it) { return Json{{"news", "opened"}, {"port", it.port}, {"part", it.part}}; }
Json json_of(const FileStarted& it) { return Json{{"news", "fileStarted"}, {"track", it.track}, {"file", it.file}}; }
Json json_of(const Trouble& it) { return Json{{"news", "trouble"}, {"reason", it.reason}, {"detail", it.detail}}; }
Json json_of(const TroubleOver&) { return Json{{"news", "troubleOver"}}; }
Json json_of(const Progress& it) {
  return Json{{"news", "progress"},  {"timeUs", it.time_us},           {"bytes", it.bytes},
              {"frames", it.frames}, {"lostPackets", it.lost_packets}, {"repairedPackets", it.repaired_packets}};
}
Json json_of(const Finished& it) { return Json{{"news", "finished"}, {"durationUs", it.duration_us}}; }
Json json_of(const Failed& it) { return Json{{"news", "failed"}, {"message", it.message}}; }

FromRecorder opened_of(Fields& in) {
  return Opened{static_cast<std::uint16_t>(in.integer("port", 1, kMaxPort)), static_cast<unsigned>(in.integer("part", 1, kMaxU32))};
}
FromRecorder file_started_of(Fields& in) {
  FileStarted it{in.track(), in.text("file")};
  if (!is_relative_file(it.file)) in.refuse("file", "is not the name of a file of a recording");
  return it;
}
FromRecorder trouble_of(Fields& in) { return Trouble{in.text("reason"), in.optional_text("detail")}; }
FromRecorder trouble_over_of(Fields&) { return TroubleOver{}; }
FromRecorder progress_of(Fields& in) {
  return Progress{in.number<std::uint64_t>("timeUs"), in.number<std::uint64_t>("bytes"), in.number<std::uint64_t>("frames"),
                  in.number<std::uint64_t>("lostPackets"), in.number<std::uint64_t>("repairedPackets")};
}
FromRecorder finished_of(Fields& in) { return Finished{in.number<std::uint64_t>("durationUs")}; }
FromRecorder failed_of(Fields& in) { return Failed{in.text("message", 4 * kMaxText)}; }

// ---- both ----

template <typename Message>
struct Reader {
  std::string_view word;
  Message (*read)(Fields&);
};

constexpr std::array<Reader<ToRecorder>, 8> kToRecorder = {{{"open", open_of},
                                                            {"addParticipant", add_participant_of},
                                                            {"addTrack", add_track_of},
                                                            {"pauseTrack", pause_order_of},
                                                            {"removeTrack", remove_order_of},
                                                            {"noteSpeaker", speaker_order_of},
                                                            {"noteLayout", layout_order_of},
                                                            {"finish", finish_of}}};

constexpr std::array<Reader<FromRecorder>, 7> kFromRecorder = {{{"opened", opened_of},
                                                                {"fileStarted", file_started_of},
                                                                {"trouble", trouble_of},
                                                                {"troubleOver", trouble_over_of},
                                                                {"progress", progress_of},
                                                                {"finished", finished_of},
                                                                {"failed", failed_of}}};

template <typename Message, std::size_t size>
Result<Message> parse(std::string_view text, std::string_view key, const std::array<Reader<Message>, size>& readers) {
  if (text.size() > kMaxMessage) return make_error(Errc::kPayloadTooLarge, "a message of a recorder's channel is too long");
  const Json json = Json::parse(text, nullptr, false);
  Fields in(json);
  const std::string word = in.text(key);
  for (const auto& reader : readers) {
    if (in.error() || reader.word != word) continue;
    Message message = reader.read(in);
    if (in.error()) break;
    return message;
  }
  in.refuse(key, "is no message of this protocol");
  return *in.error();
}

}  // namespace

std::string encode(const ToRecorder& message) {
  return std::visit([](const auto& it) { return dump(json_of(it)); }, message);
}
std::string encode(const FromRecorder& message) {
  return std::visit([](const auto& it) { return dump(json_of(it)); }, message);
}
Result<ToRecorder> parse_to_recorder(std::string_view text) { return parse(text, "do", kToRecorder); }
Result<FromRecorder> parse_from_recorder(std::string_view text) { return parse(text, "news", kFromRecorder); }

}  // namespace dd::recording
