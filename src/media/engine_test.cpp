// SPDX-License-Identifier: MIT
// The media port on real workers: what a meeting can do with routers, transports, producers and consumers.
#include "media/engine.hpp"

#include <algorithm>

#include "media/testing/engine_fixture.hpp"

namespace dd::media {
namespace {

using namespace std::chrono_literals;
using testing::EngineTest;

meeting::DtlsParameters dtls_parameters() {
  meeting::DtlsParameters dtls;
  std::string value = "AB";
  for (int i = 1; i < 32; ++i) value += ":0f";  // browsers write upper case; lower case must do as well
  dtls.fingerprints = {{"sha-256", value}};
  return dtls;
}

TEST_F(EngineTest, EveryWorkerIsAliveUnderTheIdItWasGiven) {
  open(2);
  const auto workers = engine_->workers();
  ASSERT_EQ(workers.size(), 2U);
  EXPECT_EQ(workers[1].id.str(), "w1");
  for (const auto& worker : workers) {
    EXPECT_TRUE(worker.alive);
    EXPECT_GT(worker.pid, 0);
    EXPECT_EQ(worker.restarts, 0U);
  }
}

TEST_F(EngineTest, ATransportOffersUdpAndTcpOnTheOnePortOfItsWorker) {
  auto with_port = settings(1);
  const auto port = with_port.first_port;
  with_port.announced_address = "media.example.org";
  open(with_port);
  meeting::TransportRequest request;
  request.id = TransportId("t1");
  request.router = make_router();
  const auto transport = must(engine_->create_transport(request));
  EXPECT_EQ(transport.id.str(), "t1");
  EXPECT_FALSE(transport.ice_parameters.username_fragment.empty());
  EXPECT_TRUE(transport.ice_parameters.ice_lite);
  ASSERT_EQ(transport.ice_candidates.size(), 2U);
  EXPECT_EQ(transport.ice_candidates[0].protocol, "udp");
  EXPECT_EQ(transport.ice_candidates[1].protocol, "tcp");
  EXPECT_EQ(transport.ice_candidates[1].tcp_type, "passive");
  EXPECT_GT(transport.ice_candidates[0].priority, transport.ice_candidates[1].priority);
  for (const auto& candidate : transport.ice_candidates) {
    EXPECT_EQ(candidate.port, port);
    EXPECT_EQ(candidate.address, "media.example.org");
  }
  const auto& fingerprints = transport.dtls_parameters.fingerprints;
  EXPECT_TRUE(std::any_of(fingerprints.begin(), fingerprints.end(), [](const auto& f) { return f.algorithm == "sha-256"; }));
  ASSERT_TRUE(transport.sctp_parameters);
  EXPECT_EQ(transport.sctp_parameters->port, 5000);
  EXPECT_EQ(transport.sctp_parameters->max_message_size, 262'144U);
}

TEST_F(EngineTest, ATransportCanOfferTcpAlone) {
  open();
  meeting::TransportRequest request;
  request.id = TransportId("t1");
  request.router = make_router();
  request.udp = false;
  request.enable_sctp = false;
  const auto transport = must(engine_->create_transport(request));
  ASSERT_EQ(transport.ice_candidates.size(), 1U);
  EXPECT_EQ(transport.ice_candidates[0].protocol, "tcp");
  EXPECT_FALSE(transport.sctp_parameters);
}

TEST_F(EngineTest, ConnectingATransportTwiceIsAConflict) {
  open();
  const auto transport = make_transport(make_router());
  must(engine_->connect_transport(transport, dtls_parameters()));
  const auto again = run(engine_->connect_transport(transport, dtls_parameters()));
  EXPECT_EQ(again.error().code, Errc::kConflict);
}

TEST_F(EngineTest, AMalformedFingerprintNamesItsFieldAndLeavesTheTransportConnectable) {
  open();
  const auto transport = make_transport(make_router());
  meeting::DtlsParameters dtls;
  EXPECT_EQ(run(engine_->connect_transport(transport, dtls)).error().field, "dtlsParameters.fingerprints");
  dtls.fingerprints = {{"sha-256", "AB:CD"}};
  const auto refused = run(engine_->connect_transport(transport, dtls));
  EXPECT_EQ(refused.error().code, Errc::kInvalidArgument);
  EXPECT_EQ(refused.error().field, "dtlsParameters.fingerprints[0].value");
  must(engine_->connect_transport(transport, dtls_parameters()));
}

TEST_F(EngineTest, RestartingIceGivesNewCredentials) {
  open();
  meeting::TransportRequest request;
  request.id = TransportId("t1");
  request.router = make_router();
  const auto before = must(engine_->create_transport(request)).ice_parameters;
  const auto after = must(engine_->restart_ice(TransportId("t1")));
  EXPECT_NE(before.username_fragment, after.username_fragment);
  EXPECT_NE(before.password, after.password);
}

TEST_F(EngineTest, BitratesCanBeLoweredBelowAndRaisedAboveTheOldOnes) {
  open();
  const auto transport = make_transport(make_router());
  must(engine_->set_bitrates(transport, {1'000'000, 100'000, 1'000'000}));
  must(engine_->set_bitrates(transport, {0, 40'000, 80'000}));
  must(engine_->set_bitrates(transport, {0, 2'000'000, 3'000'000}));
  EXPECT_EQ(run(engine_->set_bitrates(transport, {0, 200'000, 100'000})).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(run(engine_->set_bitrates(transport, {0, 0, 100})).error().field, "maxOutgoingBitrate");
}

TEST_F(EngineTest, UnknownIdsAreNotFound) {
  open();
  const auto router = make_router();
  const auto transport = make_transport(router);
  const auto is_not_found = [](const auto& answer) { return !answer && answer.error().code == Errc::kNotFound; };
  EXPECT_TRUE(is_not_found(run(engine_->create_router(WorkerId("no"), RouterId("r")))));
  meeting::TransportRequest transport_request;
  transport_request.id = TransportId("t");
  transport_request.router = RouterId("no");
  EXPECT_TRUE(is_not_found(run(engine_->create_transport(transport_request))));
  EXPECT_TRUE(is_not_found(run(engine_->connect_transport(TransportId("no"), dtls_parameters()))));
  EXPECT_TRUE(is_not_found(run(engine_->restart_ice(TransportId("no")))));
  EXPECT_TRUE(is_not_found(run(engine_->transport_stats(TransportId("no")))));
  EXPECT_TRUE(is_not_found(run(engine_->pause_producer(ProducerId("no")))));
  EXPECT_TRUE(is_not_found(run(engine_->consume(consume_request(transport, ProducerId("no"))))));
  EXPECT_TRUE(is_not_found(run(engine_->pipe_producer(ProducerId("no"), router))));
  EXPECT_TRUE(is_not_found(run(engine_->set_priority(ConsumerId("no"), 3))));
  engine_->close_router(RouterId("no"));
  engine_->close_transport(TransportId("no"));
  engine_->close_producer(ProducerId("no"));
  engine_->close_consumer(ConsumerId("no"));
  engine_->close_data_producer(DataProducerId("no"));
}

TEST_F(EngineTest, AnIdThatIsTakenIsAConflict) {
  open();
  const auto router = make_router();
  EXPECT_EQ(run(engine_->create_router(WorkerId("w0"), router)).error().code, Errc::kConflict);
  meeting::TransportRequest request;
  request.id = make_transport(router);
  request.router = router;
  EXPECT_EQ(run(engine_->create_transport(request)).error().code, Errc::kConflict);
}

TEST_F(EngineTest, TwoProducersOfATransportMustNotShareAnSsrc) {
  open();
  const auto transport = make_transport(make_router());
  meeting::ProduceRequest request;
  request.id = ProducerId("one");
  request.transport = transport;
  request.kind = rtp::MediaKind::kVideo;
  request.parameters = testing::vp8_parameters(1234);
  must(engine_->produce(request));
  request.id = ProducerId("two");
  request.parameters.mid = "other";
  const auto refused = run(engine_->produce(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
}

TEST_F(EngineTest, SimulcastLayersPriorityAndKeyFramesAreTheConsumersToChoose) {
  open();
  const auto router = make_router();
  const auto producer = make_video(make_transport(router), true);
  const auto receiver = make_transport(router);
  auto request = consume_request(receiver, producer);
  request.preferred_layers = meeting::Layers{1, 0};
  const auto consumer = must(engine_->consume(request));
  EXPECT_EQ(consumer.type, meeting::ProducerType::kSimulcast);
  EXPECT_EQ(consumer.kind, rtp::MediaKind::kVideo);
  EXPECT_EQ(consumer.parameters.mid, "0");
  EXPECT_TRUE(consumer.parameters.encodings.at(0).rtx_ssrc) << "video is repaired with RTX";
  const auto settled = must(engine_->set_preferred_layers(consumer.id, {9, 9}));
  EXPECT_EQ(settled, (meeting::Layers{2, 2})) << "layers past the last mean the last";
  EXPECT_EQ(must(engine_->set_priority(consumer.id, 7)), 7);
  must(engine_->request_key_frame(consumer.id));
  must(engine_->pause_consumer(consumer.id));
  must(engine_->resume_consumer(consumer.id));
  EXPECT_FALSE(must(engine_->consumer_stats(consumer.id)).empty());
  EXPECT_FALSE(must(engine_->transport_stats(receiver)).empty());
  must(engine_->producer_stats(producer));
}

TEST_F(EngineTest, ConsumersOfATransportCountTheirMids) {
  open();
  const auto router = make_router();
  const auto sender = make_transport(router);
  const auto receiver = make_transport(router);
  for (int i = 0; i < 3; ++i) {
    meeting::ProduceRequest request;
    request.id = ProducerId(random_uuid());
    request.transport = sender;
    request.kind = rtp::MediaKind::kVideo;
    request.parameters = testing::vp8_parameters(static_cast<std::uint32_t>(1000 + i), "m" + std::to_string(i));
    const auto producer = must(engine_->produce(request)).id;
    EXPECT_EQ(must(engine_->consume(consume_request(receiver, producer))).parameters.mid, std::to_string(i));
  }
}

TEST_F(EngineTest, AReceiverThatKnowsNoneOfTheCodecsIsAConflict) {
  open();
  const auto router = make_router();
  const auto producer = make_video(make_transport(router));
  auto request = consume_request(make_transport(router), producer);
  auto& codecs = request.capabilities.codecs;
  codecs.erase(std::remove_if(codecs.begin(), codecs.end(), [](const auto& codec) { return codec.kind == rtp::MediaKind::kVideo; }),
               codecs.end());
  EXPECT_EQ(run(engine_->consume(request)).error().code, Errc::kConflict);
}

TEST_F(EngineTest, PausingAndClosingAProducerIsToldToItsConsumers) {
  open();
  const auto router = make_router();
  const auto producer = make_video(make_transport(router));
  const auto consumer = must(engine_->consume(consume_request(make_transport(router), producer))).id;
  must(engine_->pause_producer(producer));
  EXPECT_TRUE(wait_until([&] { return events_.has("paused " + consumer.str()); }));
  must(engine_->resume_producer(producer));
  EXPECT_TRUE(wait_until([&] { return events_.has("resumed " + consumer.str()); }));
  engine_->close_producer(producer);
  EXPECT_EQ(run(engine_->pause_producer(producer)).error().code, Errc::kNotFound) << "closing takes effect at once";
  EXPECT_TRUE(wait_until([&] { return events_.has("closed " + consumer.str()); }));
  EXPECT_EQ(run(engine_->consumer_stats(consumer)).error().code, Errc::kNotFound);
}

TEST_F(EngineTest, ClosingATransportClosesWhatIsOnIt) {
  open();
  const auto router = make_router();
  const auto sender = make_transport(router);
  const auto receiver = make_transport(router);
  const auto producer = make_video(sender);
  const auto consumer = must(engine_->consume(consume_request(receiver, producer))).id;
  EXPECT_EQ(engine_->workers()[0].transports, 2U);
  EXPECT_EQ(engine_->workers()[0].consumers, 1U);
  engine_->close_transport(sender);
  EXPECT_EQ(run(engine_->producer_stats(producer)).error().code, Errc::kNotFound);
  EXPECT_TRUE(wait_until([&] { return events_.has("closed " + consumer.str()); }));
  engine_->close_router(router);
  EXPECT_EQ(run(engine_->transport_stats(receiver)).error().code, Errc::kNotFound);
  const auto worker = engine_->workers()[0];
  EXPECT_EQ(worker.routers + worker.transports + worker.consumers, 0U);
}

TEST_F(EngineTest, AProducerOfAnotherWorkerIsPipedWhenItIsConsumed) {
  open(2);
  const auto here = make_router(0);
  const auto there = make_router(1);
  const auto producer = make_video(make_transport(here), true);
  const auto receiver = make_transport(there);
  const auto consumer = must(engine_->consume(consume_request(receiver, producer)));
  EXPECT_EQ(consumer.producer, producer);
  EXPECT_EQ(consumer.type, meeting::ProducerType::kSimulcast) << "the layers pass through the pipe";
  must(engine_->pipe_producer(producer, there));
  const auto second = must(engine_->consume(consume_request(receiver, producer))).id;
  must(engine_->pause_producer(producer));
  EXPECT_TRUE(wait_until([&] { return events_.has("paused " + consumer.id.str()) && events_.has("paused " + second.str()); }));
  engine_->close_producer(producer);
  EXPECT_TRUE(wait_until([&] { return events_.has("closed " + consumer.id.str()) && events_.has("closed " + second.str()); }));
}

TEST_F(EngineTest, AProducerReachesTwoOtherRoutersOfOneWorker) {
  open();
  const auto producer = make_video(make_transport(make_router()));
  for (int i = 0; i < 2; ++i) {
    const auto consumer = must(engine_->consume(consume_request(make_transport(make_router()), producer)));
    EXPECT_EQ(consumer.producer, producer);
  }
}

TEST_F(EngineTest, ClosingARouterEndsWhatItsPipesCarried) {
  open(2);
  const auto here = make_router(0);
  const auto producer = make_video(make_transport(here));
  const auto receiver = make_transport(make_router(1));
  const auto consumer = must(engine_->consume(consume_request(receiver, producer))).id;
  engine_->close_router(here);
  EXPECT_TRUE(wait_until([&] { return events_.has("closed " + consumer.str()); }));
  must(engine_->transport_stats(receiver));
}

TEST_F(EngineTest, DataIsConsumedOnTheSameAndOnAnotherWorker) {
  open(2);
  const auto here = make_router(0);
  meeting::ProduceDataRequest produce;
  produce.id = DataProducerId("d1");
  produce.transport = make_transport(here);
  produce.stream = {7, false, std::nullopt, 3};
  produce.label = "chat";
  produce.protocol = "json";
  must(engine_->produce_data(produce));
  std::vector<std::string> consumers;
  for (const auto& receiver : {make_transport(here), make_transport(make_router(1))}) {
    meeting::ConsumeDataRequest consume{DataConsumerId(random_uuid()), receiver, produce.id};
    const auto consumer = must(engine_->consume_data(consume));
    EXPECT_EQ(consumer.data_producer, produce.id);
    EXPECT_EQ(consumer.label, "chat");
    EXPECT_EQ(consumer.protocol, "json");
    EXPECT_EQ(consumer.stream.stream_id, 0) << "each transport counts its own streams";
    EXPECT_FALSE(consumer.stream.ordered);
    EXPECT_EQ(consumer.stream.max_retransmits, 3);
    consumers.push_back(consumer.id.str());
  }
  engine_->close_data_producer(produce.id);
  EXPECT_TRUE(wait_until([&] { return events_.has("data closed " + consumers[0]) && events_.has("data closed " + consumers[1]); }));
}

TEST_F(EngineTest, StartingSaysWhichPortIsTaken) {
  open();
  auto taken = settings(1);
  taken.first_port = static_cast<std::uint16_t>(must([](Engine& engine, TransportId id, RouterId router) -> Task<Result<std::uint16_t>> {
    meeting::TransportRequest request;
    request.id = id;
    request.router = router;
    DD_CO_TRY(auto transport, co_await engine.create_transport(request));
    co_return transport.ice_candidates[0].port;
  }(*engine_, TransportId("t"), make_router())));
  Engine second(loop_, metrics_, taken);
  const auto started = run(second.start());
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find(std::to_string(taken.first_port)), std::string::npos) << started.error().message;
  run([](Engine& engine) -> Task<bool> {
    co_await engine.stop();
    co_return true;
  }(second));
}

TEST_F(EngineTest, StartingSaysThatTheBinaryIsMissing) {
  auto wrong = settings(1);
  wrong.worker_binary = "/no/such/mediasoup-worker";
  engine_ = std::make_unique<Engine>(loop_, metrics_, wrong);
  const auto started = run(engine_->start());
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("/no/such/mediasoup-worker"), std::string::npos);
}

}  // namespace
}  // namespace dd::media
