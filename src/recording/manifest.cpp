// SPDX-License-Identifier: MIT
// The manifest as JSON, both ways.
#include "recording/manifest.hpp"

#include <array>
#include <fmt/format.h>
#include <limits>

#include "recording/fields.hpp"
#include "recording/paths.hpp"

namespace dd::recording {
namespace {

constexpr std::size_t kMaxEntries = 100'000;  // of one list

constexpr std::array<std::string_view, 3> kStates = {"recording", "interrupted", "complete"};
constexpr std::array<std::string_view, 3> kPartEnds = {"open", "stopped", "crashed"};

template <typename Enum>
std::optional<Enum> find_in(const std::array<std::string_view, 3>& names, std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}
std::optional<State> parse_state(std::string_view text) { return find_in<State>(kStates, text); }
std::optional<PartEnd> parse_part_end(std::string_view text) { return find_in<PartEnd>(kPartEnds, text); }

Json span_json(Time from, Time to) { return Json{{"fromUs", from.count()}, {"toUs", to.count()}}; }

Json json_of(const Part& it) {
  return Json{{"part", it.part}, {"fromUs", it.from.count()}, {"toUs", it.to.count()}, {"end", to_string(it.end)}};
}
Json json_of(const Missing& it) {
  Json json = span_json(it.from, it.to);
  json["reason"] = it.reason;
  return json;
}
Json json_of(const GapEntry& it) {
  Json json = span_json(it.from, it.to);
  json["reason"] = to_string(it.reason);
  return json;
}
Json json_of(const ParticipantEntry& it) { return Json{{"participant", it.participant}, {"name", it.name}}; }

Json json_of(const FileEntry& it) {
  Json json = {
      {"file", it.file}, {"part", it.part}, {"startUs", it.start.count()}, {"durationUs", it.duration.count()}, {"bytes", it.bytes}};
  if (!it.sha256.empty()) json["sha256"] = it.sha256;
  if (it.width) json["width"] = *it.width;
  if (it.height) json["height"] = *it.height;
  if (it.rotation != 0) json["rotation"] = it.rotation;
  return json;
}

// Argument-dependent lookup does not see an unnamed namespace, so what is not declared yet is declared here.
Json json_of(const TrackEntry& it);
Json json_of(const Output& it);

template <typename Entry>
Json list_of(const std::vector<Entry>& entries) {
  Json list = Json::array();
  for (const Entry& entry : entries) list.push_back(json_of(entry));
  return list;
}

Json json_of(const TrackEntry& it) {
  Json json = {{"track", it.track},
               {"participant", it.participant},
               {"kind", to_string(it.kind)},
               {"producer", it.producer},
               {"codec", to_string(it.codec)}};
  json["files"] = list_of(it.files);
  json["gaps"] = list_of(it.gaps);
  return json;
}

Json json_of(const Output& it) {
  Json json = {{"mode", it.mode}};
  if (!it.participant.empty()) json["participant"] = it.participant;
  if (!it.kind.empty()) json["kind"] = it.kind;
  if (!it.layout.empty()) json["layout"] = it.layout;
  if (it.width != 0) json["width"] = it.width;
  if (it.height != 0) json["height"] = it.height;
  if (it.rotation != 0) json["rotation"] = it.rotation;
  if (it.fps != 0) json["fps"] = it.fps;
  json["file"] = it.file;
  json["startUs"] = it.start.count();
  json["durationUs"] = it.duration.count();
  json["bytes"] = it.bytes;
  if (!it.sha256.empty()) json["sha256"] = it.sha256;
  return json;
}

// ---- reading; braces evaluate their fields in order ----

void read(Fields& in, Part& it) {
  it = Part{in.number<unsigned>("part", kMaxU32), in.time("fromUs"), in.time("toUs"), in.word("end", parse_part_end)};
}
void read(Fields& in, Missing& it) { it = Missing{in.time("fromUs"), in.time("toUs"), in.text("reason")}; }
void read(Fields& in, GapEntry& it) { it = GapEntry{in.time("fromUs"), in.time("toUs"), in.word("reason", parse_gap_reason)}; }
void read(Fields& in, ParticipantEntry& it) { it = ParticipantEntry{in.text("participant"), in.optional_text("name")}; }

void read(Fields& in, FileEntry& it) {
  it.file = in.file();
  it.part = in.number<unsigned>("part", kMaxU32);
  it.start = in.time("startUs");
  it.duration = in.time("durationUs");
  it.bytes = in.number<std::uint64_t>("bytes");
  it.sha256 = in.optional_text("sha256", 64);
  it.width = in.optional_number<std::uint32_t>("width", kMaxSide);
  it.height = in.optional_number<std::uint32_t>("height", kMaxSide);
  it.rotation = in.optional_number<std::uint32_t>("rotation", 270).value_or(0);
}

void read(Fields& in, Output& it) {
  it.mode = in.text("mode");
  it.participant = in.optional_text("participant");
  it.kind = in.optional_text("kind");
  it.layout = in.optional_text("layout");
  it.width = in.optional_number<std::uint32_t>("width", kMaxSide).value_or(0);
  it.height = in.optional_number<std::uint32_t>("height", kMaxSide).value_or(0);
  it.rotation = in.optional_number<std::uint32_t>("rotation", 270).value_or(0);
  it.fps = in.optional_number<std::uint32_t>("fps", 1000).value_or(0);
  it.file = in.file();
  it.start = in.time("startUs");
  it.duration = in.time("durationUs");
  it.bytes = in.number<std::uint64_t>("bytes");
  it.sha256 = in.optional_text("sha256", 64);
}

void read(Fields& in, TrackEntry& it);

template <typename Entry>
std::vector<Entry> entries_of(Fields& in, std::string_view name) {
  std::vector<Entry> entries;
  const Json* list = in.list(name, kMaxEntries);
  if (list == nullptr) return entries;
  for (const Json& json : *list) {
    Fields fields(json, fmt::format("{}[{}]", in.path_of(name), entries.size()));
    read(fields, entries.emplace_back());
    if (fields.error()) {
      in.refuse(*fields.error());
      return entries;
    }
  }
  return entries;
}

void read(Fields& in, TrackEntry& it) {
  it.track = in.text("track");
  if (!is_component(it.track)) in.refuse("track", "is not a track's id");
  it.participant = in.text("participant");
  it.kind = in.word("kind", parse_kind);
  it.producer = in.text("producer");
  it.codec = in.word("codec", parse_codec);
  it.files = entries_of<FileEntry>(in, "files");
  it.gaps = entries_of<GapEntry>(in, "gaps");
}

}  // namespace

std::string_view to_string(State state) { return kStates.at(static_cast<std::size_t>(state)); }
std::string_view to_string(PartEnd end) { return kPartEnds.at(static_cast<std::size_t>(end)); }

std::string encode(const Manifest& manifest) {
  Json json = {{"version", kFormatVersion},
               {"recording", manifest.recording},
               {"tenant", manifest.tenant},
               {"meeting", manifest.meeting},
               {"state", to_string(manifest.state)},
               {"started", manifest.started},
               {"durationUs", manifest.duration.count()}};
  json["parts"] = list_of(manifest.parts);
  json["missing"] = list_of(manifest.missing);
  json["participants"] = list_of(manifest.participants);
  json["tracks"] = list_of(manifest.tracks);
  json["outputs"] = list_of(manifest.outputs);
  return dump(json, 1) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  if (text.size() > kMaxManifest) return make_error(Errc::kPayloadTooLarge, "the manifest is too long");
  const Json json = Json::parse(text, nullptr, false);
  Fields in(json);
  if (in.number<unsigned>("version", kMaxU32) != kFormatVersion) in.refuse("version", "is one this program cannot read");
  Manifest manifest;
  manifest.recording = in.text("recording");
  manifest.tenant = in.text("tenant");
  manifest.meeting = in.text("meeting");
  manifest.state = in.word("state", parse_state);
  manifest.started = in.text("started");
  manifest.duration = in.time("durationUs");
  manifest.parts = entries_of<Part>(in, "parts");
  manifest.missing = entries_of<Missing>(in, "missing");
  manifest.participants = entries_of<ParticipantEntry>(in, "participants");
  manifest.tracks = entries_of<TrackEntry>(in, "tracks");
  manifest.outputs = entries_of<Output>(in, "outputs");
  if (in.error()) return *in.error();
  return manifest;
}

}  // namespace dd::recording
