// SPDX-License-Identifier: MIT
#include <array>
#include <fmt/format.h>

#include "api/error_mapping.hpp"
#include "api/file_body.hpp"
#include "api/object_reader.hpp"
#include "api/range.hpp"
#include "api/recording_json.hpp"
#include "api/route.hpp"

namespace dd::api {
namespace {

using RecordingAnswer = Task<Result<HttpResponse>>;

// kConflict: the request is in order, this server just keeps no recordings.
Error not_recording() { return make_error(Errc::kConflict, "nothing is recorded on this server"); }

HttpResponse json_response(const OrderedJson& json, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = to_text(json);
  return response;
}

HttpResponse recording_response(const RecordingId& recording) {
  OrderedJson json = OrderedJson::object();
  json["recordingId"] = recording.str();
  return json_response(json);
}

RecordingAnswer start_recording(RecordingCall call) {
  if (call.control == nullptr) co_return not_recording();
  DD_CO_TRY(auto command, parse_start_recording(call.body.root));
  DD_CO_TRY(auto started, co_await call.control->start(std::move(command)));
  co_return json_response(started_answer(started));
}

RecordingAnswer stop_recording(RecordingCall call) {
  if (call.control == nullptr) co_return not_recording();
  DD_CO_TRY(auto meeting, parse_recording_meeting(call.body.root));
  DD_CO_TRY(auto recording, co_await call.control->stop(std::move(meeting)));
  co_return recording_response(recording);
}

RecordingAnswer pause_recording(RecordingCall call) {
  if (call.control == nullptr) co_return not_recording();
  DD_CO_TRY(auto meeting, parse_recording_meeting(call.body.root));
  DD_CO_TRY(auto recording, co_await call.control->pause(std::move(meeting)));
  co_return recording_response(recording);
}

RecordingAnswer resume_recording(RecordingCall call) {
  if (call.control == nullptr) co_return not_recording();
  DD_CO_TRY(auto meeting, parse_recording_meeting(call.body.root));
  DD_CO_TRY(auto recording, co_await call.control->resume(std::move(meeting)));
  co_return recording_response(recording);
}

RecordingAnswer update_recording(RecordingCall call) {
  if (call.control == nullptr) co_return not_recording();
  DD_CO_TRY(auto update, parse_update_recording(call.body.root));
  DD_CO_TRY(auto recording, co_await call.control->change_layout(std::move(update.meeting), update.layout));
  co_return recording_response(recording);
}

RecordingAnswer list_recordings(RecordingCall call) {
  if (call.library == nullptr) co_return not_recording();
  DD_CO_TRY(auto query, parse_recording_query(call.request));
  DD_CO_TRY(auto page, co_await call.library->list(std::move(query)));
  co_return json_response(page_answer(page));
}

RecordingAnswer get_recording_storage(RecordingCall call) {
  if (call.library == nullptr) co_return not_recording();
  DD_CO_TRY_VOID(ObjectReader::open(call.body.root));
  DD_CO_TRY(auto storage, co_await call.library->storage());
  co_return json_response(storage_answer(storage));
}

RecordingAnswer get_recording(RecordingCall call) {
  if (call.library == nullptr) co_return not_recording();
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  DD_CO_TRY(auto details, co_await call.library->find(recording));
  std::vector<recording::Job> jobs;
  if (call.control != nullptr) jobs = call.control->jobs(recording);
  co_return json_response(details_answer(details, jobs));
}

RecordingAnswer delete_recording(RecordingCall call) {
  if (call.library == nullptr) co_return not_recording();
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  DD_CO_TRY_VOID(co_await call.library->remove(recording));
  co_return recording_response(recording);
}

RecordingAnswer get_manifest(RecordingCall call) {
  if (call.library == nullptr) co_return not_recording();
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  HttpResponse response;
  DD_CO_TRY(response.body, co_await call.library->manifest_text(std::move(recording)));
  co_return response;
}

HttpResponse no_such_bytes(std::uint64_t size) {
  HttpResponse response = refusal(416, "range_not_satisfiable", "the file has no such bytes; Content-Range says how many it has");
  response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
  return response;
}

RecordingAnswer download_file(RecordingCall call) {
  if (call.library == nullptr) co_return not_recording();
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  const std::string file = call.parameters[1];
  DD_CO_TRY(auto opened, co_await call.library->open(std::move(recording), file));
  const bool known = call.request.header("if-none-match") == std::string_view(opened.etag);
  const ByteRange range = requested_range(call.request, opened.size, opened.etag);
  if (!known && range.kind == ByteRange::Kind::kUnsatisfiable) co_return no_such_bytes(opened.size);

  HttpResponse response;
  response.headers.emplace_back("ETag", opened.etag);
  response.headers.emplace_back("Cache-Control", "private, no-cache");  // kept, but asked about each time
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (known) {
    response.status = 304;
    response.content_type = {};
    co_return response;
  }
  response.content_type = media_type_of(file);
  response.length = range.length;
  if (range.kind == ByteRange::Kind::kPart) {
    response.status = 206;
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", range.offset, range.offset + range.length - 1, opened.size));
  }
  if (call.request.method != "HEAD") response.stream = file_body(call.loop, std::move(opened.reader), range.offset, range.length);
  co_return response;
}

RecordingAnswer compose_recording(RecordingCall call) {
  if (call.control == nullptr) co_return not_recording();
  DD_CO_TRY(auto recording, parse_id<RecordingId>("recordingId", call.parameters[0]));
  DD_CO_TRY(auto command, parse_compose_recording(std::move(recording), call.body.root));
  OrderedJson json = OrderedJson::object();
  DD_CO_TRY(auto job, co_await call.control->compose(std::move(command)));
  json["jobId"] = job;
  co_return json_response(json, 202);
}

constexpr Route route(std::string_view method, std::string_view path, std::string_view operation, RecordingHandler handler,
                      std::string_view summary, std::string_view request, std::string_view response, std::string_view description = {},
                      int success = 200) {
  return Route{method,  path,     Access::kKeyed, nullptr, Page::kNone, "recordings", summary,
               request, response, description,    handler, operation,   success};
}

constexpr std::array kRecordingRoutes{
    route("POST", "/v1/startRecording", "startRecording", &start_recording, "Record a meeting", "StartRecording", "RecordingStarted",
          "Of a meeting that is being recorded, the running recording is answered. Tracks are always kept; the other modes are made of "
          "them."),
    route("POST", "/v1/stopRecording", "stopRecording", &stop_recording, "End a meeting's recording", "RecordingOfMeeting", "RecordingRef"),
    route("POST", "/v1/pauseRecording", "pauseRecording", &pause_recording, "Leave out what follows", "RecordingOfMeeting", "RecordingRef"),
    route("POST", "/v1/resumeRecording", "resumeRecording", &resume_recording, "Go on recording after a pause", "RecordingOfMeeting",
          "RecordingRef"),
    route("POST", "/v1/updateRecording", "updateRecording", &update_recording, "Change the layout from now on", "UpdateRecording",
          "RecordingRef", "A running programme changes at once; one that is made later changes at the same place."),
    route("GET", "/v1/recordings", "listRecordings", &list_recordings, "The recordings kept here, newest first", "", "Recordings"),
    route("POST", "/v1/getRecordingStorage", "getRecordingStorage", &get_recording_storage, "What recordings take here, by tenant", "",
          "RecordingStorage", "Servers that share a disk answer the same root."),
    route("GET", "/v1/recordings/{recordingId}", "getRecording", &get_recording, "One recording, its files and what is being made of it",
          "", "RecordingDetails"),
    route("DELETE", "/v1/recordings/{recordingId}", "deleteRecording", &delete_recording, "Remove a recording and its files", "",
          "RecordingRef", "409 while it is being recorded, composed or uploaded. What was uploaded stays in its bucket."),
    route("GET", "/v1/recordings/{recordingId}/manifest", "getRecordingManifest", &get_manifest, "Its manifest.json as it stands now", "",
          "RecordingManifest", "docs/recording-format.md says what is in it."),
    route("GET", "/v1/recordings/{recordingId}/files/{file...}", "downloadRecordingFile", &download_file,
          "One of its files, or a range of it", "", "", "What the manifest lists, manifest.json and timeline.jsonl. HEAD works, too."),
    route("POST", "/v1/recordings/{recordingId}/compose", "composeRecording", &compose_recording, "Make a programme of it, once more",
          "ComposeRecording", "RecordingJob", "Its progress shows among the jobs of the recording.", 202),
};

}  // namespace

std::span<const Route> recording_routes() { return kRecordingRoutes; }

}  // namespace dd::api
