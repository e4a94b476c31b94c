// SPDX-License-Identifier: MIT
// The fake engine keeps the contract of the real one.
#include "meeting/testing/fake_media.hpp"

#include "base/testing/manual_loop.hpp"
#include "meeting/testing/media_port_contract.hpp"

namespace dd::meeting::testing {
namespace {

class FakeBench final : public MediaPortBench {
 public:
  MediaPort& port() override { return media_; }

  bool run_until(std::function<bool()> done) override {
    for (int step = 0; step < 200 && !done(); ++step) loop_.advance(std::chrono::milliseconds{100});
    return done();
  }

  void kill_worker(const WorkerId& worker) override {
    media_.kill_worker(worker);
    restart_ = loop_.after(std::chrono::milliseconds{300}, [this, worker] { media_.restore_worker(worker); });
  }

 private:
  dd::testing::ManualLoop loop_;
  FakeMedia media_{loop_, {WorkerId("w1"), WorkerId("w2")}};
  Timer restart_;
};

std::unique_ptr<MediaPortBench> make_fake_bench() { return std::make_unique<FakeBench>(); }

INSTANTIATE_TEST_SUITE_P(Fake, MediaPortContract, ::testing::Values(&make_fake_bench));

}  // namespace
}  // namespace dd::meeting::testing
