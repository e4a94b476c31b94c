// SPDX-License-Identifier: MIT
// The contract of media engines, kept by real mediasoup workers on loopback.
#include <csignal>
#include <cstdlib>

#include "base/asio_loop.hpp"
#include "media/engine.hpp"
#include "media/testing/engine_fixture.hpp"
#include "meeting/testing/media_port_contract.hpp"

namespace dd::meeting::testing {
namespace {

using namespace std::chrono_literals;

class WorkersBench final : public MediaPortBench {
 public:
  WorkersBench() : engine_(std::make_unique<media::Engine>(loop_, metrics_, settings())) {
    std::optional<Result<void>> started;
    start(started);
    EXPECT_TRUE(run_until([&] { return started.has_value(); }) && started->has_value()) << "the workers do not start";
  }

  ~WorkersBench() override {
    bool stopped = false;
    stop(stopped);
    EXPECT_TRUE(run_until([&] { return stopped; })) << "the workers do not stop";
    engine_.reset();
    run_for(10ms);  // what was posted last still frees its waiters
  }

  MediaPort& port() override { return *engine_; }

  bool run_until(std::function<bool()> done) override {
    const auto end = loop_.now() + 20s;
    while (!done() && loop_.now() < end) run_for(2ms);
    return done();
  }

  void kill_worker(const WorkerId& worker) override {
    for (const auto& status : engine_->workers()) {
      if (status.id == worker && status.pid > 0) ::kill(static_cast<pid_t>(status.pid), SIGKILL);
    }
  }

 private:
  static media::EngineSettings settings() {
    media::EngineSettings settings;
    const char* binary = std::getenv("DD_WORKER_BINARY");
    settings.worker_binary = binary != nullptr ? binary : DD_WORKER_BINARY;
    settings.workers = {WorkerId("w1"), WorkerId("w2")};
    settings.listen_ip = "127.0.0.1";
    settings.first_port = media::testing::free_ports(2);
    return settings;
  }

  void start(std::optional<Result<void>>& started) {
    auto running = keep(engine_->start(), started);
    spawn(std::move(running));
  }
  static Task<void> keep(Task<Result<void>> task, std::optional<Result<void>>& answer) { answer.emplace(co_await std::move(task)); }
  void stop(bool& stopped) {
    auto running = note(engine_->stop(), stopped);
    spawn(std::move(running));
  }
  static Task<void> note(Task<void> task, bool& done) {
    co_await std::move(task);
    done = true;
  }
  void run_for(Duration duration) {
    auto timer = loop_.after(duration, [this] { loop_.stop(); });
    loop_.run();
  }

  AsioLoop loop_;
  observe::Metrics metrics_;
  std::unique_ptr<media::Engine> engine_;
};

std::unique_ptr<MediaPortBench> make_workers_bench() { return std::make_unique<WorkersBench>(); }

INSTANTIATE_TEST_SUITE_P(Workers, MediaPortContract, ::testing::Values(&make_workers_bench));

}  // namespace
}  // namespace dd::meeting::testing
