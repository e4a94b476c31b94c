// SPDX-License-Identifier: MIT
#include "api/application.hpp"

#include <gtest/gtest.h>
#include <set>

#include "api/rtp_json.hpp"
#include "api/testing/service.hpp"
#include "meeting/testing/sample_rtp.hpp"

namespace dd::api {
namespace {

using namespace std::chrono_literals;
using testing::Service;

TEST(Application, SaysWhatItIs) {
  Service service;
  EXPECT_EQ(service.get("/").text, R"({"message":"Welcome to Doordarshan Media Server!"})");
  EXPECT_EQ(service.get("/health").text, R"({"status":"ok"})");
  const auto server = service.get("/v1/server");
  EXPECT_EQ(server.json["containerId"], "c1");
  EXPECT_EQ(server.json["tenant"], " default");
  EXPECT_EQ(server.json["workers"].size(), 2U);
  EXPECT_NE(service.get("/metrics").text.find("doordarshan_http_requests_total"), std::string::npos);
  EXPECT_EQ(service.get("/metrics").response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(service.get("/v1/pprofStart").status, 410);
}

TEST(Application, AnUnknownPathIs404AndAWrongMethod405WithAllow) {
  Service service;
  for (const std::string path :
       {"/v1/nothing", "/v1/createMeeting/", "//", "/V1/createMeeting", "/v1/%63reateMeeting", "", "*", "/docs2", "/try/"}) {
    const auto answer = service.get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.error_code(), "not_found");
  }
  const auto wrong = service.get("/v1/createMeeting");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST, OPTIONS");
  EXPECT_EQ(wrong.error_code(), "method_not_allowed");
  EXPECT_EQ(service.request("POST", "/health").header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(service.request("DELETE", "/v1/createMeeting").status, 405);
  EXPECT_EQ(service.request("BREW", "/").status, 405);
  EXPECT_EQ(service.request("POST", "/docs/").status, 405);
}

TEST(Application, HeadIsGetWithoutTheBody) {
  Service service;
  const auto head = service.request("HEAD", "/health");
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.response.head_only);
  EXPECT_EQ(head.response.content().size(), service.get("/health").text.size());
  EXPECT_EQ(service.request("HEAD", "/v1/events").response.stream, nullptr);
  EXPECT_EQ(service.events.clients(), 0U);
}

TEST(Application, EveryAnswerIsOpenToBrowsers) {
  Service service;
  for (const std::string path : {"/health", "/v1/nothing"}) EXPECT_EQ(service.get(path).header("Access-Control-Allow-Origin"), "*");
  const auto preflight =
      service.request("OPTIONS", "/v1/createMeeting", "", {{"origin", "https://x"}, {"access-control-request-method", "POST"}});
  EXPECT_EQ(preflight.status, 200);
  EXPECT_EQ(preflight.text, "");
  EXPECT_EQ(preflight.header("Access-Control-Allow-Methods"), "*");
  EXPECT_EQ(preflight.header("Access-Control-Allow-Headers"), "*, Authorization");
  Settings closed;
  closed.cors_origin = "";
  EXPECT_EQ(Service(closed).get("/health").header("Access-Control-Allow-Origin"), "");
}

TEST(Application, ARequestIdIsEchoedWhenItIsHarmless) {
  Service service;
  EXPECT_EQ(service.request("GET", "/health", "", {{"x-request-id", "abc-123:7"}}).header("X-Request-ID"), "abc-123:7");
  for (const std::string bad : {"", "a b", "a\r\nSet-Cookie: x", "\xc3\xa9", "<script>"}) {
    const std::string given = service.request("GET", "/health", "", {{"x-request-id", bad}}).header("X-Request-ID");
    EXPECT_EQ(given.size(), 36U) << bad;
  }
  EXPECT_EQ(service.request("GET", "/health", "", {{"x-request-id", std::string(129, 'a')}}).header("X-Request-ID").size(), 36U);
}

TEST(Application, AKeyGuardsTheApiAndTheMetricsButNotTheProbes) {
  Settings settings;
  settings.api_key = "k";
  Service service(settings);
  for (const std::string path : {"/v1/server", "/metrics", "/v1/events"}) {
    const auto answer = service.get(path);
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(answer.error_code(), "unauthenticated");
  }
  EXPECT_EQ(service.post("createMeeting", Json::object()).status, 401);
  EXPECT_EQ(service.request("POST", "/v1/createMeeting", "{}", {{"x-api-key", "k"}}).status, 400);
  EXPECT_EQ(service.request("GET", "/v1/server", "", {{"authorization", "Bearer k"}}).status, 200);
  for (const std::string path : {"/", "/health", "/ready", "/openapi.json", "/docs/"}) EXPECT_EQ(service.get(path).status, 200) << path;
  EXPECT_EQ(service.request("OPTIONS", "/v1/createMeeting").status, 200);
}

TEST(Application, OnlyTheAllowedNetworksAreLetIn) {
  Settings settings;
  settings.allowed_networks = {"127.0.0.0/8"};
  Service service(settings);
  EXPECT_EQ(service.get("/v1/server").status, 200);
  service.peer = PeerAddress{0xfd};
  EXPECT_EQ(service.get("/v1/server").status, 403);
  EXPECT_EQ(service.get("/health").status, 200);
}

TEST(Application, IsReadyWhenStoreWorkersAndHeartAre) {
  std::optional<Duration> age = Duration{1s};
  Settings settings;
  settings.heartbeat_age = [&] { return age; };
  Service service(settings);
  EXPECT_EQ(service.get("/ready").text, R"({"status":"ready","reasons":[]})");
  service.store.take_away();
  auto answer = service.get("/ready");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(answer.json["reasons"], Json::parse(R"(["store unavailable"])"));
  service.store.bring_back();
  service.media.kill_worker(WorkerId("w1"));
  EXPECT_EQ(service.get("/ready").json["reasons"], Json::parse(R"(["1 of 2 workers down"])"));
  service.media.restore_worker(WorkerId("w1"));
  age = 11s;
  EXPECT_EQ(service.get("/ready").json["reasons"], Json::parse(R"(["last heartbeat 11 s ago"])"));
  age.reset();
  EXPECT_EQ(service.get("/ready").json["reasons"], Json::parse(R"(["no heartbeat yet"])"));
}

TEST(Application, AnExceptionThatEscapesIsAnsweredAndCounted) {
  Settings settings;
  settings.heartbeat_age = []() -> std::optional<Duration> { throw std::runtime_error("a secret of ours"); };
  Service service(settings);
  const auto page = service.get("/ready");
  EXPECT_EQ(page.status, 500);
  EXPECT_EQ(page.error_code(), "internal");
  EXPECT_EQ(page.text.find("secret"), std::string::npos);
  service.broken = true;
  const auto call =
      service.post("createMeeting", Json::parse(R"({"meetingId":"m","containerId":"c1","routers":{"routerCapacity":1,"workerId":"w1"}})"));
  EXPECT_EQ(call.status, 500);
  EXPECT_NE(service.metrics.exposition().find("doordarshan_escaped_exceptions_total 2"), std::string::npos);
  EXPECT_EQ(service.get("/health").status, 200);
}

TEST(Application, ThePagesNeedNothingFromElsewhere) {
  Service plain;
  EXPECT_EQ(plain.get("/docs").status, 301);
  EXPECT_EQ(plain.get("/docs").header("Location"), "/docs/");
  EXPECT_NE(plain.get("/docs/").text.find("../openapi.json"), std::string::npos);
  EXPECT_EQ(plain.get("/docs/../CMakeLists.txt").status, 404);
  EXPECT_EQ(plain.get("/docs/%2e%2e/x").status, 404);
  for (const auto& page : {plain.get("/docs/").text}) {
    EXPECT_EQ(page.find("http://"), std::string::npos);
    EXPECT_EQ(page.find("https://"), std::string::npos);
  }
  const auto first = plain.get("/docs/");
  EXPECT_EQ(plain.request("GET", "/docs/", "", {{"if-none-match", first.header("ETag")}}).status, 304);
}

// A meeting with one participant in it, whose transports are up.
class Call : public ::testing::Test {
 protected:
  Json json(std::string_view text) { return Json::parse(text); }
  Json me(Json more) {
    more["meetingId"] = "m";
    more["participantId"] = "alice";
    more["instanceId"] = "i1";
    return more;
  }
  void create() {
    const auto answer = service.post(
        "createMeeting", json(R"({"meetingId":"m","containerId":"c1","producerRouterDetails":[{"routerCapacity":20,"workerId":"w1"}],
      "consumerRouterDetails":[{"routerCapacity":240,"workerId":"w2"}]})"));
    ASSERT_EQ(answer.text, R"({"response":"created the required routers"})");
    for (const auto& [id, worker] : service.media.routers()) (worker.str() == "w1" ? producer_router : consumer_router) = id.str();
  }
  std::string transport(std::string_view call, const std::string& participant) {
    Json body = me(Json::object());
    body["participantId"] = participant;
    body["routerId"] = call == "recreateProducerTransport" ? producer_router : consumer_router;
    const auto answer = service.post(call, body);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.json["transportOptions"]["id"];
  }
  Json rtp(const rtp::Parameters& parameters) { return Json::parse(to_text(to_json(parameters))); }
  Json capabilities() { return Json::parse(to_text(to_json(meeting::testing::sample_router_capabilities()))); }
  std::string produce(const std::string& transport_id, std::string_view kind) {
    Json body = me(Json::object());
    body["kind"] = kind;
    body["producerTransportId"] = transport_id;
    body["producerRouterId"] = producer_router;
    body["consumerRouterIds"] = Json::array({consumer_router});
    body["startRecording"] = false;
    body["rtpParameters"] = rtp(kind == "audio" ? meeting::testing::sample_audio() : meeting::testing::sample_video());
    const auto answer = service.post("createProducer", body);
    EXPECT_EQ(answer.status, 200) << answer.text;
    return answer.json["producerId"];
  }

  Service service;
  std::string producer_router;
  std::string consumer_router;
};

TEST_F(Call, AMeetingAndItsPeopleCanBeAskedFor) {
  create();
  Json recreate = me(json(R"({"name":"Alice"})"));
  recreate["routerId"] = producer_router;
  const std::string send = service.post("recreateProducerTransport", recreate).json["transportOptions"]["id"];
  const std::string audio = produce(send, "audio");
  const auto meeting = service.post("getMeeting", json(R"({"meetingId":"m"})"));
  ASSERT_EQ(meeting.status, 200) << meeting.text;
  EXPECT_EQ(meeting.json["tenant"], " default");
  EXPECT_EQ(meeting.json["routers"].size(), 2U);
  Json alice = json(R"([{"participantId":"alice","instanceId":"i1","name":"Alice","producers":[],"dataProducers":[]}])");
  alice[0]["producers"].push_back({{"producerId", audio}, {"kind", "audio"}, {"paused", false}});
  EXPECT_EQ(meeting.json["participants"], alice);

  const auto participant = service.post("getParticipant", json(R"({"meetingId":"m","participantId":"alice"})"));
  EXPECT_EQ(participant.json["producerTransportId"], send);
  EXPECT_EQ(participant.json["consumerTransportId"], "");
  EXPECT_EQ(participant.json["producers"], alice[0]["producers"]);
  EXPECT_EQ(participant.json["consumers"], Json::array());
  EXPECT_EQ(service.post("getParticipant", json(R"({"meetingId":"m","participantId":"bob"})")).status, 404);
  EXPECT_EQ(service.post("getMeeting", json(R"({"meetingId":"n"})")).status, 404);

  const auto routers = service.post("addRouters", json(R"({"meetingId":"m","routers":[{"routerCapacity":20,"workerId":"w2"}]})"));
  EXPECT_EQ(routers.text, service.post("getRoutersOfMeeting", json(R"({"meetingId":"m"})")).text);
  EXPECT_EQ(routers.json["routers"].size(), 2U);
}

TEST_F(Call, EachAnswerHasTheSpecsShape) {
  create();
  EXPECT_EQ(
      service.post("createMeeting", json(R"({"meetingId":"m","containerId":"c1","routers":{"routerCapacity":1,"workerId":"w1"}})")).text,
      R"({"response":"Meeting already exists"})");

  Json join = me(Json::object());
  join["producerRouterId"] = consumer_router;  // swapped, as kendra does
  join["consumerRouterId"] = producer_router;
  const auto joined = service.post("joinMeeting", join);
  ASSERT_EQ(joined.status, 200) << joined.text;
  EXPECT_EQ(joined.json.size(), 2U);
  EXPECT_EQ(joined.json["producerRtpCapabilities"]["codecs"][0]["mimeType"], "audio/opus");
  EXPECT_EQ(service.post("getRTPCapabilities", join).text, joined.text);
  EXPECT_EQ(service.post("preMeetingDetails", join).json["producerDetails"], Json::array());

  Json recreate = me(json(R"({"oldProducerTransportId":"","oldConsumerTransportId":"","oldProducerIds":null,"oldConsumerIds":null})"));
  recreate["routerId"] = producer_router;
  const auto sending = service.post("recreateProducerTransport", recreate);
  ASSERT_EQ(sending.status, 200) << sending.text;
  EXPECT_EQ(sending.json["closedProducerDetails"], Json::array());
  const auto options = sending.json["transportOptions"];
  for (const auto* member : {"id", "dtlsParameters", "iceCandidates", "iceParameters"}) EXPECT_TRUE(options.contains(member)) << member;
  EXPECT_FALSE(options["iceCandidates"][0].contains("ip"));
  EXPECT_EQ(service.post("recreateProducerTransport", recreate).json["transportOptions"]["id"], options["id"]);
  const std::string send = options["id"];

  Json connect = me(json(R"({"dtlsParameters":{"role":"client","fingerprints":[{"algorithm":"sha-256",
    "value":"1B:EA:BF:33:B8:11:26:6D:91:AD:1B:A0:16:FD:5D:60:59:33:F7:46:A3:BA:99:2A:1D:04:99:A6:F2:C6:2D:43"}]}})"));
  connect["transportId"] = send;
  EXPECT_EQ(service.post("connectTransport", connect).text, R"({"response":"Successfully connected producer transport"})");
  EXPECT_EQ(service.post("connectTransport", connect).text, R"({"response":"Transport already connected, ignoring"})");

  for (const auto* call : {"restartIce", "restartProducerIce", "restartConsumerIce"}) {
    Json restart = json(R"({"participantId":"alice"})");  // without a meeting, as kendra does
    restart["transportIds"] = Json::array({send, "", "unknown"});
    const auto restarted = service.post(call, restart);
    ASSERT_EQ(restarted.status, 200) << restarted.text;
    EXPECT_EQ(restarted.json["result"].size(), 1U);
    EXPECT_EQ(restarted.json["result"][send].size(), 3U);
  }

  const std::string producer = produce(send, "video");
  EXPECT_EQ(produce(send, "video"), producer);
  Json producers = me(Json::object());
  producers["producerKindMap"][producer] = "video";
  const std::string details = R"({"producerDetails":[{"producerId":")" + producer + R"(","participantId":"alice","kind":"video"}]})";
  EXPECT_EQ(service.post("getProducersOfMeeting", json(R"({"meetingId":"m"})")).text, details);
  EXPECT_EQ(service.post("pauseProducer", producers).text, details);
  EXPECT_EQ(service.post("resumeProducer", producers).text, details);

  const std::string receive = transport("recreateConsumerTransport", "bob");
  Json consume = me(Json::object());
  consume["participantId"] = "bob";
  consume["transportId"] = receive;
  consume["rtpCapabilities"] = capabilities();
  consume["targetParticipants"]["alice"]["video"] = producer;
  const auto consumed = service.post("createConsumer", consume);
  ASSERT_EQ(consumed.status, 200) << consumed.text;
  ASSERT_EQ(consumed.json["consumerDetails"].size(), 1U);
  const Json consumer = consumed.json["consumerDetails"][0];
  EXPECT_EQ(consumer["producerId"], producer);
  EXPECT_EQ(consumer["targetParticipantId"], "alice");
  EXPECT_EQ(consumer["kind"], "video");
  EXPECT_TRUE(consumer["rtpParameters"].contains("encodings"));
  EXPECT_EQ(service.post("createConsumer", consume).json["consumerDetails"][0]["consumerId"], consumer["consumerId"]);

  Json consumers = json(R"({"meetingId":"m","participantId":"bob"})");
  consumers["consumerIds"] = Json::array({consumer["consumerId"]});
  EXPECT_EQ(service.post("getParticipantConsumers", json(R"({"participantId":"bob","meetingId":"m","transportIds":[]})")).json,
            consumers["consumerIds"]);
  EXPECT_EQ(service.post("getParticipantProducers", json(R"({"participantId":"alice","meetingId":"m","transportIds":[]})")).json,
            Json::array({producer}));
  EXPECT_EQ(service.post("pauseConsumer", consumers).text, R"({"response":"Successfully paused"})");
  EXPECT_EQ(service.post("resumeConsumer", consumers).text, R"({"response":"Successfully resumed"})");
  EXPECT_EQ(service.post("closeConsumer", consumers).text, R"({"response":"Successfully closed consumer"})");
  EXPECT_EQ(service.post("closeConsumer", consumers).text, R"({"response":"Successfully closed consumer"})");
  EXPECT_EQ(service.post("closeProducer", producers).text, details);
  EXPECT_EQ(service.post("closeProducer", producers).text, R"({"producerDetails":[]})");

  Json leave = me(json(R"({"producerTransportId":"","consumerTransportId":"","producerIds":null,"consumerIds":null})"));
  EXPECT_EQ(service.post("leaveMeeting", leave).text, R"({"response":"Participant left the meeting","sendSignal":true})");
  EXPECT_EQ(service.post("leaveMeeting", leave).text, R"({"response":"Participant not found in the meeting","sendSignal":false})");

  const auto replaced =
      service.post("replaceMeetings", json(R"({"replaceMeetingRequests":[{"meetingId":"m2","oldContainerId":"c0","newContainerId":"c1",
    "producerRouterDetails":[{"routerCapacity":20,"workerId":"w1"}],"consumerRouterDetails":[{"routerCapacity":240,"workerId":"w2"}]}]})"));
  EXPECT_EQ(replaced.text, "\"created the required routers\"");

  Json end = json(R"({"meetingId":"m","routerIds":[""],"transportIds":[""],"producerIds":[""],"consumerIds":[""],"participantIds":[""]})");
  EXPECT_EQ(service.post("endMeeting", end).text, R"({"response":"Successfully ended meeting"})");
  EXPECT_EQ(service.post("endMeeting", end).text, R"({"response":"Successfully ended meeting"})");
}

TEST_F(Call, AMeetingThatWasMovedAwayIsReleasedWithoutTouchingItsNewRows) {
  create();
  transport("recreateProducerTransport", "alice");
  service.store.hand_over(MeetingId("m"), ContainerId("c9"));
  EXPECT_EQ(service.post("releaseMeeting", json(R"({"meetingId":"m"})")).text, R"({"response":"Successfully released meeting"})");
  ASSERT_TRUE(service.store.meetings().contains(MeetingId("m")));
  EXPECT_EQ(service.store.meetings().at(MeetingId("m")).container.str(), "c9");
  EXPECT_EQ(service.post("releaseMeeting", json(R"({"meetingId":"m"})")).status, 404);
  EXPECT_EQ(service.post("getRoutersOfMeeting", json(R"({"meetingId":"m"})")).status, 404);
}

TEST_F(Call, TheAdditionsAnswerToo) {
  create();
  const std::string send = transport("recreateProducerTransport", "alice");
  const std::string receive = transport("recreateConsumerTransport", "bob");
  const std::string producer = produce(send, "video");
  Json consume = me(Json::object());
  consume["participantId"] = "bob";
  consume["transportId"] = receive;
  consume["rtpCapabilities"] = capabilities();
  consume["targetParticipants"]["alice"]["video"] = producer;
  const auto consumed = service.post("createConsumer", consume);
  ASSERT_EQ(consumed.status, 200) << consumed.text;
  const std::string consumer = consumed.json["consumerDetails"][0]["consumerId"];

  const auto bob = [&](std::string_view text) {
    Json body = json(text);
    body["meetingId"] = "m";
    body["participantId"] = "bob";
    body["consumerId"] = consumer;
    return body;
  };
  EXPECT_EQ(service.post("setPreferredLayers", bob(R"({"spatialLayer":0,"temporalLayer":0})")).status, 200);
  EXPECT_EQ(service.post("setConsumerPriority", bob(R"({"priority":7})")).text, R"({"priority":7})");
  EXPECT_EQ(service.post("setConsumerPriority", bob(R"({"priority":0})")).error_field(), "priority");
  EXPECT_EQ(service.post("requestKeyFrame", bob("{}")).text, R"({"response":"Successfully requested key frame"})");
  EXPECT_TRUE(service.post("getConsumerStats", bob("{}")).json["stats"].is_array());
  Json alice = json(R"({"meetingId":"m","participantId":"alice"})");
  alice["producerId"] = producer;
  EXPECT_TRUE(service.post("getProducerStats", alice).json["stats"].is_array());
  alice["transportId"] = send;
  EXPECT_TRUE(service.post("getTransportStats", alice).json["stats"].is_array());
  alice["participantId"] = "bob";
  EXPECT_EQ(service.post("getTransportStats", alice).status, 404);  // another's objects are not even confirmed to exist

  Json data = json(R"({"meetingId":"m","participantId":"alice","label":"chat","sctpStreamParameters":{"streamId":1,"ordered":true}})");
  data["transportId"] = send;
  const auto made = service.post("createDataProducer", data);
  ASSERT_EQ(made.status, 200) << made.text;
  Json read = bob("{}");
  read["transportId"] = receive;
  read["dataProducerId"] = made.json["dataProducerId"];
  const auto reading = service.post("createDataConsumer", read);
  ASSERT_EQ(reading.status, 200) << reading.text;
  EXPECT_EQ(reading.json["label"], "chat");
  EXPECT_TRUE(reading.json["sctpStreamParameters"].contains("streamId"));
  Json close = json(R"({"meetingId":"m","participantId":"alice"})");
  close["dataProducerIds"] = Json::array({made.json["dataProducerId"]});
  EXPECT_EQ(service.post("closeData", close).text, R"({"response":"Successfully closed data"})");
  alice["participantId"] = "alice";
  EXPECT_EQ(service.post("closeTransport", alice).text, R"({"response":"Successfully closed transport"})");
}

TEST_F(Call, UnknownAndForeignIdsAre404) {
  create();
  const std::string send = transport("recreateProducerTransport", "alice");
  EXPECT_EQ(service.post("joinMeeting", me(json(R"({"producerRouterId":"x","consumerRouterId":"y"})"))).status, 404);
  Json recreate = me(Json::object());
  recreate["routerId"] = "x";
  EXPECT_EQ(service.post("recreateConsumerTransport", recreate).status, 404);
  Json connect = me(json(
      R"({"transportId":"x","dtlsParameters":{"role":"client","fingerprints":[{"algorithm":"sha-1","value":"00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"}]}})"));
  const auto unknown = service.post("connectTransport", connect);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.error_code(), "not_found");
  connect["transportId"] = send;
  connect["participantId"] = "mallory";
  EXPECT_EQ(service.post("connectTransport", connect).status, 404);
}

TEST_F(Call, WithTheStoreAwayTheAnswerIs503WithRetryAfter) {
  create();
  service.store.take_away();
  Json recreate = me(Json::object());
  recreate["routerId"] = producer_router;
  const auto answer = service.post("recreateProducerTransport", recreate);
  EXPECT_EQ(answer.status, 503);
  EXPECT_FALSE(answer.header("Retry-After").empty());
  EXPECT_EQ(answer.error_code(), "unavailable");
}

TEST_F(Call, EveryRouteRefusesEveryKindOfNonsense) {
  create();
  const std::vector<std::string> bodies{"",
                                        "null",
                                        "[]",
                                        "17",
                                        "\"x\"",
                                        "{",
                                        R"({"meetingId":"a","meetingId":"b"})",
                                        std::string(5000, '['),
                                        "{\"\xc3\x28\":1}",
                                        R"({"meetingId":"\u0000"})",
                                        R"({"meetingId":"\u202e\u2066","participantId":"\ud83d\ude00"})",
                                        R"({"meetingId":"' OR 1=1 --"})",
                                        R"({"meetingId":"../../etc/passwd"})",
                                        R"({"meetingId":)" + std::string("\"") + std::string(100'000, 'a') + "\"}",
                                        R"({"meetingId":["m"],"participantId":{}})",
                                        R"({"meetingId":1e308})"};
  for (const auto table : {media_routes(), extension_routes()}) {
    for (const Route& route : table) {
      for (const auto& body : bodies) {
        const auto answer = service.request("POST", std::string(route.path), body);
        EXPECT_EQ(answer.status, 400) << route.path << " " << body.substr(0, 100);
        EXPECT_EQ(answer.error_code(), "invalid_argument") << answer.text;
      }
    }
  }
}

TEST_F(Call, TheEventsTellTheStory) {
  auto answer = service.get("/v1/events?meetingId=m");
  ASSERT_TRUE(answer.response.stream);
  EXPECT_EQ(answer.response.content_type, "text/event-stream");
  create();
  transport("recreateProducerTransport", "alice");
  std::string text;
  answer.response.stream->read(text, 1 << 20);
  EXPECT_LT(text.find("event: meeting.created"), text.find("event: participant.joined"));
  EXPECT_NE(text.find("\"instanceId\":\"i1\""), std::string::npos);
  EXPECT_EQ(service.get("/v1/events?meetingId=a%20b").error_field(), "meetingId");
  text.clear();
  service.get("/v1/events?lastEventId=boot-0").response.stream->read(text, 1 << 20);
  EXPECT_NE(text.find("id: boot-1\n"), std::string::npos);
  text.clear();
  service.request("GET", "/v1/events", "", {{"last-event-id", "elsewhere-7"}}).response.stream->read(text, 1 << 20);
  EXPECT_NE(text.find("event: resync"), std::string::npos);
}

}  // namespace
}  // namespace dd::api
