// SPDX-License-Identifier: MIT
// Transports: opened anew, connected, restarted.
#include "signaling/media_calls.hpp"
#include "signaling/methods.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"
#include "signaling/visitor_params.hpp"

namespace dd::signaling {

using api::JsonText;
using api::ObjectReader;
using api::OrderedJson;

MethodAnswer open_media(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto tcp_only, reader.optional_boolean("tcpOnly"));
  // All of a meeting come at once when it has moved, and what they publish there is not known yet.
  const std::uint32_t streams = session->room() ? 2 * session->room()->count_except(session->member.participant) : 0;
  auto asking = session->hub()->meetings.place_of(session->visitor.meeting, session->visitor.participant, streams);
  DD_CO_TRY(auto place, co_await std::move(asking));
  const auto room = session->room();
  if (!room) co_return refused(Errc::kConflict, "meeting_ended", "the session has ended");
  room->adopt_place(place);
  auto opening = open_epoch(session, std::move(place), tcp_only.value_or(false));
  auto media = co_await std::move(opening);
  // It left while its transports were made; they would stay.
  if (session->ended() && media && room->find_session(session->member.participant) == nullptr) {
    auto leaving = leave_media(session);
    co_await std::move(leaving);
  }
  co_return std::move(media);
}

MethodAnswer connect_transport(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto transport, reader.id<TransportId>("transportId"));
  DD_CO_TRY(const api::Json* dtls, reader.require("dtlsParameters"));
  OrderedJson body = OrderedJson::object();
  body["transportId"] = transport.str();
  body["dtlsParameters"] = OrderedJson(*dtls);
  auto asking = ask_media(session, "/v1/connectTransport", std::move(body));
  DD_CO_TRY_VOID(co_await std::move(asking));
  co_return std::string("{}");
}

MethodAnswer restart_ice(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto transports, read_ids<TransportId>(reader, "transportIds"));
  OrderedJson body = OrderedJson::object();
  body["transportIds"] = transports;
  auto asking = ask_media(session, "/v1/restartIce", std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  OrderedJson result = OrderedJson::object();
  const api::Json* restarted = peek(answer.root, "result");
  result["iceParameters"] = restarted == nullptr ? OrderedJson::object() : OrderedJson(*restarted);
  co_return api::to_text(result);
}

}  // namespace dd::signaling
