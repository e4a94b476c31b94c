// SPDX-License-Identifier: MIT
#include "app/loop_lag.hpp"

#include "observe/log.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kInterval = 100ms;
constexpr Duration kWarnAbove = 100ms;

}  // namespace

LoopLag::LoopLag(Loop& loop, observe::Metrics& metrics) : loop_(loop), metrics_(metrics) {}

void LoopLag::start() {
  due_ = loop_.now() + kInterval;
  timer_ = loop_.after(kInterval, [this] { measure(); });
}

void LoopLag::measure() {
  const MonotonicTime now = loop_.now();
  const Duration lag = now - due_;
  metrics_.observe(observe::Metric::kLoopLagSeconds, std::chrono::duration<double>(lag).count());
  if (lag > kWarnAbove && now - last_warning_ > 1s) {
    last_warning_ = now;
    observe::log_warn("loop_lag", {{"milliseconds", std::chrono::duration_cast<std::chrono::milliseconds>(lag).count()}});
  }
  start();
}

}  // namespace dd::app
