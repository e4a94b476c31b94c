// SPDX-License-Identifier: MIT
// Kendra's public API as its clients know it: each route's request, what the media server is asked, the answer's shape, the signal.
#include <gtest/gtest.h>
#include <set>

#include "control/scoped_ids.hpp"
#include "portal/route.hpp"
#include "portal/testing/reception.hpp"

namespace dd::portal {
namespace {

using api::Json;
using testing::Reception;

class KendraRoutes : public ::testing::Test {
 protected:
  KendraRoutes() {
    desk.place("m1");
    auto& fleet = desk.fleet;
    fleet.answer("/v1/createMeeting", R"({"response":"created the required routers"})");
    fleet.answer("/v1/getRoutersOfMeeting", R"({"routers":[{"routerId":"rp","workerId":"w1","role":"producer","capacity":10},
      {"routerId":"rc","workerId":"w2","role":"consumer","capacity":60}]})");
    fleet.answer("/v1/getParticipant", kAsha);
    fleet.answer("/v1/getMeeting", R"({"meetingId":"m1","participants":[{"participantId":"asha"},{"participantId":"bela"}]})");
    fleet.answer("/v1/joinMeeting", R"({"producerRtpCapabilities":{"codecs":[]},"consumerRtpCapabilities":{"codecs":[]}})");
    fleet.answer("/v1/getRTPCapabilities", R"({"producerRtpCapabilities":{},"consumerRtpCapabilities":{}})");
    fleet.answer("/v1/preMeetingDetails", R"({"producerRtpCapabilities":{},"consumerRtpCapabilities":{},"producerDetails":[]})");
    fleet.answer("/v1/getProducersOfMeeting", R"({"producerDetails":[{"producerId":"pb","participantId":"bela","kind":"audio"},
      {"producerId":"pv","participantId":"bela","kind":"Video"},{"producerId":"px","participantId":"chad","kind":"audio"}]})");
    fleet.answer(
        "/v1/recreateProducerTransport",
        R"({"transportOptions":{"id":"t1","iceParameters":{},"iceCandidates":[],"dtlsParameters":{}},"closedProducerDetails":[]})");
    fleet.answer("/v1/recreateConsumerTransport", R"({"transportOptions":{"id":"t2"},"producerDetails":[],"closedProducerDetails":[]})");
    fleet.answer("/v1/connectTransport", R"({"response":"Successfully connected producer transport"})");
    fleet.answer("/v1/restartIce", R"({"result":{"tp":{"usernameFragment":"u"}}})");
    fleet.answer("/v1/createProducer", R"({"producerId":"p9","participantId":"asha","kind":"audio"})");
    fleet.answer("/v1/pauseProducer", R"({"producerDetails":[{"producerId":"pa","participantId":"asha","kind":"audio"}]})");
    fleet.answer("/v1/resumeProducer", R"({"producerDetails":[]})");
    fleet.answer("/v1/closeProducer", R"({"producerDetails":[]})");
    fleet.answer("/v1/createConsumer", R"({"consumerDetails":[{"consumerId":"c9"}]})");
    fleet.answer("/v1/pauseConsumer", R"({"response":"Successfully paused"})");
    fleet.answer("/v1/resumeConsumer", R"({"response":"Successfully resumed"})");
    fleet.answer("/v1/closeConsumer", R"({"response":"Successfully closed consumer"})");
    fleet.answer("/v1/leaveMeeting", R"({"response":"Participant left the meeting","sendSignal":true})");
    fleet.answer("/v1/endMeeting", R"({"response":"Successfully ended meeting"})");
  }

  static Json body(const std::string& more = "{}") {
    Json json{{"meeting_id", "m1"}, {"tenant", "default"}, {"participant_id", "asha"}, {"instance_id", "i1"}};
    json.update(Json::parse(more));
    return json;
  }
  // A body that the route takes.
  static Json good(std::string_view route) {
    if (route == "createMeeting")
      return Json{{"meeting_id", "new"}, {"tenant", "default"}, {"producer_meeting_capacity", 5}, {"consumer_meeting_capacity", 5}};
    if (route.starts_with("connect")) return body(R"({"dtls_parameters":{"role":"client"}})");
    if (route == "createProducer") return body(R"({"kind":"audio","rtp_parameters":{"codecs":[]}})");
    if (route == "createConsumer") return body(R"({"rtp_capabilities":{"codecs":[]},"target_participants":{"bela":["audio","video"]}})");
    if (route.ends_with("Producer")) return body(R"({"kinds":["audio"]})");
    if (route.ends_with("Consumer")) return body(R"({"target_participants":{"bela":["audio"]}})");
    return body();
  }
  void nobody_there() { desk.fleet.refuse("/v1/getParticipant", make_error(Errc::kNotFound, "no participant")); }
  const Json& asked(std::string_view path) {
    const auto calls = desk.fleet.calls_of(path);
    EXPECT_EQ(calls.size(), 1U) << path;
    last_ = calls.empty() ? Json::object() : calls.back().body;
    return last_;
  }

  static constexpr const char* kAsha =
      R"({"participantId":"asha","instanceId":"i1","name":"","producerTransportId":"tp","consumerTransportId":"tc",
    "producers":[{"producerId":"pa","kind":"audio","paused":false},{"producerId":"ps","kind":"ScreenShare","paused":false}],
    "consumers":[{"consumerId":"c1","producerId":"pb","targetParticipantId":"bela","kind":"audio","paused":false},
                 {"consumerId":"c2","producerId":"pv","targetParticipantId":"bela","kind":"Video","paused":false},
                 {"consumerId":"c3","producerId":"px","targetParticipantId":"chad","kind":"audio","paused":false}],"dataProducers":[]})";

  Reception desk;
  Json last_;
};

TEST_F(KendraRoutes, EachTakesItsBodyAndAnswers200) {
  for (const Route& route : kendra_routes()) {
    const auto reply = desk.kendra(std::string(route.operation), good(route.operation));
    EXPECT_EQ(reply.status, 200) << route.path << " " << reply.text;
    EXPECT_TRUE(reply.json.is_object()) << route.path;
    EXPECT_EQ(reply.response.content_type, "application/json");
    if (route.operation == "endMeeting") desk.place("m1");
  }
}

TEST_F(KendraRoutes, EachRefusesWhatIsMissingOrWrong) {
  for (const Route& route : kendra_routes()) {
    const std::string name(route.operation);
    const Json whole = good(name);
    std::set<std::string> required{"meeting_id", "tenant"};
    if (name == "createProducer") required.insert({"kind", "rtp_parameters", "participant_id", "instance_id"});
    if (name == "createConsumer") required.insert({"rtp_capabilities", "target_participants", "participant_id", "instance_id"});
    if (name == "joinMeeting" || name == "leaveMeeting" || name.starts_with("recreate")) required.insert({"participant_id", "instance_id"});
    if (whole.contains("kinds")) required.insert("kinds");
    if (whole.contains("dtls_parameters")) required.insert({"dtls_parameters", "participant_id"});
    for (const std::string& field : required) {
      Json without = whole;
      without.erase(field);
      auto reply = desk.kendra(name, without);
      EXPECT_EQ(reply.status, 400) << name << " without " << field << ": " << reply.text;
      EXPECT_EQ(reply.json.value("field", ""), field);
      EXPECT_EQ(reply.json.value("message", ""), field + " is missing");
      Json wrong = whole;
      wrong[field] = 7;
      EXPECT_EQ(desk.kendra(name, wrong).status, 400) << name << " " << field;
    }
    for (const std::string bad : {"", "[]", "7", "{", "{\"meeting_id\":\"a\",\"meeting_id\":\"b\"}"}) {
      const auto reply = desk.request("POST", std::string(route.path), bad, testing::kApiKey, {{"content-type", "application/json"}});
      EXPECT_EQ(reply.status, 400) << name << " " << bad;
      EXPECT_TRUE(reply.json.contains("message"));
    }
    const std::vector<std::string> injections{"' OR 1=1 --", "m1\" UNION", "../m1", "", "m:1", std::string(65, 'm')};
    for (const std::string& injection : injections) {
      Json evil = whole;
      evil["meeting_id"] = injection;
      EXPECT_EQ(desk.kendra(name, evil).status, 400) << name << " " << injection;
    }
  }
}

TEST_F(KendraRoutes, TheContentTypeIsJson) {
  const auto reply = desk.request("POST", "/v1/joinMeeting", body().dump(), testing::kApiKey, {{"content-type", "text/plain"}});
  EXPECT_EQ(reply.status, 415);
  EXPECT_EQ(reply.text, R"({"message":"only application/json content type is supported"})");
  EXPECT_EQ(desk.request("POST", "/v1/joinMeeting", body().dump(), testing::kApiKey).status, 415);
  EXPECT_EQ(desk.request("POST", "/v1/joinMeeting", body().dump(), testing::kApiKey, {{"content-type", "Application/JSON; charset=utf-8"}})
                .status,
            200);
}

TEST_F(KendraRoutes, UnknownRoutesAndVerbsAreKendras) {
  EXPECT_EQ(desk.kendra("recreateTransports", body()).text, R"({"message":"Not Found"})");
  EXPECT_EQ(desk.kendra("recreateTransports", body()).status, 404);
  const auto wrong = desk.get("/v1/joinMeeting", testing::kApiKey);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.text, R"({"message":"Method Not Allowed"})");
}

TEST_F(KendraRoutes, AnUnknownMeetingIs404) {
  for (const Route& route : kendra_routes()) {
    if (route.operation == "createMeeting") continue;
    Json elsewhere = good(route.operation);
    elsewhere["meeting_id"] = "nowhere";
    const auto reply = desk.kendra(std::string(route.operation), elsewhere);
    EXPECT_EQ(reply.status, 404) << route.path;
    EXPECT_EQ(reply.json.value("message", ""), "meeting not found");
  }
}

TEST_F(KendraRoutes, AMeetingOfAnotherTenantIsNotFound) {
  desk.place("m1", "acme");
  EXPECT_EQ(desk.kendra("joinMeeting", body()).status, 404);
  Json theirs = body(R"({"tenant":"acme"})");
  EXPECT_EQ(desk.kendra("joinMeeting", theirs).status, 404);  // theirs is known under a scoped id
  desk.place(control::scoped_meeting(TenantId("acme"), "m1").str(), "acme");
  EXPECT_EQ(desk.kendra("joinMeeting", theirs).status, 200);
  EXPECT_EQ(asked("/v1/joinMeeting")["meetingId"], control::scoped_meeting(TenantId("acme"), "m1").str());
}

TEST_F(KendraRoutes, AMeetingThatKendraPlacedIsTheDefaultTenants) {
  desk.place("m1", "");
  EXPECT_EQ(desk.kendra("joinMeeting", body()).status, 200);
  EXPECT_EQ(desk.kendra("joinMeeting", body(R"({"tenant":" default"})")).status, 200);
}

TEST_F(KendraRoutes, JoiningNamesTheRoutersByTheirRoles) {
  desk.kendra("joinMeeting", body());
  EXPECT_EQ(asked("/v1/joinMeeting"),
            Json::parse(R"({"meetingId":"m1","participantId":"asha","instanceId":"i1","producerRouterId":"rp","consumerRouterId":"rc"})"));
}

TEST_F(KendraRoutes, ActiveContainerSaysWhere) {
  EXPECT_EQ(desk.kendra("activeContainer", body()).text, R"({"meeting_id":"m1","container_id":"c1"})");
}

TEST_F(KendraRoutes, TheProducerTransportIsAnsweredUnwrapped) {
  const auto reply = desk.kendra("recreateProducerTransport", body());
  EXPECT_EQ(reply.json, Json::parse(R"({"id":"t1","iceParameters":{},"iceCandidates":[],"dtlsParameters":{}})"));
  EXPECT_EQ(asked("/v1/recreateProducerTransport")["routerId"], "rp");
  EXPECT_TRUE(desk.bus.heard.empty());
}

TEST_F(KendraRoutes, TheConsumerTransportIsOnAConsumerRouter) {
  const auto reply = desk.kendra("recreateConsumerTransport", body());
  EXPECT_EQ(reply.json["transportOptions"]["id"], "t2");
  EXPECT_TRUE(reply.json.contains("producerDetails"));
  EXPECT_EQ(asked("/v1/recreateConsumerTransport")["routerId"], "rc");
}

TEST_F(KendraRoutes, TheFirstTransportOfAParticipantIsToldAsAJoin) {
  nobody_there();
  EXPECT_EQ(desk.kendra("recreateConsumerTransport", body()).status, 200);
  ASSERT_EQ(desk.bus.heard.size(), 1U);
  EXPECT_EQ(desk.bus.heard[0].signal.type, "DoordarshanUserJoined");
  EXPECT_EQ(desk.bus.heard[0].payload, Json::parse(R"({"participantId":"asha","instanceId":"i1"})"));
}

TEST_F(KendraRoutes, WhatARecreatedTransportClosedIsUnpublished) {
  for (const std::string name : {"recreateProducerTransport", "recreateConsumerTransport"}) {
    desk.bus.heard.clear();
    desk.fleet.answer("/v1/" + name,
                      R"({"transportOptions":{},"closedProducerDetails":[{"producerId":"old","participantId":"asha","kind":"video"}]})");
    desk.kendra(name, body());
    ASSERT_EQ(desk.bus.heard.size(), 1U);
    EXPECT_EQ(desk.bus.heard[0].signal.type, "DoordarshanStreamUnPublish");
    EXPECT_EQ(desk.bus.heard[0].payload,
              Json::parse(R"({"unPublishReason":"Recreating producer transport","producerMap":{"video":"old"},"participantId":"asha"})"));
  }
}

TEST_F(KendraRoutes, ALockedOrFullMeetingLetsNobodyNewIn) {
  nobody_there();
  desk.store.meetings[MeetingId("m1")].locked = true;
  trust::Grants grants;
  grants.subscribe = true;
  const std::string token = desk.token("acme", grants);
  const MeetingId scoped = control::scoped_meeting(TenantId("acme"), "m1");
  desk.place(scoped.str(), "acme");
  desk.store.meetings[scoped].locked = true;
  auto reply = desk.kendra("recreateConsumerTransport", body(R"({"tenant":"acme"})"), token);
  EXPECT_GE(reply.status, 400);
  EXPECT_EQ(reply.json.value("reason", ""), "meeting_locked");
  desk.store.meetings[scoped].locked = false;
  desk.tenant_store.rows[TenantId("acme")].quotas["participants_per_meeting"] = 2;
  desk.loop.advance(std::chrono::seconds{5});
  reply = desk.kendra("recreateConsumerTransport", body(R"({"tenant":"acme"})"), token);
  EXPECT_EQ(reply.json.value("reason", ""), "meeting_full") << reply.text;
  EXPECT_TRUE(desk.fleet.calls_of("/v1/recreateConsumerTransport").empty());
}

TEST_F(KendraRoutes, ConnectingFindsTheTransport) {
  desk.kendra("connectProducerTransport", good("connect"));
  EXPECT_EQ(asked("/v1/connectTransport"),
            Json::parse(R"({"meetingId":"m1","participantId":"asha","transportId":"tp","dtlsParameters":{"role":"client"}})"));
  desk.fleet.calls.clear();
  desk.kendra("connectConsumerTransport", good("connect"));
  EXPECT_EQ(asked("/v1/connectTransport")["transportId"], "tc");
}

TEST_F(KendraRoutes, AParticipantWithoutTransportsGets404) {
  desk.fleet.answer("/v1/getParticipant",
                    R"({"participantId":"asha","producerTransportId":"","consumerTransportId":"","producers":[],"consumers":[]})");
  for (const std::string name : {"connectProducerTransport", "connectConsumerTransport", "restartProducerIce", "restartConsumerIce",
                                 "restartIce", "createProducer", "createConsumer"}) {
    const auto reply = desk.kendra(name, good(name));
    EXPECT_EQ(reply.status, 404) << name;
    EXPECT_EQ(reply.json.value("message", ""), "transport not found");
  }
  nobody_there();
  for (const std::string name :
       {"connectProducerTransport", "restartIce", "createProducer", "createConsumer", "pauseProducer", "closeConsumer"}) {
    EXPECT_EQ(desk.kendra(name, good(name)).status, 404) << name;
  }
}

TEST_F(KendraRoutes, IceRestartsAreOfTheTransportsMeant) {
  const std::vector<std::pair<std::string, Json>> wanted{{"restartProducerIce", Json::parse(R"(["tp"])")},
                                                         {"restartConsumerIce", Json::parse(R"(["tc"])")},
                                                         {"restartIce", Json::parse(R"(["tp","tc"])")}};
  for (const auto& [name, transports] : wanted) {
    desk.fleet.calls.clear();
    EXPECT_TRUE(desk.kendra(name, body()).json.contains("result"));
    EXPECT_EQ(asked("/v1/restartIce")["transportIds"], transports) << name;
    EXPECT_EQ(asked("/v1/restartIce")["meetingId"], "m1");
  }
}

TEST_F(KendraRoutes, PublishingIsToldAndBounded) {
  desk.tenant_store.rows[TenantId("default")].id = TenantId("default");
  desk.tenant_store.rows[TenantId("default")].quotas["audio_bitrate"] = 64'000;
  const auto reply = desk.kendra("createProducer", good("createProducer"));
  EXPECT_EQ(reply.json["producerId"], "p9");
  const Json& sent = asked("/v1/createProducer");
  EXPECT_EQ(sent["producerTransportId"], "tp");
  EXPECT_EQ(sent["consumerRouterIds"], Json::parse(R"(["rc"])"));
  EXPECT_EQ(sent["maxBitrate"], 64'000);
  EXPECT_EQ(sent["startRecording"], false);
  ASSERT_EQ(desk.bus.heard.size(), 1U);
  const auto& heard = desk.bus.heard[0];
  EXPECT_EQ(heard.meeting, MeetingId("m1"));
  EXPECT_EQ(heard.signal.type, "DoordarshanStreamPublish");
  EXPECT_EQ(heard.signal.participant, "asha");
  EXPECT_TRUE(heard.signal.request.starts_with("asha"));
  EXPECT_EQ(heard.payload,
            Json::parse(R"({"publishReason":"User created the stream","producerMap":{"audio":"p9"},"participantId":"asha"})"));
  EXPECT_EQ(desk.kendra("createProducer", body(R"({"kind":"smell","rtp_parameters":{}})")).status, 400);
}

TEST_F(KendraRoutes, PausingResumingAndClosingNameTheProducersOfTheKinds) {
  const std::vector<std::tuple<std::string, std::string, std::string, std::string>> wanted{
      {"pauseProducer", "DoordarshanStreamUnPublish", "unPublishReason", "User paused the stream"},
      {"resumeProducer", "DoordarshanStreamPublish", "publishReason", "User resumed the stream"},
      {"closeProducer", "DoordarshanStreamUnPublish", "unPublishReason", "User left the meeting"}};
  for (const auto& [name, type, reason_name, reason] : wanted) {
    desk.fleet.calls.clear();
    desk.bus.heard.clear();
    EXPECT_EQ(desk.kendra(name, body(R"({"kinds":["screenshare"]})")).status, 200);
    EXPECT_EQ(asked("/v1/" + name)["producerKindMap"], Json::parse(R"({"ps":"ScreenShare"})"));
    ASSERT_EQ(desk.bus.heard.size(), 1U);
    EXPECT_EQ(desk.bus.heard[0].signal.type, type);
    EXPECT_EQ(desk.bus.heard[0].payload[reason_name], reason);
    EXPECT_EQ(desk.bus.heard[0].payload["producerMap"], Json::parse(R"({"ScreenShare":"ps"})"));
  }
}

TEST_F(KendraRoutes, AKindThatNobodySendsChangesNothingAndIsNotTold) {
  const auto reply = desk.kendra("pauseProducer", body(R"({"kinds":["video"]})"));
  EXPECT_EQ(reply.text, R"({"producerDetails":[]})");
  EXPECT_TRUE(desk.fleet.calls_of("/v1/pauseProducer").empty());
  EXPECT_TRUE(desk.bus.heard.empty());
}

TEST_F(KendraRoutes, ConsumersAreMadeOfWhatTheTargetsPublish) {
  desk.kendra("createConsumer", good("createConsumer"));
  const Json& sent = asked("/v1/createConsumer");
  EXPECT_EQ(sent["targetParticipants"], Json::parse(R"({"bela":{"audio":"pb","Video":"pv"}})"));
  EXPECT_EQ(sent["transportId"], "tc");
  const Json nobody = body(R"({"rtp_capabilities":{},"target_participants":{"zoe":["audio"]}})");
  EXPECT_EQ(desk.kendra("createConsumer", nobody).text, R"({"consumerDetails":[]})");
  EXPECT_EQ(desk.kendra("createConsumer", body(R"({"rtp_capabilities":{},"target_participants":{}})")).status, 200);
}

TEST_F(KendraRoutes, ConsumersArePausedOfTheTargetsOnly) {
  for (const std::string name : {"pauseConsumer", "resumeConsumer", "closeConsumer"}) {
    desk.fleet.calls.clear();
    EXPECT_TRUE(desk.kendra(name, body(R"({"target_participants":{"bela":["video"],"chad":["audio"]}})")).json.contains("response"));
    EXPECT_EQ(asked("/v1/" + name)["consumerIds"], Json::parse(R"(["c2","c3"])"));
  }
}

TEST_F(KendraRoutes, LeavingIsToldOnceTheInstanceWasThere) {
  EXPECT_TRUE(desk.kendra("leaveMeeting", body()).json["sendSignal"]);
  ASSERT_EQ(desk.bus.heard.size(), 1U);
  EXPECT_EQ(desk.bus.heard[0].signal.type, "DoordarshanUserLeft");
  EXPECT_EQ(desk.bus.heard[0].payload, Json::parse(R"({"userLeftReason":"User left the meeting","instanceId":"i1"})"));
  desk.fleet.answer("/v1/leaveMeeting", R"({"response":"Participant not found in the meeting","sendSignal":false})");
  EXPECT_EQ(desk.kendra("leaveMeeting", body()).status, 200);
  EXPECT_EQ(desk.bus.heard.size(), 1U);
}

TEST_F(KendraRoutes, EndingIsTold) {
  EXPECT_EQ(desk.kendra("endMeeting", body()).text, R"({"response":"Successfully ended meeting"})");
  EXPECT_EQ(desk.fleet.calls_of("/v1/endMeeting").size(), 1U);
  ASSERT_FALSE(desk.bus.heard.empty());
  EXPECT_EQ(desk.bus.heard.back().signal.type, "DoordarshanMeetingEnded");
  EXPECT_EQ(desk.bus.heard.back().signal.participant, "system");
  EXPECT_EQ(desk.kendra("endMeeting", body()).status, 404);
}

TEST_F(KendraRoutes, CreatingLaysOutRoutersAndReservesRoom) {
  const auto reply = desk.kendra("createMeeting", good("createMeeting"));
  EXPECT_EQ(reply.text, R"({"response":"created the required routers"})");
  const Json& sent = asked("/v1/createMeeting");
  EXPECT_EQ(sent["meetingId"], "new");
  EXPECT_EQ(sent["containerId"], "c1");
  EXPECT_EQ(sent["tenant"], "default");
  EXPECT_EQ(sent["producerRouterDetails"], Json::parse(R"([{"routerCapacity":10,"workerId":"c1w1"}])"));
  EXPECT_EQ(sent["consumerRouterDetails"], Json::parse(R"([{"routerCapacity":100,"workerId":"c1w2"}])"));
  const auto& placed = desk.store.meetings.at(MeetingId("new"));
  EXPECT_EQ(placed.size, 10U);
  EXPECT_EQ(placed.limit, 10U);
  EXPECT_EQ(desk.kendra("createMeeting", good("createMeeting")).text, R"({"response":"Meeting already exists"})");
}

TEST_F(KendraRoutes, CreatingRefusesWhatHasNoRoom) {
  Json large = good("createMeeting");
  large["producer_meeting_capacity"] = 50;
  large["consumer_meeting_capacity"] = 100;
  const auto reply = desk.kendra("createMeeting", large);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.json["message"], "no free container found");
  EXPECT_EQ(reply.json["reason"], "cluster_full");
  Json half{{"meeting_id", "n"}, {"tenant", "default"}, {"producer_meeting_capacity", 5}};
  EXPECT_EQ(desk.kendra("createMeeting", half).json["message"], "producer and Consumer capacity should be present");
  EXPECT_EQ(desk.kendra("createMeeting", Json{{"meeting_id", "n"}, {"tenant", "default"}}).json["message"], "capacity should be present");
  Json stranger = good("createMeeting");
  stranger["tenant"] = "nobody";
  const auto unknown = desk.kendra("createMeeting", stranger);
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(unknown.json["message"], "tenant not found");
}

TEST_F(KendraRoutes, ManyCreationsNeverPromiseMoreThanAServerHas) {
  int created = 0;
  for (int i = 0; i < 40; ++i) {
    Json one{{"meeting_id", "many" + std::to_string(i)},
             {"tenant", "default"},
             {"producer_meeting_capacity", 5},
             {"consumer_meeting_capacity", 5}};
    if (desk.kendra("createMeeting", one).status == 200) ++created;
  }
  EXPECT_EQ(created, 19);  // 200 places, 10 of them taken by the first meeting
}

TEST_F(KendraRoutes, AServerThatCannotBeReachedIsPassedOver) {
  desk.add_server("c2");
  desk.beat();
  desk.fleet.answer_by("/v1/createMeeting", [](const testing::FakeFleet::Made& made) {
    if (made.server == ContainerId("c2")) return Result<std::string>(unavailable("away"));
    return Result<std::string>(std::string(R"({"response":"created the required routers"})"));
  });
  EXPECT_EQ(desk.kendra("createMeeting", good("createMeeting")).status, 200);
  EXPECT_EQ(desk.store.meetings.at(MeetingId("new")).server, ContainerId("c1"));
}

TEST_F(KendraRoutes, MeetingCapacityMakesOneRouter) {
  EXPECT_EQ(desk.kendra("createMeeting", Json{{"meeting_id", "new"}, {"tenant", "default"}, {"meeting_capacity", 25}}).status, 200);
  const Json& sent = asked("/v1/createMeeting");
  EXPECT_EQ(sent["routers"], Json::parse(R"({"routerCapacity":50,"workerId":"c1w1"})"));
  EXPECT_FALSE(sent.contains("consumerRouterDetails"));
}

TEST_F(KendraRoutes, WhoSaysNothingOfThemselvesIsRefused) {
  const auto reply = desk.post("/v1/joinMeeting", body());
  EXPECT_EQ(reply.status, 401);
  EXPECT_TRUE(reply.json.contains("message"));
  EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
  PortalSettings settings = Reception::defaults();
  settings.allowed_networks = {"127.0.0.0/8"};
  Reception near(settings);
  EXPECT_EQ(near.post("/v1/joinMeeting", body()).status, 404);
  EXPECT_EQ(near.get("/api/recordings").status, 401);
  near.peer = api::PeerAddress{0xfd};
  EXPECT_EQ(near.post("/v1/joinMeeting", body()).status, 401);
}

TEST_F(KendraRoutes, ATokenReachesItsTenantMeetingAndParticipantOnly) {
  const MeetingId scoped = control::scoped_meeting(TenantId("acme"), "m1");
  desk.place(scoped.str(), "acme");
  trust::Grants grants;
  grants.publish = {"audio"};
  const std::string token = desk.token("acme", grants, "m1", "asha");
  EXPECT_EQ(desk.kendra("joinMeeting", body(R"({"tenant":"acme"})"), token).status, 200);
  const std::vector<std::string> beyond{R"({"tenant":"default"})", R"({"tenant":"acme","meeting_id":"m2"})",
                                        R"({"tenant":"acme","participant_id":"bela"})"};
  for (const std::string& more : beyond) {
    const auto reply = desk.kendra("joinMeeting", body(more), token);
    EXPECT_EQ(reply.status, 403) << more;
    EXPECT_EQ(reply.json["reason"], "not_granted");
  }
  Json audio = body(R"({"tenant":"acme","kind":"audio","rtp_parameters":{}})");
  EXPECT_EQ(desk.kendra("createProducer", audio, token).status, 200);
  audio["kind"] = "video";
  EXPECT_EQ(desk.kendra("createProducer", audio, token).status, 403);
  Json consume = good("createConsumer");
  consume["tenant"] = "acme";
  EXPECT_EQ(desk.kendra("createConsumer", consume, token).status, 403);
  EXPECT_EQ(desk.kendra("endMeeting", body(R"({"tenant":"acme"})"), token).status, 403);
  EXPECT_EQ(desk.kendra("endMeeting", body(R"({"tenant":"acme"})"), desk.token("acme", Reception::admin())).status, 200);
}

TEST_F(KendraRoutes, ASignalingParticipantCannotBeImitatedByAToken) {
  const std::string token = desk.token("acme", trust::Grants{});
  desk.place(control::scoped_meeting(TenantId("acme"), "m1").str(), "acme");
  EXPECT_EQ(desk.kendra("leaveMeeting", body(R"({"tenant":"acme","participant_id":"asha:0123456789"})"), token).status, 403);
}

TEST_F(KendraRoutes, AMediaServersRefusalKeepsItsStatus) {
  desk.fleet.refuse("/v1/createProducer", invalid_field("rtpParameters.codecs", "rtpParameters.codecs is missing"));
  auto reply = desk.kendra("createProducer", good("createProducer"));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.json["field"], "rtpParameters.codecs");
  desk.fleet.refuse("/v1/createProducer", unavailable("the worker is away"));
  reply = desk.kendra("createProducer", good("createProducer"));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("Retry-After"), "1");
  desk.fleet.answer("/v1/createProducer", "nonsense");
  reply = desk.kendra("createProducer", good("createProducer"));
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.json["message"], "Internal Server Error");
  EXPECT_TRUE(desk.bus.heard.empty());
}

}  // namespace
}  // namespace dd::portal
