// SPDX-License-Identifier: MIT
// Publishing. The others hear of it from the media server's events, in the order in which it happened there.
#include <array>
#include <algorithm>

#include "signaling/kendra.hpp"
#include "signaling/media_calls.hpp"
#include "signaling/methods.hpp"
#include "signaling/peek.hpp"
#include "signaling/room.hpp"
#include "signaling/session.hpp"
#include "signaling/visitor_params.hpp"

namespace dd::signaling {
namespace {

using api::JsonText;
using api::ObjectReader;
using api::OrderedJson;

constexpr std::array<std::string_view, 3> kKinds{"audio", "video", "screenshare"};

// Also when some are gone already: those that were there are in the answer.
Task<Result<KindOfProducer>> ask_about_producers(SessionPtr session, const char* path, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto producers, read_ids<ProducerId>(reader, "producerIds"));
  OrderedJson body = OrderedJson::object();
  body["producerKindMap"] = OrderedJson::object();
  for (const auto& producer : producers) body["producerKindMap"][producer] = nullptr;
  auto asking = ask_media(session, path, std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  KindOfProducer touched;
  for (const auto& detail : peek_list(answer.root, "producerDetails")) {
    touched.emplace(peek_text(detail, "producerId"), peek_text(detail, "kind"));
  }
  co_return touched;
}

}  // namespace

MethodAnswer produce(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto kind, reader.text("kind", 16));
  if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) {
    co_return invalid_field("kind", "kind must be audio, video or screenshare");
  }
  if (!session->visitor.grants.may_publish(kind)) co_return not_granted("publish " + kind);
  DD_CO_TRY(const auto transport, reader.id<TransportId>("transportId"));
  DD_CO_TRY(const auto paused, reader.optional_boolean("paused"));
  DD_CO_TRY(const api::Json* parameters, reader.require("rtpParameters"));
  OrderedJson body = OrderedJson::object();
  body["producerTransportId"] = transport.str();
  body["kind"] = kind;
  body["rtpParameters"] = OrderedJson(*parameters);
  if (paused.value_or(false)) body["paused"] = true;
  const auto& bounds = session->visitor.max_bitrates;
  const auto quota = bounds.find(kind);
  DD_CO_TRY(const auto bound, control::publish_bound(quota == bounds.end() ? std::nullopt : std::optional(quota->second)));
  if (bound) body["maxBitrate"] = *bound;
  auto asking = ask_media(session, "/v1/createProducer", std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  const std::string producer = peek_text(answer.root, "producerId");
  tell_kendra_of_publishing(*session, KindOfProducer{{producer, kind}}, "User created the stream");
  OrderedJson result = OrderedJson::object();
  result["producerId"] = producer;
  co_return api::to_text(result);
}

MethodAnswer pause_producers(SessionPtr session, JsonText params) {
  auto asking = ask_about_producers(session, "/v1/pauseProducer", std::move(params));
  DD_CO_TRY(const auto producers, co_await std::move(asking));
  tell_kendra_of_unpublishing(*session, producers, "User paused the stream");
  co_return std::string("{}");
}

MethodAnswer resume_producers(SessionPtr session, JsonText params) {
  auto asking = ask_about_producers(session, "/v1/resumeProducer", std::move(params));
  DD_CO_TRY(const auto producers, co_await std::move(asking));
  tell_kendra_of_publishing(*session, producers, "User resumed the stream");
  co_return std::string("{}");
}

MethodAnswer close_producers(SessionPtr session, JsonText params) {
  auto asking = ask_about_producers(session, "/v1/closeProducer", std::move(params));
  DD_CO_TRY(const auto producers, co_await std::move(asking));
  tell_kendra_of_unpublishing(*session, producers, "User left the meeting");  // kendra's own words for a closed producer
  co_return std::string("{}");
}

}  // namespace dd::signaling
