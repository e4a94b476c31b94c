// SPDX-License-Identifier: MIT
// Receiving. A media server consumes all that one call asks for or nothing; here one producer that cannot be had keeps nobody from
// the others, so that a call which fails as a whole is repeated one by one.
#include "control/scoped_ids.hpp"
#include "meeting/gather.hpp"
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

constexpr std::string_view kOverloaded = "worker_overloaded";
// The media API's Retry-After does not come this far.
constexpr std::chrono::seconds kRetryOverloaded{5};

struct Wanted {
  std::string producer;
  std::string owner;  // scoped
  std::string kind;
};

void append_consumers(const JsonText& answer, OrderedJson& consumers) {
  for (const auto& detail : peek_list(answer.root, "consumerDetails")) {
    OrderedJson consumer = OrderedJson::object();
    consumer["consumerId"] = peek_text(detail, "consumerId");
    consumer["producerId"] = peek_text(detail, "producerId");
    const ParticipantId owner(peek_text(detail, "targetParticipantId"));
    consumer["participantId"] = control::outer(owner);
    consumer["kind"] = peek_text(detail, "kind");
    const api::Json* parameters = peek(detail, "rtpParameters");
    consumer["rtpParameters"] = parameters == nullptr ? OrderedJson::object() : OrderedJson(*parameters);
    consumer["type"] = peek_text(detail, "type");
    consumer["producerPaused"] = peek_flag(detail, "producerPaused");
    consumers.push_back(std::move(consumer));
  }
}

OrderedJson failed_json(const std::string& producer, const Error& error) {
  OrderedJson failed = OrderedJson::object();
  failed["producerId"] = producer;
  failed["code"] = to_string(error.code);
  failed["message"] = error.message;
  if (!error.reason.empty()) failed["reason"] = error.reason;
  if (error.reason == kOverloaded) failed["retryAfter"] = error.retry_after.value_or(kRetryOverloaded).count();
  return failed;
}

Task<Result<JsonText>> consume_some(SessionPtr session, std::vector<Wanted> wanted, bool paused) {
  OrderedJson body = OrderedJson::object();
  body["transportId"] = session->media.receive;
  auto capabilities = api::parse_json(session->media.capabilities);
  body["rtpCapabilities"] = capabilities ? OrderedJson(capabilities->root) : OrderedJson::object();
  if (paused) body["paused"] = true;
  body["targetParticipants"] = OrderedJson::object();
  for (const auto& one : wanted) body["targetParticipants"][one.owner][one.kind] = one.producer;
  auto asking = ask_media(session, "/v1/createConsumer", std::move(body));
  auto answer = co_await std::move(asking);
  co_return std::move(answer);
}

// Of the one producer, not of the whole call. An overloaded worker refuses pictures before sound.
bool about_one(const Error& error) {
  if (error.reason == kOverloaded) return true;
  return (error.code == Errc::kNotFound || error.code == Errc::kConflict || error.code == Errc::kInvalidArgument) &&
         error.reason != "media_moved";
}

Task<Result<void>> ask_about_consumers(SessionPtr session, const char* path, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto consumers, read_ids<ConsumerId>(reader, "consumerIds"));
  OrderedJson body = OrderedJson::object();
  body["consumerIds"] = consumers;
  auto asking = ask_media(session, path, std::move(body));
  DD_CO_TRY_VOID(co_await std::move(asking));
  co_return ok();
}

}  // namespace

MethodAnswer consume(SessionPtr session, JsonText params) {
  if (!session->visitor.grants.subscribe) co_return not_granted("subscribe");
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto producers, read_ids<ProducerId>(reader, "producerIds"));
  DD_CO_TRY(const auto paused, reader.optional_boolean("paused"));
  if (const api::Json* capabilities = reader.find("rtpCapabilities")) {
    if (!capabilities->is_object()) co_return ObjectReader::wrong_type("rtpCapabilities", "an object");
    session->media.capabilities = api::to_text(OrderedJson(*capabilities));
  }
  if (session->media.capabilities.empty()) co_return invalid_field("rtpCapabilities", "rtpCapabilities is missing");

  OrderedJson consumers = OrderedJson::array();
  OrderedJson failed = OrderedJson::array();
  std::vector<Wanted> wanted;
  const auto room = session->room();
  for (const auto& producer : producers) {
    const std::string owner = room->owner_of(producer);
    if (owner.empty() || owner == session->member.participant) {
      failed.push_back(failed_json(producer, not_found("producer", producer)));
      continue;
    }
    const std::string kind = room->find_publications(owner)->producers.at(producer).kind;
    wanted.push_back({producer, control::scoped_participant(session->visitor.meeting, owner).str(), kind});
  }
  if (!wanted.empty()) {
    auto asking = consume_some(session, wanted, paused.value_or(false));
    auto answer = co_await std::move(asking);
    if (answer) {
      append_consumers(*answer, consumers);
    } else if (!about_one(answer.error())) {
      co_return std::move(answer.error());
    } else if (wanted.size() == 1) {
      failed.push_back(failed_json(wanted.front().producer, answer.error()));
    } else {
      std::vector<Task<Result<JsonText>>> one_by_one;
      for (const auto& one : wanted) {
        std::vector<Wanted> alone{one};
        one_by_one.push_back(consume_some(session, std::move(alone), paused.value_or(false)));
      }
      auto gathering = meeting::gather(session->hub()->loop, std::move(one_by_one));
      const auto answers = co_await std::move(gathering);
      for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i]) {
          append_consumers(*answers[i], consumers);
        } else {
          failed.push_back(failed_json(wanted[i].producer, answers[i].error()));
        }
      }
    }
  }
  OrderedJson result = OrderedJson::object();
  result["consumers"] = std::move(consumers);
  result["failed"] = std::move(failed);
  co_return api::to_text(result);
}

MethodAnswer pause_consumers(SessionPtr session, JsonText params) {
  auto asking = ask_about_consumers(session, "/v1/pauseConsumer", std::move(params));
  DD_CO_TRY_VOID(co_await std::move(asking));
  co_return std::string("{}");
}

MethodAnswer resume_consumers(SessionPtr session, JsonText params) {
  auto asking = ask_about_consumers(session, "/v1/resumeConsumer", std::move(params));
  DD_CO_TRY_VOID(co_await std::move(asking));
  co_return std::string("{}");
}

MethodAnswer close_consumers(SessionPtr session, JsonText params) {
  auto asking = ask_about_consumers(session, "/v1/closeConsumer", std::move(params));
  DD_CO_TRY_VOID(co_await std::move(asking));
  co_return std::string("{}");
}

MethodAnswer set_layers(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto consumer, reader.id<ConsumerId>("consumerId"));
  DD_CO_TRY(const auto spatial, reader.integer("spatialLayer", 0, 255));
  DD_CO_TRY(const auto temporal, reader.optional_integer("temporalLayer", 0, 255));
  OrderedJson body = OrderedJson::object();
  body["consumerId"] = consumer.str();
  body["spatialLayer"] = spatial;
  if (temporal) body["temporalLayer"] = *temporal;
  auto asking = ask_media(session, "/v1/setPreferredLayers", std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  OrderedJson result = OrderedJson::object();
  const api::Json* layers = peek(answer.root, "preferredLayers");
  result["layers"] = layers == nullptr ? OrderedJson(nullptr) : OrderedJson(*layers);
  co_return api::to_text(result);
}

MethodAnswer set_priority(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto consumer, reader.id<ConsumerId>("consumerId"));
  DD_CO_TRY(const auto priority, reader.integer("priority", 1, 255));
  OrderedJson body = OrderedJson::object();
  body["consumerId"] = consumer.str();
  body["priority"] = priority;
  auto asking = ask_media(session, "/v1/setConsumerPriority", std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  OrderedJson result = OrderedJson::object();
  result["priority"] = peek_integer(answer.root, "priority").value_or(priority);
  co_return api::to_text(result);
}

MethodAnswer request_key_frame(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto consumer, reader.id<ConsumerId>("consumerId"));
  OrderedJson body = OrderedJson::object();
  body["consumerId"] = consumer.str();
  auto asking = ask_media(session, "/v1/requestKeyFrame", std::move(body));
  DD_CO_TRY_VOID(co_await std::move(asking));
  co_return std::string("{}");
}

}  // namespace dd::signaling
