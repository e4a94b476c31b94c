// SPDX-License-Identifier: MIT
// How clients come into a meeting, and back into it.
#include <gtest/gtest.h>

#include "control/scoped_ids.hpp"
#include "signaling/testing/stage.hpp"

namespace dd::signaling {
namespace {

using namespace std::chrono_literals;
using testing::everything;
using testing::guest;
using testing::Json;
using testing::Stage;

std::string reason_of(const Json& answer) { return answer["error"]["data"].value("reason", ""); }
std::string code_of(const Json& answer) { return answer["error"]["data"].value("code", ""); }

TEST(Joining, AnswersEverythingThatIsNeededToSendAndReceiveInOneRoundTrip) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const Json& result = asha->joined["result"];
  EXPECT_EQ(result["tenant"], "acme");
  EXPECT_EQ(result["meeting"]["id"], "standup");
  EXPECT_EQ(result["meeting"]["locked"], false);
  EXPECT_TRUE(result["meeting"]["recording"].is_null());
  EXPECT_EQ(result["seq"], 0);
  EXPECT_EQ(result["me"]["participantId"], "asha");
  EXPECT_EQ(result["me"]["name"], "Name of asha");
  EXPECT_TRUE(result["participants"].empty());
  EXPECT_EQ(result["media"]["epoch"], 1);
  EXPECT_EQ(result["media"]["send"]["iceParameters"]["iceLite"], true);
  EXPECT_EQ(result["media"]["receive"]["sctpParameters"]["port"], 5000);
  EXPECT_EQ(result["media"]["rtpCapabilities"]["codecs"][0]["mimeType"], "audio/opus");
  EXPECT_NE(asha->send_transport(), asha->receive_transport());
  EXPECT_GE(result["resumeToken"].get<std::string>().size(), 22U);
  EXPECT_EQ(stage.replicas[0]->gate->sessions(), 1U);
}

TEST(Joining, ServersKnowScopedIdsAndTheName) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const Json& body = stage.media.last_body("/v1/recreateProducerTransport");
  EXPECT_EQ(body["meetingId"], stage.meeting().str());
  EXPECT_EQ(body["participantId"], stage.scoped("asha"));
  EXPECT_NE(stage.scoped("asha"), "asha");
  EXPECT_EQ(body["name"], "Name of asha");
  EXPECT_EQ(body["forceNew"], true);
}

TEST(Joining, EveryoneSeesWhoWasThereAndWhoCame) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const std::string camera = asha->produce("video");
  const auto bela = stage.enter("bela", guest());
  const Json& there = bela->joined["result"]["participants"];
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0]["participantId"], "asha");
  EXPECT_EQ(there[0]["moderator"], true);
  EXPECT_EQ(there[0]["producers"][0]["producerId"], camera);
  EXPECT_EQ(there[0]["producers"][0]["kind"], "video");
  const Json came = asha->last("participant.joined");
  EXPECT_EQ(came["participantId"], "bela");
  EXPECT_EQ(came["moderator"], false);
  EXPECT_EQ(came["seq"], 1);
  EXPECT_TRUE(bela->told("participant.joined").empty());
}

TEST(Joining, CapabilitiesOfAServerAreAskedForOnce) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const auto bela = stage.enter("bela");
  EXPECT_EQ(stage.media.count("/v1/getRTPCapabilities"), 1U);
  EXPECT_EQ(asha->joined["result"]["media"]["rtpCapabilities"], bela->joined["result"]["media"]["rtpCapabilities"]);
}

TEST(Joining, TheTokenDecidesWhereAndWhoWhereItNamesThem) {
  Stage stage;
  const auto client = stage.connect();
  EXPECT_EQ(reason_of(client->join(stage.token("asha", guest()), "i-1", {{"meetingId", "elsewhere"}})), "not_granted");
  EXPECT_EQ(reason_of(client->join(stage.token("asha", guest()), "i-1", {{"participantId", "bela"}})), "not_granted");
  EXPECT_EQ(code_of(client->join(stage.token("", guest(), ""), "i-1")), "invalid_argument");
  const Json free = client->join(stage.token("", guest(), ""), "i-1", {{"meetingId", "standup"}, {"participantId", "carl"}});
  EXPECT_EQ(free["result"]["me"]["participantId"], "carl");
  EXPECT_EQ(free["result"]["me"]["name"], "carl");
  const Json one = stage.connect()->join(stage.token("", guest(), "standup"), "i-2");
  const Json other = stage.connect()->join(stage.token("", guest(), "standup"), "i-3");
  EXPECT_NE(one["result"]["me"]["participantId"], other["result"]["me"]["participantId"]) << "who is nobody yet becomes somebody";
}

TEST(Joining, AWrongTokenIsRefusedAndTheClientMayTryAgain) {
  Stage stage;
  const auto client = stage.connect();
  EXPECT_EQ(code_of(client->join("nonsense")), "unauthorized");
  EXPECT_EQ(reason_of(client->join("nonsense")), "token_malformed");
  EXPECT_TRUE(client->join(stage.token("asha", guest())).contains("result"));
}

TEST(Joining, WithoutGrantsToSendOrReceiveThereIsNoTransport) {
  Stage stage;
  trust::Grants viewer;
  viewer.subscribe = true;
  const auto client = stage.enter("asha", viewer);
  EXPECT_TRUE(client->joined["result"]["media"]["send"].is_null());
  EXPECT_TRUE(client->joined["result"]["media"]["receive"].is_object());
  EXPECT_EQ(stage.media.count("/v1/recreateProducerTransport"), 0U);
}

TEST(Joining, NothingElseIsAnsweredBefore) {
  Stage stage;
  const auto client = stage.connect();
  EXPECT_EQ(code_of(client->ask("produce")), "unauthorized");
  EXPECT_TRUE(client->ask("ping").contains("result"));
}

TEST(Joining, WhoDoesNotJoinInTimeIsClosed) {
  Stage stage;
  const auto client = stage.connect();
  stage.loop.advance(9s);
  EXPECT_FALSE(client->socket->closed);
  stage.loop.advance(2s);
  EXPECT_EQ(client->socket->closed, CloseCode::kBadMessage);
}

TEST(Joining, ALockedMeetingLetsModeratorsInOnly) {
  Stage stage;
  const auto asha = stage.enter("asha");
  EXPECT_TRUE(asha->ask("moderate.lock", {{"locked", true}}).contains("result"));
  stage.loop.advance(3s);  // copies of the row grow old
  EXPECT_EQ(asha->last("meeting.locked")["by"], "asha");
  EXPECT_EQ(reason_of(stage.enter("bela", guest())->joined), "meeting_locked");
  EXPECT_TRUE(stage.enter("carl")->joined["result"]["meeting"]["locked"].get<bool>());
}

TEST(Joining, ParticipantsOfAMeetingAndOfATenantAreCounted) {
  Stage stage;
  stage.tenant_rows.rows[TenantId("acme")].quotas = {{"participants_per_meeting", 2}, {"participants", 3}};
  const auto asha = stage.enter("asha");
  const auto bela = stage.enter("bela");
  EXPECT_EQ(reason_of(stage.enter("carl")->joined), "meeting_full");
  EXPECT_TRUE(stage.enter("bela")->joined.contains("result")) << "who is there already takes no further place";
  const auto dora = stage.connect();
  EXPECT_TRUE(dora->join(stage.token("dora", guest(), "other")).contains("result"));
  const auto emil = stage.connect();
  EXPECT_EQ(reason_of(emil->join(stage.token("emil", guest(), "other"))), "tenant_full");
}

TEST(Joining, ParticipantsOfATenantAreCountedOnAllReplicas) {
  Stage stage;
  stage.add_replica("replica-b");
  stage.tenant_rows.rows[TenantId("acme")].quotas = {{"participants", 2}};
  stage.rows.participants = 1;
  const auto asha = stage.enter("asha");
  EXPECT_TRUE(asha->joined.contains("result"));
  stage.rows.participants = 3;  // with one on the other replica, and this one
  const auto dora = stage.connect(1);
  EXPECT_EQ(reason_of(dora->join(stage.token("dora", guest(), "other"))), "tenant_full");
  EXPECT_TRUE(stage.enter("asha")->joined.contains("result")) << "who is there already takes no further place";
  stage.rows.participants = 2;
  EXPECT_TRUE(dora->join(stage.token("dora", guest(), "other")).contains("result"));
}

TEST(Joining, TwoWhoComeAtOnceDoNotTakeTheSamePlace) {
  Stage stage;
  stage.tenant_rows.rows[TenantId("acme")].quotas = {{"participants_per_meeting", 1}};
  const auto asha = stage.connect();
  const auto bela = stage.connect();
  const int first = asha->send("join", {{"token", stage.token("asha", guest())}, {"instanceId", "a"}});
  const int second = bela->send("join", {{"token", stage.token("bela", guest())}, {"instanceId", "b"}});
  stage.settle();
  EXPECT_TRUE(asha->answer_to(first).contains("result"));
  EXPECT_EQ(reason_of(bela->answer_to(second)), "meeting_full");
}

TEST(Joining, ANewerInstanceReplacesTheOlder) {
  Stage stage;
  const auto bela = stage.enter("bela");
  const auto asha = stage.enter("asha");
  const std::string camera = asha->produce("video");
  bela->forget();
  const auto again = stage.connect();
  again->join(stage.token("asha", everything()), "i-2");
  EXPECT_TRUE(again->joined.contains("result"));
  EXPECT_EQ(asha->socket->closed, CloseCode::kReplaced);
  EXPECT_EQ(bela->last("participant.left")["reason"], "replaced");
  EXPECT_EQ(bela->last("participant.joined")["participantId"], "asha");
  EXPECT_EQ(bela->last("producer.closed")["producerId"], camera);
  EXPECT_EQ(stage.media.count("/v1/leaveMeeting"), 0U) << "the new instance would be the one to leave";
  EXPECT_EQ(stage.replicas[0]->gate->sessions(), 2U);
}

TEST(Joining, AClientThatIsGoneBeforeTheAnswerLeavesNothingBehind) {
  Stage stage;
  stage.media.withheld.insert("/v1/recreateConsumerTransport");
  const auto asha = stage.connect();
  asha->send("join", {{"token", stage.token("asha", guest())}, {"instanceId", "a"}});
  stage.settle();
  asha->break_socket();
  stage.media.release();
  stage.settle();
  EXPECT_EQ(stage.replicas[0]->gate->sessions(), 0U);
  EXPECT_EQ(stage.media.last_body("/v1/leaveMeeting")["instanceId"], "a");
  EXPECT_TRUE(stage.at_server().participants.empty());
}

TEST(Joining, AServerThatCannotBeReachedIsSaidSo) {
  Stage stage;
  stage.media.refuse["/v1/recreateProducerTransport"] = unavailable("the server cannot be reached");
  const auto asha = stage.enter("asha");
  EXPECT_EQ(code_of(asha->joined), "unavailable");
  EXPECT_EQ(asha->joined["error"]["data"]["retryAfter"], 1);
}

TEST(Joining, TurnCredentialsAreTheParticipants) {
  GateSettings settings;
  settings.turn.urls = {"turn:turn.example.org:3478"};
  settings.turn.secret = "secret";
  Stage stage(settings);
  const auto asha = stage.enter("asha");
  const Json& servers = asha->joined["result"]["iceServers"];
  ASSERT_EQ(servers.size(), 1U);
  EXPECT_NE(servers[0]["username"].get<std::string>().find("acme.asha"), std::string::npos);
}

TEST(Leaving, IsAnsweredAndThenTheSocketIsClosed) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const auto bela = stage.enter("bela");
  EXPECT_EQ(asha->ask("leave")["result"], Json::object());
  EXPECT_EQ(asha->socket->closed, CloseCode::kNormal);
  EXPECT_EQ(bela->last("participant.left")["reason"], "left");
  EXPECT_EQ(stage.at_server().participants.count(stage.scoped("asha")), 0U);
}

TEST(Leaving, TheLastOneMakesTheMeetingEndAMinuteLater) {
  Stage stage;
  auto asha = stage.enter("asha");
  asha->ask("leave");
  stage.loop.advance(50s);
  EXPECT_EQ(stage.media.count("/v1/endMeeting"), 0U);
  stage.loop.advance(30s);
  EXPECT_EQ(stage.media.count("/v1/endMeeting"), 1U);
}

TEST(Leaving, NotWhenSomebodyComesBackInThatMinute) {
  Stage stage;
  stage.enter("asha")->ask("leave");
  stage.loop.advance(50s);
  const auto bela = stage.enter("bela");
  stage.loop.advance(60s);
  EXPECT_EQ(stage.media.count("/v1/endMeeting"), 0U);
}

TEST(Resuming, BringsEverythingThatWasMissedInOrder) {
  Stage stage;
  auto asha = stage.enter("asha");
  const auto bela = stage.enter("bela");
  const Json seen = asha->last("participant.joined");
  asha->break_socket();
  EXPECT_EQ(bela->last("participant.connection")["connected"], false);
  bela->produce("audio");
  bela->ask("message.send", {{"data", "hello"}});
  const auto back = stage.connect();
  const Json& session = asha->joined["result"];
  const Json answer =
      back->ask("resume", {{"sessionId", session["sessionId"]}, {"resumeToken", session["resumeToken"]}, {"lastSeq", seen["seq"]}});
  EXPECT_EQ(answer["result"]["missed"], 2);
  EXPECT_EQ(answer["result"]["seq"], 3);
  ASSERT_EQ(back->socket->received.size(), 3U);
  EXPECT_EQ(back->socket->received[1]["method"], "producer.new");
  EXPECT_EQ(back->socket->received[1]["params"]["seq"], 2);
  EXPECT_EQ(back->socket->received[2]["method"], "message");
  EXPECT_EQ(back->socket->received[2]["params"]["seq"], 3);
  EXPECT_EQ(bela->last("participant.connection")["connected"], true);
  EXPECT_EQ(back->ask("message.send", {{"data", 1}}).contains("result"), true);
}

TEST(Resuming, WorksWhileTheOldSocketStillSeemsOpen) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const auto bela = stage.enter("bela");
  const auto back = stage.connect();
  const Json& session = asha->joined["result"];
  EXPECT_TRUE(back->ask("resume", {{"sessionId", session["sessionId"]}, {"resumeToken", session["resumeToken"]}, {"lastSeq", 0}})
                  .contains("result"));
  EXPECT_EQ(asha->socket->closed, CloseCode::kReplaced);
  asha->break_socket();
  EXPECT_TRUE(bela->told("participant.connection").empty()) << "it was never away";
}

TEST(Resuming, NeedsTheRightToken) {
  Stage stage;
  const auto asha = stage.enter("asha");
  const auto thief = stage.connect();
  const Json session = asha->joined["result"]["sessionId"];
  std::string token = asha->joined["result"]["resumeToken"];
  token[0] = token[0] == 'a' ? 'b' : 'a';
  EXPECT_EQ(reason_of(thief->ask("resume", {{"sessionId", session}, {"resumeToken", token}, {"lastSeq", 0}})), "session_gone");
  EXPECT_FALSE(asha->socket->closed);
}

TEST(Resuming, IsNotPossibleWhenMoreWasMissedThanIsKept) {
  GateSettings settings;
  settings.replay_notices = 4;
  Stage stage(settings);
  auto asha = stage.enter("asha");
  const auto bela = stage.enter("bela");
  const Json session = asha->joined["result"];
  asha->break_socket();
  for (int i = 0; i < 5; ++i) bela->ask("message.send", {{"data", i}});
  const auto back = stage.connect();
  const Json params{{"sessionId", session["sessionId"]}, {"resumeToken", session["resumeToken"]}, {"lastSeq", 1}};
  EXPECT_EQ(reason_of(back->ask("resume", params)), "session_gone");
  back->join(stage.token("asha", everything()), "i-asha");
  EXPECT_TRUE(back->joined.contains("result")) << "the same instance joins anew";
}

TEST(Resuming, EndsWithTheGraceTime) {
  Stage stage;
  auto asha = stage.enter("asha");
  const auto bela = stage.enter("bela");
  const Json session = asha->joined["result"];
  asha->break_socket();
  stage.loop.advance(29s);
  EXPECT_TRUE(bela->told("participant.left").empty());
  stage.loop.advance(2s);
  EXPECT_EQ(bela->last("participant.left")["reason"], "vanished");
  EXPECT_EQ(stage.at_server().participants.count(stage.scoped("asha")), 0U) << "its media ended with it";
  const auto back = stage.connect();
  const Json params{{"sessionId", session["sessionId"]}, {"resumeToken", session["resumeToken"]}, {"lastSeq", 0}};
  EXPECT_EQ(reason_of(back->ask("resume", params)), "session_gone");
}

}  // namespace
}  // namespace dd::signaling
