// SPDX-License-Identifier: MIT
#include "signaling/join.hpp"

#include <array>
#include <fmt/format.h>

#include "api/object_reader.hpp"
#include "base/random.hpp"
#include "control/quota.hpp"
#include "control/scoped_ids.hpp"
#include "signaling/link.hpp"
#include "signaling/media_calls.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"
#include "signaling/visitor_params.hpp"
#include "trust/turn_credentials.hpp"

namespace dd::signaling {
namespace {

using api::JsonText;
using api::ObjectReader;
using api::OrderedJson;

constexpr std::size_t kMadeUpParticipant = 12;  // 72 bits

struct JoinRequest {
  std::string token;
  std::string meeting;      // empty: the token's
  std::string participant;  // empty: the token's, or a new one
  InstanceId instance;
  std::optional<std::string> name;
  std::optional<std::string> metadata;
};

Result<JoinRequest> read_join(const api::Json& params, std::size_t metadata_bytes) {
  DD_TRY(auto reader, ObjectReader::open(params));
  JoinRequest request;
  DD_TRY(request.token, reader.text("token", trust::kMaxToken));
  if (reader.find("meetingId") != nullptr) {
    DD_TRY(request.meeting, read_participant(reader, "meetingId"));
  }
  if (reader.find("participantId") != nullptr) {
    DD_TRY(request.participant, read_participant(reader));
  }
  DD_TRY(request.instance, reader.id<InstanceId>("instanceId"));
  DD_TRY(request.name, read_name(reader));
  DD_TRY(request.metadata, read_metadata(reader, metadata_bytes));
  return request;
}

// The token's where it names one; asking for another than that is a mistake, and not quietly corrected.
Result<std::string> agreed(const std::string& of_token, const std::string& asked, const char* field) {
  if (of_token.empty() && asked.empty()) return invalid_field(field, fmt::format("{} is missing: the token names none", field));
  if (of_token.empty()) return asked;
  if (!asked.empty() && asked != of_token) {
    Error error = refused(Errc::kForbidden, "not_granted", fmt::format("the token is for another {}", field));
    error.field = field;
    return error;
  }
  return control::checked_outer_id(field, of_token);
}

std::map<std::string, std::uint64_t, std::less<>> bitrates_of(const control::Tenant& tenant) {
  constexpr std::array<std::pair<const char*, control::Quota>, 3> kKinds{{{"audio", control::Quota::kAudioBitrate},
                                                                          {"video", control::Quota::kVideoBitrate},
                                                                          {"screenshare", control::Quota::kScreenshareBitrate}}};
  std::map<std::string, std::uint64_t, std::less<>> bitrates;
  for (const auto& [kind, quota] : kKinds) {
    if (const auto bound = control::quota_of(tenant, quota)) bitrates[kind] = *bound;
  }
  return bitrates;
}

OrderedJson grants_json(const trust::Grants& grants) {
  OrderedJson json = OrderedJson::object();
  json["publish"] = grants.publish;
  json["subscribe"] = grants.subscribe;
  json["data"] = grants.data;
  json["record"] = grants.record;
  json["moderate"] = grants.moderate;
  return json;
}

OrderedJson me_json(const Session& session) {
  OrderedJson json = OrderedJson::object();
  json["participantId"] = session.member.participant;
  json["name"] = session.member.name;
  json["metadata"] = metadata_json(session.member);
  json["grants"] = grants_json(session.visitor.grants);
  return json;
}

OrderedJson ice_servers_json(const Hub& hub, const Session& session) {
  OrderedJson list = OrderedJson::array();
  if (hub.settings.turn.urls.empty()) return list;
  const std::string user = fmt::format("{}.{}", session.visitor.tenant.str(), session.member.participant);
  const auto server = trust::turn_credentials(hub.settings.turn, user, hub.loop.wall_now());
  OrderedJson entry = OrderedJson::object();
  entry["urls"] = server.urls;
  entry["username"] = server.username;
  entry["credential"] = server.credential;
  list.push_back(std::move(entry));
  return list;
}

OrderedJson limits_json(const Hub& hub, const Session& session) {
  OrderedJson json = OrderedJson::object();
  json["messageBytes"] = hub.settings.message_bytes;
  json["metadataBytes"] = hub.settings.metadata_bytes;
  json["publishBitrate"] = OrderedJson::object();
  for (const auto& [kind, bound] : session.visitor.max_bitrates) json["publishBitrate"][kind] = bound;
  return json;
}

std::string joined_json(const Hub& hub, const Session& session, const std::string& media) {
  OrderedJson json = OrderedJson::object();
  json["sessionId"] = session.id;
  json["resumeToken"] = session.resume_token;
  json["seq"] = session.last_seq();
  json["tenant"] = session.visitor.tenant.str();
  json["meeting"] = session.room()->meeting_json();
  json["me"] = me_json(session);
  json["participants"] = session.room()->participants_json(session.member.participant);
  json["iceServers"] = ice_servers_json(hub, session);
  json["limits"] = limits_json(hub, session);
  std::string text = api::to_text(json);
  text.pop_back();  // the server's own part is text already
  return text + ",\"media\":" + media + "}";
}

Task<void> resolve_with(Task<Result<void>> task, Completion<Result<void>> done) {
  auto result = co_await std::move(task);
  done.resolve(std::move(result));
}

Error quota_full(const char* message) { return refused(Errc::kTooManyRequests, "tenant_full", message); }

Task<Result<std::string>> open_at(SessionPtr session, control::Place place) {
  auto opening = open_epoch(session, place, false);
  auto media = co_await std::move(opening);
  const bool gone = !media && (media.error().code == Errc::kNotFound || media.error().code == Errc::kUnavailable);
  if (!gone) co_return std::move(media);
  // It may be moving right now. Once more, where it is then.
  auto asking = session->hub()->meetings.place_of(session->visitor.meeting, session->visitor.participant,
                                                  session->room()->streams_for(session->member.participant));
  DD_CO_TRY(auto now, co_await std::move(asking));
  if (now.server == place.server && now.moves == place.moves) co_return std::move(media);
  session->room()->adopt_place(now);
  auto again = open_epoch(session, now, false);
  media = co_await std::move(again);
  co_return std::move(media);
}

}  // namespace

std::string_view outcome_of(const Error& error) { return error.reason.empty() ? to_string(error.code) : std::string_view(error.reason); }

Task<Result<void>> join(std::shared_ptr<Hub> hub, std::shared_ptr<Link> link, std::string call_id, JsonText params) {
  DD_CO_TRY(auto request, read_join(params.root, hub->settings.metadata_bytes));
  auto authenticating = hub->tenants.authenticate(std::move(request.token));
  DD_CO_TRY(auto claims, co_await std::move(authenticating));
  DD_CO_TRY_VOID(hub->tenants.spend_request(claims.tenant));
  DD_CO_TRY(const std::string meeting_name, agreed(claims.meeting.str(), request.meeting, "meetingId"));
  // A link for everybody names no participant, and whoever follows it need not invent one.
  if (claims.participant.empty() && request.participant.empty()) request.participant = random_token(kMadeUpParticipant);
  DD_CO_TRY(const std::string participant, agreed(claims.participant.str(), request.participant, "participantId"));
  auto finding = hub->tenants.find(claims.tenant);
  DD_CO_TRY(auto tenant, co_await std::move(finding));
  if (hub->stopping) co_return unavailable("this server stops");
  if (hub->session_count() >= hub->settings.max_sessions)
    co_return unavailable("this server has its limit of sessions", std::chrono::seconds{5});

  Visitor visitor;
  visitor.tenant = claims.tenant;
  visitor.meeting = control::scoped_meeting(claims.tenant, meeting_name);
  visitor.participant = control::scoped_participant(visitor.meeting, participant);
  visitor.instance = request.instance;
  visitor.grants = claims.grants;
  visitor.max_bitrates = bitrates_of(tenant);
  Member member;
  member.participant = participant;
  member.name = request.name.value_or(claims.name.empty() ? participant : claims.name);
  member.metadata = request.metadata.value_or("{}");
  member.moderator = claims.grants.moderate;
  member.joined = std::chrono::duration_cast<std::chrono::milliseconds>(hub->loop.wall_now().time_since_epoch()).count();

  const Room* present = hub->find_room(visitor.meeting);
  const bool comes_again = present != nullptr && present->find_member(participant) != nullptr;
  const auto bound = control::quota_of(tenant, control::Quota::kParticipants);
  const auto is_full = [&hub, &bound, comes_again, of = visitor.tenant] { return bound && !comes_again && hub->members_of(of) >= *bound; };
  if (is_full()) co_return quota_full("the tenant has its limit of participants");

  const auto room = hub->room_of(visitor.tenant, visitor.meeting);
  control::AdmissionRequest asked;
  asked.tenant = visitor.tenant;
  asked.meeting = visitor.meeting;
  asked.participant = visitor.participant;
  asked.participants_here = room->count_except(participant);
  asked.streams = room->streams_for(participant);
  asked.participant_limit = control::count_quota_of(tenant, control::Quota::kParticipantsPerMeeting);
  asked.tenant_meetings = control::count_quota_of(tenant, control::Quota::kMeetings);
  asked.moderator = visitor.grants.moderate;
  const bool found_open = !room->server().empty();
  const unsigned endings = room->endings();
  const auto tenant_limit = asked.participant_limit;
  const Room::Joining joining(room, participant);

  auto admitting = hub->meetings.admit(std::move(asked));
  DD_CO_TRY(auto admission, co_await std::move(admitting));
  const std::uint32_t meeting_limit = admission.meeting.limit;
  const auto session = std::make_shared<Session>(hub, room, std::move(visitor), std::move(member));
  // Both at once: what is published there, and this client's own transports.
  auto settling = room->settle(admission.place, admission.meeting, admission.created);
  auto opening = open_at(session, admission.place);
  Completion<Result<void>> settled(hub->loop);
  auto beside = resolve_with(std::move(settling), settled);
  spawn(std::move(beside));
  auto media = co_await std::move(opening);
  auto known = co_await settled;
  std::uint64_t everywhere = 0;
  if (media && bound && !comes_again && !hub->bus.alone()) {
    // Whom other replicas have let in; this one is among them. When it cannot be told, this replica's own count must do.
    auto counting = hub->meetings.participants_of(claims.tenant);
    everywhere = (co_await std::move(counting)).value_or(0);
  }

  std::optional<Error> failure;
  if (!media) {
    failure = media.error();
  } else if (!known) {
    failure = known.error();
  } else if (hub->stopping || room->closed() || room->endings() != endings) {
    failure = refused(Errc::kConflict, "meeting_ended", "the meeting has ended");
  } else if (!link->usable()) {
    failure = unavailable("the socket closed meanwhile");
  } else if (is_full() || (bound && everywhere > *bound)) {
    failure = quota_full("the tenant has its limit of participants");
  } else if (!found_open && !hub->bus.alone()) {
    // Whom other replicas have let in was not known when this one was admitted.
    const std::uint32_t others = room->publishers_except(participant);
    const bool full = (tenant_limit && others >= *tenant_limit) || (meeting_limit != 0 && others >= meeting_limit);
    if (full) failure = refused(Errc::kConflict, "meeting_full", "the meeting has its limit of participants");
  }
  if (failure) {
    session->media.place = admission.place;
    auto leaving = leave_media(session);
    spawn(std::move(leaving));
    co_return std::move(*failure);
  }
  room->enter(session);
  session->attach(link);
  link->send(answer_text(call_id, joined_json(*hub, *session, *media)));
  co_return ok();
}

Result<void> resume(Hub& hub, const std::shared_ptr<Link>& link, const Call& call) {
  const auto refuse = [&hub](std::string_view outcome) {
    hub.metrics.add(observe::Metric::kSignalingResumes, {outcome});
    return refused(Errc::kNotFound, "session_gone", "there is no such session to go on with: join anew");
  };
  DD_TRY(auto reader, ObjectReader::open(call.params.root));
  DD_TRY(const std::string id, reader.text("sessionId", kMaxIdLength));
  DD_TRY(const std::string token, reader.text("resumeToken", kMaxIdLength));
  DD_TRY(const std::int64_t seq, reader.integer("lastSeq", 0, std::int64_t{1} << 53));
  const auto session = hub.find_session(id);
  if (!session || session->ended() || !session->may_resume(token)) return refuse("unknown");
  if (!session->reaches(static_cast<std::uint64_t>(seq))) return refuse("overflow");
  const std::uint64_t last = session->last_seq();
  const auto missed = last - static_cast<std::uint64_t>(seq);
  hub.metrics.add(observe::Metric::kSignalingResumes, {"ok"});
  session->resume(link, static_cast<std::uint64_t>(seq), answer_text(call.id, fmt::format(R"({{"seq":{},"missed":{}}})", last, missed)));
  return ok();
}

}  // namespace dd::signaling
