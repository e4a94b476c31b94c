// SPDX-License-Identifier: MIT
// MediaPortContract: what every media engine does for a meeting, as tests; the fake and the real engine must both pass it,
// so that scenarios played on the fake hold for the real one. Include it in one file of a test program and write there:
//   INSTANTIATE_TEST_SUITE_P(Fake, MediaPortContract, ::testing::Values(&make_fake_bench));
// The bench is owned by each test; it drives the engine's loop.
#pragma once

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/task.hpp"
#include "meeting/media_port.hpp"
#include "meeting/testing/sample_rtp.hpp"

namespace dd::meeting::testing {

class MediaPortBench {
 public:
  virtual ~MediaPortBench() = default;
  virtual MediaPort& port() = 0;
  // Runs the engine's loop until `done`, at most for the 20 s that a loaded machine may need; false if it did not happen.
  virtual bool run_until(std::function<bool()> done) = 0;
  // The worker's process ends as if by kill -9; it is brought back by whoever brings workers back.
  virtual void kill_worker(const WorkerId& worker) = 0;
};

using MakeMediaPortBench = std::unique_ptr<MediaPortBench> (*)();

class MediaPortContract : public ::testing::TestWithParam<MakeMediaPortBench>, public MediaEvents {
 protected:
  void SetUp() override {
    bench_ = GetParam()();
    port().set_events(this);
    const auto workers = port().workers();
    ASSERT_GE(workers.size(), 2u);
    w1_ = workers[0].id;
    w2_ = workers[1].id;
  }
  void TearDown() override { bench_.reset(); }

  MediaPort& port() { return bench_->port(); }
  bool until(std::function<bool()> done) { return bench_->run_until(std::move(done)); }

  template <typename T>
  T run(Task<T> task) {
    std::optional<T> answer;
    inside_call_ = true;
    auto running = keep_answer(std::move(task), answer);
    spawn(std::move(running));
    inside_call_ = false;
    EXPECT_TRUE(until([&] { return answer.has_value(); })) << "the engine did not answer";
    if (!answer) std::abort();  // the task would write into a frame that is gone
    return std::move(*answer);
  }
  template <typename T>
  static Task<void> keep_answer(Task<T> task, std::optional<T>& answer) {
    answer.emplace(co_await std::move(task));
  }

  RouterId router_on(const WorkerId& worker) {
    const RouterId router(random_uuid());
    auto created = run(port().create_router(worker, router));
    EXPECT_TRUE(created.has_value()) << created.error().message;
    return router;
  }
  TransportRequest transport_request(const RouterId& router) {
    TransportRequest request;
    request.id = TransportId(random_uuid());
    request.router = router;
    return request;
  }
  TransportId transport_on(const RouterId& router) {
    const auto request = transport_request(router);
    auto created = run(port().create_transport(request));
    EXPECT_TRUE(created.has_value()) << created.error().message;
    return request.id;
  }
  ProducerId produce_on(const TransportId& transport, rtp::MediaKind kind, bool paused = false) {
    ProduceRequest request;
    request.id = ProducerId(random_uuid());
    request.transport = transport;
    request.kind = kind;
    request.parameters = kind == rtp::MediaKind::kAudio ? sample_audio(next_ssrc_) : sample_video(next_ssrc_);
    request.paused = paused;
    next_ssrc_ += 10;
    const ProducerId id = request.id;
    auto produced = run(port().produce(std::move(request)));
    EXPECT_TRUE(produced.has_value()) << produced.error().message;
    return id;
  }
  ConsumeRequest consume_request(const TransportId& transport, const ProducerId& producer) {
    ConsumeRequest request;
    request.id = ConsumerId(random_uuid());
    request.transport = transport;
    request.producer = producer;
    request.capabilities = port().router_capabilities();
    return request;
  }
  ConsumerId consume_on(const TransportId& transport, const ProducerId& producer) {
    auto request = consume_request(transport, producer);
    const ConsumerId id = request.id;
    auto consumed = run(port().consume(std::move(request)));
    EXPECT_TRUE(consumed.has_value()) << consumed.error().message;
    return id;
  }
  template <typename T>
  static Errc code_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value()) << "it was expected to be refused";
    return result ? Errc::kInternal : result.error().code;
  }

  void on_worker_died(const WorkerId& worker, const std::vector<TransportId>& lost) override {
    EXPECT_FALSE(inside_call_);
    died_.insert(worker);
    lost_.insert(lost.begin(), lost.end());
  }
  void on_worker_restored(const WorkerId& worker) override {
    EXPECT_TRUE(died_.contains(worker)) << "restored before it died";
    restored_.insert(worker);
  }
  void on_transport_state(const TransportId&, TransportState) override {}
  void on_transport_failed(const TransportId&, TransportEnd) override {}
  void on_producer_score(const ProducerId&, const std::vector<EncodingScore>&) override {}
  void on_consumer_score(const ConsumerId&, int, int) override {}
  void on_consumer_layers(const ConsumerId&, const std::optional<Layers>&) override {}
  void on_consumer_producer_paused(const ConsumerId& consumer, bool paused) override {
    EXPECT_FALSE(inside_call_);
    paused_.emplace_back(consumer, paused);
  }
  void on_consumer_closed(const ConsumerId& consumer) override {
    EXPECT_FALSE(inside_call_) << "news came from inside a call";
    closed_.insert(consumer);
  }
  void on_data_consumer_closed(const DataConsumerId& consumer) override { closed_data_.insert(consumer); }
  void on_audio_levels(const RouterId&, const std::vector<AudioLevel>&) override {}
  void on_active_speaker(const RouterId&, const ProducerId&) override {}
  void on_worker_load(const WorkerId&, std::uint32_t) override {}

  std::unique_ptr<MediaPortBench> bench_;
  WorkerId w1_;
  WorkerId w2_;
  bool inside_call_ = false;
  std::uint32_t next_ssrc_ = 1000;
  std::set<WorkerId> died_;
  std::set<WorkerId> restored_;
  std::set<TransportId> lost_;
  std::set<ConsumerId> closed_;
  std::set<DataConsumerId> closed_data_;
  std::vector<std::pair<ConsumerId, bool>> paused_;
};

TEST_P(MediaPortContract, ARouterNeedsAKnownWorker) {
  EXPECT_EQ(code_of(run(port().create_router(WorkerId("nobody"), RouterId("r")))), Errc::kNotFound);
}

TEST_P(MediaPortContract, ATransportOffersCandidatesAndKeys) {
  const auto request = transport_request(router_on(w1_));
  auto created = run(port().create_transport(request));
  ASSERT_TRUE(created.has_value()) << created.error().message;
  EXPECT_EQ(created->id, request.id);
  EXPECT_FALSE(created->ice_parameters.username_fragment.empty());
  EXPECT_FALSE(created->ice_parameters.password.empty());
  EXPECT_FALSE(created->dtls_parameters.fingerprints.empty());
  EXPECT_TRUE(created->sctp_parameters.has_value());
  const auto& candidates = created->ice_candidates;
  EXPECT_TRUE(std::any_of(candidates.begin(), candidates.end(), [](const IceCandidate& c) { return c.protocol == "udp"; }));
  EXPECT_TRUE(std::any_of(candidates.begin(), candidates.end(), [](const IceCandidate& c) { return c.protocol == "tcp"; }));
}

TEST_P(MediaPortContract, ATransportWithoutUdpOffersOnlyTcp) {
  auto request = transport_request(router_on(w1_));
  request.udp = false;
  auto created = run(port().create_transport(request));
  ASSERT_TRUE(created.has_value()) << created.error().message;
  ASSERT_FALSE(created->ice_candidates.empty());
  for (const auto& candidate : created->ice_candidates) EXPECT_EQ(candidate.protocol, "tcp");
}

TEST_P(MediaPortContract, ConnectingTwiceIsAConflict) {
  const auto transport = transport_on(router_on(w1_));
  auto first = run(port().connect_transport(transport, sample_dtls_parameters()));
  EXPECT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(code_of(run(port().connect_transport(transport, sample_dtls_parameters()))), Errc::kConflict);
}

TEST_P(MediaPortContract, RestartingIceChangesTheCredentials) {
  const auto transport = transport_on(router_on(w1_));
  auto first = run(port().restart_ice(transport));
  auto second = run(port().restart_ice(transport));
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE(first->username_fragment, second->username_fragment);
}

TEST_P(MediaPortContract, UnknownIdsAreNotFound) {
  const auto router = router_on(w1_);
  EXPECT_EQ(code_of(run(port().create_transport(transport_request(RouterId("none"))))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().connect_transport(TransportId("none"), sample_dtls_parameters()))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().restart_ice(TransportId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().transport_stats(TransportId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().pause_producer(ProducerId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().resume_producer(ProducerId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().producer_stats(ProducerId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().pipe_producer(ProducerId("none"), router))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().pause_consumer(ConsumerId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().resume_consumer(ConsumerId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().set_preferred_layers(ConsumerId("none"), Layers{}))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().set_priority(ConsumerId("none"), 1))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().request_key_frame(ConsumerId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().consumer_stats(ConsumerId("none")))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().consume(consume_request(transport_on(router), ProducerId("none"))))), Errc::kNotFound);
}

TEST_P(MediaPortContract, ClosingTheUnknownIsNothing) {
  port().close_router(RouterId("none"));
  port().close_transport(TransportId("none"));
  port().close_producer(ProducerId("none"));
  port().close_consumer(ConsumerId("none"));
  port().close_data_producer(DataProducerId("none"));
  port().close_data_consumer(DataConsumerId("none"));
  router_on(w1_);
}

TEST_P(MediaPortContract, AConsumerIsDescribedAsItsProducerIs) {
  const auto router = router_on(w1_);
  const auto producer = produce_on(transport_on(router), rtp::MediaKind::kVideo, true);
  auto request = consume_request(transport_on(router), producer);
  const ConsumerId id = request.id;
  auto consumed = run(port().consume(std::move(request)));
  ASSERT_TRUE(consumed.has_value()) << consumed.error().message;
  EXPECT_EQ(consumed->id, id);
  EXPECT_EQ(consumed->producer, producer);
  EXPECT_EQ(consumed->kind, rtp::MediaKind::kVideo);
  EXPECT_EQ(consumed->type, ProducerType::kSimple);
  EXPECT_TRUE(consumed->producer_paused);
  ASSERT_FALSE(consumed->parameters.codecs.empty());
  EXPECT_EQ(consumed->parameters.codecs[0].mime_type, "video/VP8");
}

TEST_P(MediaPortContract, WhoKnowsNoSuchCodecCannotConsume) {
  const auto router = router_on(w1_);
  auto request = consume_request(transport_on(router), produce_on(transport_on(router), rtp::MediaKind::kVideo));
  std::erase_if(request.capabilities.codecs, [](const rtp::CodecCapability& codec) { return codec.kind == rtp::MediaKind::kVideo; });
  EXPECT_EQ(code_of(run(port().consume(std::move(request)))), Errc::kConflict);
}

TEST_P(MediaPortContract, ClosingAProducerEndsItsConsumersAndTellsOnce) {
  const auto router = router_on(w1_);
  const auto producer = produce_on(transport_on(router), rtp::MediaKind::kAudio);
  const auto consumer = consume_on(transport_on(router), producer);
  port().close_producer(producer);
  EXPECT_TRUE(until([&] { return closed_.contains(consumer); }));
  EXPECT_EQ(code_of(run(port().pause_consumer(consumer))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().pause_producer(producer))), Errc::kNotFound);
}

TEST_P(MediaPortContract, ClosingATransportClosesWhatHangsOnIt) {
  const auto router = router_on(w1_);
  const auto from = transport_on(router);
  const auto to = transport_on(router);
  const auto producer = produce_on(from, rtp::MediaKind::kVideo);
  const auto consumer = consume_on(to, producer);
  port().close_transport(from);
  EXPECT_EQ(code_of(run(port().pause_producer(producer))), Errc::kNotFound);
  EXPECT_TRUE(until([&] { return closed_.contains(consumer); }));
  const auto other = produce_on(to, rtp::MediaKind::kAudio);
  port().close_router(router);
  EXPECT_EQ(code_of(run(port().pause_producer(other))), Errc::kNotFound);
  EXPECT_EQ(code_of(run(port().restart_ice(to))), Errc::kNotFound);
}

TEST_P(MediaPortContract, ViewersOnAnotherWorkerAreServedAndTold) {
  const auto here = router_on(w1_);
  const auto there = router_on(w2_);
  const auto producer = produce_on(transport_on(here), rtp::MediaKind::kVideo);
  EXPECT_TRUE(run(port().pipe_producer(producer, there)).has_value());
  EXPECT_TRUE(run(port().pipe_producer(producer, there)).has_value());
  const auto piped = consume_on(transport_on(there), producer);
  // Without a pipe made ahead, too.
  const auto other = produce_on(transport_on(here), rtp::MediaKind::kAudio);
  const auto lazily = consume_on(transport_on(there), other);
  EXPECT_TRUE(run(port().pause_producer(producer)).has_value());
  EXPECT_TRUE(until([&] { return std::find(paused_.begin(), paused_.end(), std::pair(piped, true)) != paused_.end(); }));
  EXPECT_TRUE(run(port().resume_producer(producer)).has_value());
  EXPECT_TRUE(until([&] { return std::find(paused_.begin(), paused_.end(), std::pair(piped, false)) != paused_.end(); }));
  port().close_producer(producer);
  EXPECT_TRUE(until([&] { return closed_.contains(piped); }));
  EXPECT_FALSE(closed_.contains(lazily));
  port().close_producer(other);
  EXPECT_TRUE(until([&] { return closed_.contains(lazily); }));
}

TEST_P(MediaPortContract, AConsumerPausesByItself) {
  const auto router = router_on(w1_);
  const auto producer = produce_on(transport_on(router), rtp::MediaKind::kVideo);
  const auto consumer = consume_on(transport_on(router), producer);
  EXPECT_TRUE(run(port().pause_consumer(consumer)).has_value());
  EXPECT_TRUE(run(port().resume_consumer(consumer)).has_value());
  EXPECT_TRUE(run(port().request_key_frame(consumer)).has_value());
  auto priority = run(port().set_priority(consumer, 7));
  ASSERT_TRUE(priority.has_value());
  EXPECT_EQ(*priority, 7);
  EXPECT_TRUE(paused_.empty());
}

TEST_P(MediaPortContract, ThereAreStatisticsOfTransports) {
  const auto transport = transport_on(router_on(w1_));
  auto report = run(port().transport_stats(transport));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  ASSERT_FALSE(report->empty());
  EXPECT_FALSE(report->front().empty());
}

TEST_P(MediaPortContract, DataHasProducersAndConsumersToo) {
  const auto router = router_on(w1_);
  ProduceDataRequest produce;
  produce.id = DataProducerId(random_uuid());
  produce.transport = transport_on(router);
  produce.stream.stream_id = 1;
  produce.label = "chat";
  const auto producer = produce.id;
  auto produced = run(port().produce_data(std::move(produce)));
  ASSERT_TRUE(produced.has_value()) << produced.error().message;
  ConsumeDataRequest consume;
  consume.id = DataConsumerId(random_uuid());
  consume.transport = transport_on(router);
  consume.data_producer = producer;
  const auto consumer = consume.id;
  auto consumed = run(port().consume_data(std::move(consume)));
  ASSERT_TRUE(consumed.has_value()) << consumed.error().message;
  EXPECT_EQ(consumed->label, "chat");
  EXPECT_EQ(consumed->data_producer, producer);
  port().close_data_producer(producer);
  EXPECT_TRUE(until([&] { return closed_data_.contains(consumer); }));
}

TEST_P(MediaPortContract, ADeadWorkerComesBackWithItsRouters) {
  const auto here = router_on(w1_);
  const auto there = router_on(w2_);
  const auto lost = transport_on(here);
  const auto kept = transport_on(there);
  const auto producer = produce_on(lost, rtp::MediaKind::kVideo);
  const auto viewer = consume_on(kept, producer);
  bench_->kill_worker(w1_);
  ASSERT_TRUE(until([&] { return died_.contains(w1_); }));
  EXPECT_EQ(lost_, std::set<TransportId>{lost});
  EXPECT_EQ(code_of(run(port().restart_ice(lost))), Errc::kNotFound);
  EXPECT_TRUE(run(port().restart_ice(kept)).has_value()) << "the other worker lives on";
  EXPECT_TRUE(until([&] { return closed_.contains(viewer); })) << "its producer is gone";
  ASSERT_TRUE(until([&] { return restored_.contains(w1_); }));
  // The same router id, as if nothing had been.
  const auto again = produce_on(transport_on(here), rtp::MediaKind::kVideo);
  consume_on(kept, again);
}

}  // namespace dd::meeting::testing
