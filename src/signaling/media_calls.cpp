// SPDX-License-Identifier: MIT
#include "signaling/media_calls.hpp"

#include <fmt/format.h>

#include "control/scoped_ids.hpp"
#include "meeting/gather.hpp"
#include "signaling/kendra.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"

namespace dd::signaling {
namespace {

using api::JsonText;
using api::OrderedJson;

Error media_moved() {
  Error error = refused(Errc::kConflict, "media_moved", "the meeting is on another server now: open media again");
  error.retry_after = std::chrono::seconds{1};
  return error;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) return;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

// Servers speak of scoped ids and of their own fields; clients know neither.
Error in_our_words(Error error, const Visitor& visitor) {
  replace_all(error.message, visitor.meeting.str(), control::outer(visitor.meeting));
  replace_all(error.message, visitor.participant.str(), control::outer(visitor.participant));
  if (error.field == "producerTransportId") error.field = "transportId";
  if (error.field.starts_with("targetParticipants")) error.field = "producerIds";
  return error;
}

OrderedJson transport_body(const Session& session, const RouterId& router, bool tcp_only) {
  OrderedJson body = OrderedJson::object();
  body["meetingId"] = session.visitor.meeting.str();
  body["participantId"] = session.visitor.participant.str();
  body["instanceId"] = session.visitor.instance.str();
  body["routerId"] = router.str();
  body["name"] = session.member.name;
  body["forceNew"] = true;  // a client that joins or opens media reuses nothing
  if (tcp_only) body["tcpOnly"] = true;
  return body;
}

OrderedJson capabilities_body(const Session& session, const control::Place& place) {
  OrderedJson body = OrderedJson::object();
  body["meetingId"] = session.visitor.meeting.str();
  body["producerRouterId"] = place.producer_router.str();
  body["consumerRouterId"] = place.consumer_router.str();
  return body;
}

Result<OrderedJson*> put_transport(const Result<std::string>& answer, OrderedJson& media, const char* name, std::string& id) {
  if (!answer) return answer.error();
  DD_TRY(auto parsed, api::parse_json(*answer));
  const api::Json* options = peek(parsed.root, "transportOptions");
  if (options != nullptr) id = peek_text(*options, "id");
  if (id.empty()) return make_error(Errc::kInternal, "a media server answered no transport");
  media[name] = OrderedJson(*options);
  return &media;
}

}  // namespace

Task<Result<std::string>> post_media(std::shared_ptr<Hub> hub, ContainerId server, std::string path, OrderedJson body) {
  std::string text = api::to_text(body);
  auto calling = hub->fleet.call(std::move(server), std::move(path), std::move(text));
  auto answer = co_await std::move(calling);
  co_return std::move(answer);
}

Task<Result<JsonText>> ask_media(SessionPtr session, std::string path, OrderedJson body) {
  if (session->media.lost) co_return media_moved();
  const std::uint64_t epoch = session->media.number;
  const ContainerId server = session->media.place.server;
  body["meetingId"] = session->visitor.meeting.str();
  body["participantId"] = session->visitor.participant.str();
  body["instanceId"] = session->visitor.instance.str();
  auto posting = post_media(session->hub(), server, std::move(path), std::move(body));
  auto answer = co_await std::move(posting);
  if (!answer) {
    const Error& error = answer.error();
    // A server that does not know the meeting, or that is away while the meeting moved: what the client holds is of the past.
    const bool unknown_meeting = error.code == Errc::kNotFound &&
                                 error.message.find(fmt::format("meeting '{}'", session->visitor.meeting.str())) != std::string::npos;
    if (unknown_meeting || session->media.lost || session->media.number != epoch) co_return media_moved();
    co_return in_our_words(std::move(answer.error()), session->visitor);
  }
  auto parsed = api::parse_json(*answer);
  if (!parsed) co_return make_error(Errc::kInternal, "a media server's answer is no JSON");
  co_return std::move(parsed);
}

MethodAnswer open_epoch(SessionPtr session, control::Place place, bool tcp_only) {
  const auto hub = session->hub();
  const auto room = session->room();
  const auto& grants = session->visitor.grants;
  const bool sends = !grants.publish.empty() || grants.data;
  const bool receives = grants.subscribe || grants.data;
  session->media.opening = true;
  session->media.failed.clear();
  session->receiving.clear();

  const std::string* kept = hub->find_capabilities(place.server);
  const std::string known = kept == nullptr ? std::string{} : *kept;
  std::vector<Task<Result<std::string>>> asking;
  if (sends) {
    auto body = transport_body(*session, place.producer_router, tcp_only);
    asking.push_back(post_media(hub, place.server, "/v1/recreateProducerTransport", std::move(body)));
  }
  if (receives) {
    auto body = transport_body(*session, place.consumer_router, tcp_only);
    asking.push_back(post_media(hub, place.server, "/v1/recreateConsumerTransport", std::move(body)));
  }
  if (known.empty()) {
    auto body = capabilities_body(*session, place);
    asking.push_back(post_media(hub, place.server, "/v1/getRTPCapabilities", std::move(body)));
  }
  auto gathering = meeting::gather(hub->loop, std::move(asking));
  const auto answers = co_await std::move(gathering);

  session->media.opening = false;
  for (const auto& answer : answers) {
    if (!answer) co_return in_our_words(answer.error(), session->visitor);
  }
  std::size_t next = 0;
  OrderedJson media = OrderedJson::object();
  media["epoch"] = session->media.number + 1;
  media["rtpCapabilities"] = nullptr;
  media["send"] = nullptr;
  media["receive"] = nullptr;
  std::string send;
  std::string receive;
  if (sends) {
    tell_kendra_of_closed(*session, *answers[next]);
    DD_CO_TRY_VOID(put_transport(answers[next++], media, "send", send));
  }
  if (receives) {
    DD_CO_TRY_VOID(put_transport(answers[next++], media, "receive", receive));
  }
  if (known.empty()) {
    auto parsed = api::parse_json(*answers[next]);
    const api::Json* capabilities = parsed ? peek(parsed->root, "producerRtpCapabilities") : nullptr;
    if (capabilities == nullptr) co_return make_error(Errc::kInternal, "a media server answered no capabilities");
    media["rtpCapabilities"] = OrderedJson(*capabilities);
    hub->keep_capabilities(place.server, api::to_text(media["rtpCapabilities"]));
  } else {
    DD_CO_TRY(auto parsed, api::parse_json(known));
    media["rtpCapabilities"] = OrderedJson(parsed.root);
  }

  auto& epoch = session->media;
  ++epoch.number;
  epoch.place = std::move(place);
  epoch.send = std::move(send);
  epoch.receive = std::move(receive);
  epoch.lost = false;
  // A transport may have failed, and the meeting may have moved, before we could know what it was about.
  const auto failed =
      epoch.failed.find(epoch.send) != epoch.failed.end() ? epoch.failed.find(epoch.send) : epoch.failed.find(epoch.receive);
  if (failed != epoch.failed.end()) {
    const std::string reason = failed->second;
    if (room) room->lose_media_soon(session, reason);
  } else if (room && room->server() != epoch.place.server) {
    room->lose_media_soon(session, "server_died");
  }
  epoch.failed.clear();
  co_return api::to_text(media);
}

Task<void> leave_media(SessionPtr session) {
  const ContainerId server = session->media.place.server;
  if (server.empty()) co_return;
  OrderedJson body = OrderedJson::object();
  body["meetingId"] = session->visitor.meeting.str();
  body["participantId"] = session->visitor.participant.str();
  body["instanceId"] = session->visitor.instance.str();
  auto posting = post_media(session->hub(), server, "/v1/leaveMeeting", std::move(body));
  const auto answer = co_await std::move(posting);
  if (!answer) co_return;
  auto parsed = api::parse_json(*answer);
  if (parsed && peek_flag(parsed->root, "sendSignal")) tell_kendra_of_leaving(*session);
}

}  // namespace dd::signaling
