// SPDX-License-Identifier: MIT
// Data channels, sent and received.
#include "signaling/media_calls.hpp"
#include "signaling/methods.hpp"
#include "signaling/peek.hpp"
#include "signaling/session.hpp"
#include "signaling/visitor_params.hpp"

namespace dd::signaling {

using api::JsonText;
using api::ObjectReader;
using api::OrderedJson;

namespace {

constexpr std::size_t kMaxDataLabel = 255;

}  // namespace

MethodAnswer produce_data(SessionPtr session, JsonText params) {
  if (!session->visitor.grants.data) co_return not_granted("data");
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto transport, reader.id<TransportId>("transportId"));
  DD_CO_TRY(const api::Json* stream, reader.require("sctpStreamParameters"));
  DD_CO_TRY(const auto label, reader.optional_text("label", kMaxDataLabel));
  DD_CO_TRY(const auto protocol, reader.optional_text("protocol", kMaxDataLabel));
  OrderedJson body = OrderedJson::object();
  body["transportId"] = transport.str();
  body["sctpStreamParameters"] = OrderedJson(*stream);
  body["label"] = label;
  body["protocol"] = protocol;
  auto asking = ask_media(session, "/v1/createDataProducer", std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  OrderedJson result = OrderedJson::object();
  result["dataProducerId"] = peek_text(answer.root, "dataProducerId");
  co_return api::to_text(result);
}

MethodAnswer consume_data(SessionPtr session, JsonText params) {
  if (!session->visitor.grants.data) co_return not_granted("data");
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  DD_CO_TRY(const auto producer, reader.id<DataProducerId>("dataProducerId"));
  OrderedJson body = OrderedJson::object();
  body["transportId"] = session->media.receive;
  body["dataProducerId"] = producer.str();
  auto asking = ask_media(session, "/v1/createDataConsumer", std::move(body));
  DD_CO_TRY(const auto answer, co_await std::move(asking));
  OrderedJson result = OrderedJson::object();
  for (const char* name : {"dataConsumerId", "dataProducerId", "sctpStreamParameters", "label", "protocol"}) {
    const api::Json* value = peek(answer.root, name);
    result[name] = value == nullptr ? OrderedJson(nullptr) : OrderedJson(*value);
  }
  co_return api::to_text(result);
}

MethodAnswer close_data(SessionPtr session, JsonText params) {
  DD_CO_TRY(auto reader, ObjectReader::open(params.root));
  OrderedJson body = OrderedJson::object();
  if (reader.find("dataProducerIds") != nullptr) {
    DD_CO_TRY(body["dataProducerIds"], read_ids<DataProducerId>(reader, "dataProducerIds"));
  }
  if (reader.find("dataConsumerIds") != nullptr) {
    DD_CO_TRY(body["dataConsumerIds"], read_ids<DataConsumerId>(reader, "dataConsumerIds"));
  }
  auto asking = ask_media(session, "/v1/closeData", std::move(body));
  DD_CO_TRY_VOID(co_await std::move(asking));
  co_return std::string("{}");
}

}  // namespace dd::signaling
