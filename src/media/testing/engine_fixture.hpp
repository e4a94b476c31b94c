// SPDX-License-Identifier: MIT
// A running engine with real workers on loopback, for tests: runs tasks to their end on an AsioLoop and writes down the news.
// Every wait is bounded. Owned by one test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/asio_loop.hpp"
#include "base/random.hpp"
#include "media/engine.hpp"

namespace dd::media::testing {

class RecordedEvents final : public meeting::MediaEvents {
 public:
  void on_worker_died(const WorkerId& worker, const std::vector<TransportId>& lost) override {
    history.push_back("died " + worker.str());
    lost_transports.insert(lost.begin(), lost.end());
  }
  void on_worker_restored(const WorkerId& worker) override { history.push_back("restored " + worker.str()); }
  void on_transport_state(const TransportId&, meeting::TransportState) override {}
  void on_transport_failed(const TransportId& transport, meeting::TransportEnd) override { history.push_back("failed " + transport.str()); }
  void on_producer_score(const ProducerId&, const std::vector<meeting::EncodingScore>&) override {}
  void on_consumer_score(const ConsumerId&, int, int) override {}
  void on_consumer_layers(const ConsumerId&, const std::optional<meeting::Layers>&) override {}
  void on_consumer_producer_paused(const ConsumerId& consumer, bool paused) override {
    history.push_back((paused ? "paused " : "resumed ") + consumer.str());
  }
  void on_consumer_closed(const ConsumerId& consumer) override { history.push_back("closed " + consumer.str()); }
  void on_data_consumer_closed(const DataConsumerId& consumer) override { history.push_back("data closed " + consumer.str()); }
  void on_audio_levels(const RouterId&, const std::vector<meeting::AudioLevel>&) override {}
  void on_active_speaker(const RouterId&, const ProducerId&) override {}
  void on_worker_load(const WorkerId&, std::uint32_t) override {}

  bool has(const std::string& entry) const { return std::find(history.begin(), history.end(), entry) != history.end(); }

  std::vector<std::string> history;
  std::set<TransportId> lost_transports;
};

// A port that is free for UDP and TCP on loopback, and so are the `count` - 1 behind it.
std::uint16_t free_ports(std::size_t count);

class EngineTest : public ::testing::Test {
 protected:
  static EngineSettings settings(std::size_t workers);

  void open(EngineSettings settings);
  void open(std::size_t workers = 1) { open(settings(workers)); }
  void TearDown() override;

  template <typename T>
  T run(Task<T> task, Duration limit = std::chrono::seconds{60}) {
    std::optional<T> answer;
    spawn(keep_answer(std::move(task), answer, loop_));
    if (!answer) run_loop(limit);
    if (!answer) {
      ADD_FAILURE() << "the task did not finish in time";
      std::abort();
    }
    return std::move(*answer);
  }

  template <typename T>
  auto must(Task<Result<T>> task) {
    auto answer = run(std::move(task));
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
    if constexpr (!std::is_void_v<T>) {
      if (!answer) std::abort();
      return std::move(*answer);
    }
  }

  // Lets the loop run until `condition` holds; false when it did not within `limit`.
  bool wait_until(const std::function<bool()>& condition, Duration limit = std::chrono::seconds{60});

  // A router, and on it a transport without a peer.
  RouterId make_router(std::size_t worker = 0);
  TransportId make_transport(const RouterId& router);
  ProducerId make_video(const TransportId& transport, bool simulcast = false);
  meeting::ConsumeRequest consume_request(const TransportId& transport, const ProducerId& producer);

  AsioLoop loop_;
  observe::Metrics metrics_;
  RecordedEvents events_;
  std::unique_ptr<Engine> engine_;

 private:
  template <typename T>
  static Task<void> keep_answer(Task<T> task, std::optional<T>& answer, AsioLoop& loop) {
    answer.emplace(co_await std::move(task));
    loop.stop();
  }
  void run_loop(Duration limit);
};

// Parameters as a sender gives them.
rtp::Parameters opus_parameters(std::uint32_t ssrc, const std::string& mid = "a");
rtp::Parameters vp8_parameters(std::uint32_t ssrc, const std::string& mid = "v");
rtp::Parameters vp8_simulcast_parameters(const std::string& mid = "s");

// One RTP packet (RFC 3550) with a payload that the codec's parser accepts as a key frame where that matters.
std::vector<std::uint8_t> rtp_packet(std::uint8_t payload_type, std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc);
// The same for Opus with the ssrc-audio-level extension (RFC 6464) under `extension_id`; `level` is -dBov.
std::vector<std::uint8_t> audio_packet(std::uint8_t payload_type, std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc,
                                       std::uint8_t extension_id, std::uint8_t level);

}  // namespace dd::media::testing
