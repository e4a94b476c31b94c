// SPDX-License-Identifier: MIT
// One row for each type: its name, and how its fields are written and read.
#include "recording/timeline.hpp"

#include <array>
#include <limits>

#include "recording/fields.hpp"
#include "recording/paths.hpp"

namespace dd::recording {
namespace {

constexpr std::size_t kMaxLine = 64 * 1024;

// ---- writing: the type's name, then its fields ----

Json begin(Time t, const char* type) { return Json{{"t", t.count()}, {"type", type}}; }

Json json_of(Time t, const RecordingBegan& it) {
  Json json = begin(t, "recording");
  json["version"] = it.version;
  json["recording"] = it.recording;
  json["tenant"] = it.tenant;
  json["meeting"] = it.meeting;
  json["started"] = it.started;
  json["fill"] = to_string(it.fill);
  return json;
}

Json json_of(Time t, const PartBegan& it) {
  Json json = begin(t, "part");
  json["part"] = it.part;
  json["wallUs"] = it.wall_us;
  json["bootId"] = it.boot_id;
  json["bootUs"] = it.boot_us;
  return json;
}

Json json_of(Time t, const ParticipantNamed& it) {
  Json json = begin(t, "participant");
  json["participant"] = it.participant;
  if (!it.name.empty()) json["name"] = it.name;
  return json;
}

Json json_of(Time t, const TrackBegan& it) {
  Json json = begin(t, "track");
  json["track"] = it.track;
  json["participant"] = it.participant;
  json["kind"] = to_string(it.kind);
  json["producer"] = it.producer;
  json["codec"] = to_string(it.codec);
  return json;
}

Json json_of(Time t, const FileBegan& it) {
  Json json = begin(t, "file");
  json["track"] = it.track;
  json["file"] = it.file;
  json["part"] = it.part;
  if (it.width) json["width"] = *it.width;
  if (it.height) json["height"] = *it.height;
  if (it.rotation != 0) json["rotation"] = it.rotation;
  json["reason"] = it.reason;
  return json;
}

Json json_of_track(Time t, const char* type, const std::string& track) {
  Json json = begin(t, type);
  json["track"] = track;
  return json;
}

Json json_of(Time t, const SizeChanged& it) {
  Json json = json_of_track(t, "size", it.track);
  json["width"] = it.width;
  json["height"] = it.height;
  return json;
}

Json json_of(Time t, const PictureTurned& it) {
  Json json = json_of_track(t, "rotation", it.track);
  json["degrees"] = it.degrees;
  return json;
}

Json json_of(Time t, const SyncNoted& it) {
  Json json = begin(t, "sync");
  json["track"] = it.track;
  json["rtp"] = it.rtp;
  json["ntpUs"] = it.ntp_us;
  json["mappedUs"] = it.mapped.count();
  return json;
}

Json json_of(Time t, const TrackRetimed& it) {
  Json json = json_of_track(t, "retimed", it.track);
  json["points"] = Json::array();
  for (const RetimedPoint& point : it.points) json["points"].push_back({point.t.count(), point.shift.count()});
  return json;
}

Json json_of(Time t, const FileRetimed& it) {
  Json json = begin(t, "file_retimed");
  json["file"] = it.file;
  json["startUs"] = it.start.count();
  return json;
}

Json json_of(Time t, const TrackPaused& it) { return json_of_track(t, "pause", it.track); }
Json json_of(Time t, const TrackResumed& it) { return json_of_track(t, "resume", it.track); }

Json json_of(Time t, const GapNoted& it) {
  Json json = json_of_track(t, "gap", it.track);
  json["fromUs"] = it.from.count();
  json["toUs"] = it.to.count();
  json["reason"] = to_string(it.reason);
  return json;
}

Json json_of(Time t, const FileEnded& it) {
  Json json = begin(t, "file_end");
  json["file"] = it.file;
  json["durationUs"] = it.duration.count();
  json["frames"] = it.frames;
  json["bytes"] = it.bytes;
  return json;
}

Json json_of(Time t, const TrackEnded& it) {
  Json json = json_of_track(t, "track_end", it.track);
  json["reason"] = it.reason;
  return json;
}

Json json_of(Time t, const PreviewBegan& it) {
  Json json = json_of_track(t, "preview", it.track);
  json["file"] = it.file;
  json["width"] = it.width;
  json["height"] = it.height;
  return json;
}

Json json_of(Time t, const PreviewEnded& it) {
  Json json = begin(t, "preview_end");
  json["file"] = it.file;
  json["durationUs"] = it.duration.count();
  return json;
}

Json json_of(Time t, const SpeakerChanged& it) {
  Json json = begin(t, "speaker");
  json["participant"] = it.participant;
  return json;
}

Json json_of(Time t, const LayoutChanged& it) {
  Json json = begin(t, "layout");
  json["layout"] = it.layout;
  // The text is an object, or it is left out: a line stays one JSON object whatever a caller sent.
  if (auto options = Json::parse(it.options, nullptr, false); options.is_object()) json["options"] = std::move(options);
  return json;
}

Json json_of_trouble(Time t, const char* type, const std::string& reason, const std::string& detail) {
  Json json = begin(t, type);
  json["reason"] = reason;
  json["detail"] = detail;
  return json;
}

Json json_of(Time t, const TroubleBegan& it) { return json_of_trouble(t, "trouble", it.reason, it.detail); }
Json json_of(Time t, const TroubleEnded& it) { return json_of_trouble(t, "trouble_over", it.reason, it.detail); }

Json json_of(Time t, const PartRecovered& it) {
  Json json = begin(t, "recovered");
  json["part"] = it.part;
  json["untilUs"] = it.until.count();
  return json;
}

Json json_of(Time t, const RecordingStopped& it) {
  Json json = begin(t, "stopped");
  json["reason"] = it.reason;
  return json;
}

// ---- reading ----

// Braces evaluate their fields in order, so the first field at fault is the one that is named.

std::uint32_t side(Fields& in, std::string_view name) { return in.number<std::uint32_t>(name, kMaxSide); }

std::uint32_t rotation(Fields& in, std::uint32_t degrees, const char* name) {
  if (degrees % 90 != 0 || degrees >= 360) in.refuse(name, "is not 0, 90, 180 or 270");
  return degrees;
}

Happening recording_of(Fields& in) {
  RecordingBegan it{in.text("recording"), in.text("tenant"),           in.text("meeting"),
                    in.text("started"),   in.word("fill", parse_fill), in.number<unsigned>("version", kMaxU32)};
  if (it.version != kFormatVersion) in.refuse("version", "is one this program cannot read");
  return it;
}
Happening part_of(Fields& in) {
  return PartBegan{in.number<unsigned>("part", kMaxU32), in.integer("wallUs", -kMaxMicroseconds, kMaxMicroseconds), in.text("bootId"),
                   in.integer("bootUs", -kMaxMicroseconds, kMaxMicroseconds)};
}
Happening participant_of(Fields& in) { return ParticipantNamed{in.text("participant"), in.optional_text("name")}; }
Happening began_of(Fields& in) {
  return TrackBegan{in.track(), in.text("participant"), in.word("kind", parse_kind), in.text("producer"), in.word("codec", parse_codec)};
}
Happening file_began_of(Fields& in) {
  return FileBegan{in.track(),
                   in.file(),
                   in.number<unsigned>("part", kMaxU32),
                   in.optional_number<std::uint32_t>("width", kMaxSide),
                   in.optional_number<std::uint32_t>("height", kMaxSide),
                   in.optional_text("reason"),
                   rotation(in, in.optional_number<std::uint32_t>("rotation", kMaxU32).value_or(0), "rotation")};
}
Happening size_of(Fields& in) { return SizeChanged{in.track(), side(in, "width"), side(in, "height")}; }
Happening turned_of(Fields& in) {
  PictureTurned it{in.track(), in.number<std::uint32_t>("degrees", kMaxU32)};
  rotation(in, it.degrees, "degrees");
  return it;
}
Happening sync_of(Fields& in) {
  return SyncNoted{in.track(), in.number<std::uint32_t>("rtp", kMaxU32), in.integer("ntpUs", -kMaxMicroseconds, kMaxMicroseconds),
                   in.time("mappedUs")};
}
Happening retimed_of(Fields& in) {
  TrackRetimed it{in.track(), {}};
  const Json* points = in.list("points", kMaxRetimedPoints);
  if (points == nullptr || points->empty()) in.refuse("points", "is empty");
  if (in.error()) return it;
  const auto number = [](const Json& json) {
    return json.is_number_integer() && std::abs(json.get<double>()) < static_cast<double>(kMaxMicroseconds);
  };
  for (const Json& point : *points) {
    if (!point.is_array() || point.size() != 2 || !number(point[0]) || !number(point[1])) {
      in.refuse("points", "is not made of pairs of microseconds");
      return it;
    }
    it.points.push_back({Time{point[0].get<std::int64_t>()}, Time{point[1].get<std::int64_t>()}});
    if (it.points.size() > 1 && it.points.back().t <= it.points[it.points.size() - 2].t) in.refuse("points", "is not in order of time");
  }
  return it;
}
Happening file_retimed_of(Fields& in) { return FileRetimed{in.file(), in.time("startUs")}; }
Happening pause_of(Fields& in) { return TrackPaused{in.track()}; }
Happening resume_of(Fields& in) { return TrackResumed{in.track()}; }
Happening gap_of(Fields& in) {
  GapNoted it{in.track(), in.time("fromUs"), in.time("toUs"), in.word("reason", parse_gap_reason)};
  if (it.to < it.from) in.refuse("toUs", "lies before fromUs");
  return it;
}
Happening file_ended_of(Fields& in) {
  return FileEnded{in.file(), in.time("durationUs"), in.number<std::uint64_t>("frames"), in.number<std::uint64_t>("bytes")};
}
Happening track_ended_of(Fields& in) { return TrackEnded{in.track(), in.optional_text("reason")}; }
Happening preview_of(Fields& in) { return PreviewBegan{in.track(), in.file(), side(in, "width"), side(in, "height")}; }
Happening preview_ended_of(Fields& in) { return PreviewEnded{in.file(), in.time("durationUs")}; }
Happening speaker_of(Fields& in) { return SpeakerChanged{in.optional_text("participant")}; }
Happening layout_of(Fields& in) {
  const Json* options = in.find("options");
  return LayoutChanged{in.text("layout"), options != nullptr && options->is_object() ? dump(*options) : std::string()};
}
Happening trouble_of(Fields& in) { return TroubleBegan{in.optional_text("reason"), in.optional_text("detail")}; }
Happening trouble_over_of(Fields& in) { return TroubleEnded{in.optional_text("reason"), in.optional_text("detail")}; }
Happening recovered_of(Fields& in) { return PartRecovered{in.number<unsigned>("part", kMaxU32), in.time("untilUs")}; }
Happening stopped_of(Fields& in) { return RecordingStopped{in.optional_text("reason")}; }

struct Reader {
  std::string_view type;
  Happening (*read)(Fields&);
};

constexpr std::array<Reader, 23> kReaders = {{{"recording", recording_of},
                                              {"part", part_of},
                                              {"participant", participant_of},
                                              {"track", began_of},
                                              {"file", file_began_of},
                                              {"size", size_of},
                                              {"rotation", turned_of},
                                              {"sync", sync_of},
                                              {"retimed", retimed_of},
                                              {"file_retimed", file_retimed_of},
                                              {"pause", pause_of},
                                              {"resume", resume_of},
                                              {"gap", gap_of},
                                              {"file_end", file_ended_of},
                                              {"track_end", track_ended_of},
                                              {"preview", preview_of},
                                              {"preview_end", preview_ended_of},
                                              {"speaker", speaker_of},
                                              {"layout", layout_of},
                                              {"trouble", trouble_of},
                                              {"trouble_over", trouble_over_of},
                                              {"recovered", recovered_of},
                                              {"stopped", stopped_of}}};

}  // namespace

std::string encode(const Event& event) {
  return std::visit([&](const auto& what) { return dump(json_of(event.t, what)); }, event.what);
}

Result<std::optional<Event>> parse_line(std::string_view line) {
  if (line.size() > kMaxLine) return make_error(Errc::kPayloadTooLarge, "a line of the timeline is too long");
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return make_error(Errc::kInvalidArgument, "a line of the timeline is not a JSON object");
  Fields in(json);
  const std::string type = in.text("type");
  const Time t = in.time("t");
  if (in.error()) return *in.error();
  for (const Reader& reader : kReaders) {
    if (reader.type != type) continue;
    Event event{t, reader.read(in)};
    if (in.error()) return *in.error();
    return std::optional<Event>(std::move(event));
  }
  return std::optional<Event>{};
}

Timeline read_timeline(std::string_view text) {
  Timeline timeline;
  for (;;) {
    const auto end = text.find('\n', timeline.whole_bytes);
    if (end == std::string_view::npos) return timeline;
    const auto line = text.substr(timeline.whole_bytes, end - timeline.whole_bytes);
    timeline.whole_bytes = end + 1;
    auto event = parse_line(line);
    if (!event) {
      ++timeline.damaged;
    } else if (event->has_value()) {
      timeline.events.push_back(std::move(**event));
    }
  }
}

}  // namespace dd::recording
