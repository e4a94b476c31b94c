// SPDX-License-Identifier: MIT
#include "api/recording_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "api/object_reader.hpp"

namespace dd::api {
namespace {

using recording::Fill;
using recording::Format;
using recording::Layout;
using recording::Mode;
using recording::Programme;

constexpr std::size_t kWordLength = 32;
constexpr std::size_t kTenantLength = 64;
constexpr std::int64_t kMaxPixels = 1920 * 1080;  // the composer's bound; portrait has as many

template <typename Value, std::size_t kCount>
Result<Value> one_of(std::string field, std::string_view text, const std::array<Value, kCount>& values) {
  std::string choices;
  for (const Value value : values) {
    if (to_string(value) == text) return value;
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", to_string(value));
  }
  return invalid_field(field, fmt::format("{} must be one of {}", field, choices));
}

constexpr std::array kModes{Mode::kTrack, Mode::kParticipant, Mode::kComposite};
constexpr std::array kLayouts{Layout::kGrid, Layout::kSpeaker, Layout::kPresentation};
constexpr std::array kFormats{Format::kMp4, Format::kWebm, Format::kHls};
constexpr std::array kFills{Fill::kBlack, Fill::kFreeze, Fill::kImage};

Result<void> read_layout(const ObjectReader& reader, Layout& layout) {
  DD_TRY(auto text, reader.optional_text("layout", kWordLength));
  if (text.empty()) return ok();
  DD_TRY(layout, one_of(reader.path_of("layout"), text, kLayouts));
  return ok();
}

// Sizes are even: the chroma of H264's and VP8's 4:2:0 pictures has half of them.
Result<void> read_programme(const ObjectReader& reader, Programme& programme) {
  DD_TRY_VOID(read_layout(reader, programme.layout));
  DD_TRY(auto width, reader.optional_integer("width", 160, 1920));
  DD_TRY(auto height, reader.optional_integer("height", 160, 1920));
  DD_TRY(auto fps, reader.optional_integer("fps", 15, 30));
  DD_TRY(auto format, reader.optional_text("format", kWordLength));
  if (width) programme.width = static_cast<std::uint32_t>(*width);
  if (height) programme.height = static_cast<std::uint32_t>(*height);
  if (fps) programme.fps = static_cast<std::uint32_t>(*fps);
  if (!format.empty()) {
    DD_TRY(programme.format, one_of(reader.path_of("format"), format, kFormats));
  }
  if (programme.width % 2 != 0) return invalid_field(reader.path_of("width"), reader.path_of("width") + " must be even");
  if (programme.height % 2 != 0) return invalid_field(reader.path_of("height"), reader.path_of("height") + " must be even");
  if (std::int64_t{programme.width} * programme.height > kMaxPixels) {
    return invalid_field(reader.path_of("height"), "a programme has at most 1920 x 1080 pixels");
  }
  return ok();
}

OrderedJson summary_json(const recording::Summary& summary) {
  OrderedJson json = OrderedJson::object();
  json["recordingId"] = summary.recording;
  json["meetingId"] = summary.meeting;
  json["tenant"] = summary.tenant;
  json["state"] = recording::to_string(summary.state);
  json["started"] = summary.started;
  json["durationUs"] = summary.duration.count();
  json["bytes"] = summary.bytes;
  json["participants"] = summary.participants;
  json["tracks"] = summary.tracks;
  json["outputs"] = summary.outputs;
  json["upload"] = recording::to_string(summary.upload);
  json["local"] = summary.local;
  return json;
}

OrderedJson file_json(const recording::StoredFile& file) {
  OrderedJson json = OrderedJson::object();
  json["file"] = file.file;
  json["bytes"] = file.bytes;
  if (!file.sha256.empty()) json["sha256"] = file.sha256;
  if (!file.remote_key.empty()) json["key"] = file.remote_key;
  json["local"] = file.local;
  return json;
}

OrderedJson job_json(const recording::Job& job) {
  OrderedJson json = OrderedJson::object();
  json["jobId"] = job.id;
  json["kind"] = recording::to_string(job.kind);
  json["state"] = recording::to_string(job.state);
  json["percent"] = job.percent;
  json["speed"] = job.speed;
  json["etaSeconds"] = job.eta_seconds ? OrderedJson(*job.eta_seconds) : OrderedJson(nullptr);
  if (!job.layout.empty()) json["layout"] = job.layout;
  if (!job.file.empty()) json["file"] = job.file;
  if (!job.failure.empty()) json["failure"] = job.failure;
  return json;
}

}  // namespace

Result<recording::StartRecording> parse_start_recording(const Json& body) {
  recording::StartRecording command;
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(const Json* modes, reader.optional_array("modes", kModes.size()));
  if (modes != nullptr) {
    command.modes.clear();
    for (std::size_t i = 0; i < modes->size(); ++i) {
      const std::string path = reader.element_path("modes", i);
      const Json& entry = (*modes)[i];
      if (!entry.is_string()) return ObjectReader::wrong_type(path, "a string");
      DD_TRY(const Mode mode, one_of(path, entry.get_ref<const std::string&>(), kModes));
      if (std::find(command.modes.begin(), command.modes.end(), mode) == command.modes.end()) command.modes.push_back(mode);
    }
    if (command.modes.empty()) return invalid_field("modes", "modes must name at least one mode");
  }
  DD_TRY(auto fill, reader.optional_text("fill", kWordLength));
  if (!fill.empty()) {
    DD_TRY(command.fill, one_of("fill", fill, kFills));
  }
  Programme programme;
  DD_TRY_VOID(read_layout(reader, programme.layout));
  const bool asked = reader.find("composite") != nullptr;
  if (asked) {
    DD_TRY(auto composite, reader.object("composite"));
    DD_TRY_VOID(read_programme(composite, programme));
    DD_TRY(auto live, composite.optional_boolean("live"));
    command.live = live.value_or(false);
  }
  const bool named = std::find(command.modes.begin(), command.modes.end(), Mode::kComposite) != command.modes.end();
  if (asked && !named && modes != nullptr) return invalid_field("composite", "composite is given, but modes does not name it");
  if (asked && !named) command.modes.push_back(Mode::kComposite);
  if (asked || named) command.programme = programme;
  return command;
}

Result<MeetingId> parse_recording_meeting(const Json& body) {
  DD_TRY(auto reader, ObjectReader::open(body));
  return reader.id<MeetingId>("meetingId");
}

Result<UpdateRecording> parse_update_recording(const Json& body) {
  UpdateRecording update;
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(update.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(auto layout, reader.text("layout", kWordLength));
  DD_TRY(update.layout, one_of("layout", layout, kLayouts));
  return update;
}

Result<recording::ComposeRecording> parse_compose_recording(RecordingId recording, const Json& body) {
  constexpr std::int64_t kLongest = 30LL * 24 * 3600 * 1'000'000;
  recording::ComposeRecording command;
  command.recording = std::move(recording);
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY_VOID(read_programme(reader, command.programme));
  DD_TRY(auto from, reader.optional_integer("fromUs", 0, kLongest));
  DD_TRY(auto to, reader.optional_integer("toUs", 0, kLongest));
  command.from = recording::Time{from.value_or(0)};
  if (to) {
    if (*to <= command.from.count()) return invalid_field("toUs", "toUs must be behind fromUs");
    command.to = recording::Time{*to};
  }
  return command;
}

Result<recording::Query> parse_recording_query(const HttpRequest& request) {
  recording::Query query;
  if (const auto meeting = request.query_parameter("meetingId"); meeting && !meeting->empty()) {
    DD_TRY(query.meeting, parse_id<MeetingId>("meetingId", *meeting));
  }
  if (auto tenant = request.query_parameter("tenant"); tenant && !tenant->empty()) {
    if (tenant->size() > kTenantLength) return invalid_field("tenant", fmt::format("tenant may be at most {} bytes long", kTenantLength));
    query.tenant = std::move(*tenant);
  }
  if (const auto state = request.query_parameter("state"); state && !state->empty()) {
    constexpr std::array kStates{recording::State::kRecording, recording::State::kInterrupted, recording::State::kComplete};
    DD_TRY(query.state, one_of("state", *state, kStates));
  }
  if (const auto limit = request.query_parameter("limit"); limit && !limit->empty()) {
    const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), query.limit);
    if (error != std::errc{} || end != limit->data() + limit->size() || query.limit < 1 || query.limit > 200) {
      return invalid_field("limit", "limit must be a whole number from 1 to 200");
    }
  }
  query.cursor = request.query_parameter("cursor").value_or("");
  if (query.cursor.size() > 256) return invalid_field("cursor", "cursor is no `next` of a page");
  return query;
}

OrderedJson started_answer(const recording::Started& started) {
  OrderedJson json = OrderedJson::object();
  json["recordingId"] = started.recording.str();
  json["alreadyRunning"] = started.already_running;
  return json;
}

OrderedJson page_answer(const recording::Page& page) {
  OrderedJson json = OrderedJson::object();
  json["recordings"] = OrderedJson::array();
  for (const auto& summary : page.recordings) json["recordings"].push_back(summary_json(summary));
  json["next"] = page.next.empty() ? OrderedJson(nullptr) : OrderedJson(page.next);
  return json;
}

OrderedJson storage_answer(const recording::Storage& storage) {
  OrderedJson json = OrderedJson::object();
  json["root"] = storage.root;
  json["tenants"] = OrderedJson::array();
  for (const auto& tenant : storage.tenants) {
    json["tenants"].push_back({{"tenant", tenant.tenant}, {"bytes", tenant.bytes}, {"recordings", tenant.recordings}});
  }
  return json;
}

OrderedJson details_answer(const recording::Details& details, std::span<const recording::Job> jobs) {
  OrderedJson json = summary_json(details.summary);
  json["files"] = OrderedJson::array();
  for (const auto& file : details.files) json["files"].push_back(file_json(file));
  json["jobs"] = OrderedJson::array();
  for (const auto& job : jobs) json["jobs"].push_back(job_json(job));
  return json;
}

}  // namespace dd::api
