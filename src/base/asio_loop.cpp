// SPDX-License-Identifier: MIT
#include "base/asio_loop.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <unordered_map>

#include "base/check.hpp"

namespace dd {

namespace asio = boost::asio;

namespace {

struct Watch {
  Watch(asio::io_context& context, int fd, FdReady what_ready, Loop::Callback on_ready)
      : descriptor(context, fd), what(what_ready), callback(std::move(on_ready)) {}
  asio::posix::stream_descriptor descriptor;
  FdReady what;
  Loop::Callback callback;
  bool stopped = false;
};

void rearm(const std::shared_ptr<Watch>& watch) {
  const auto direction =
      watch->what == FdReady::kReadable ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  watch->descriptor.async_wait(direction, [watch](const boost::system::error_code& error) {
    if (error || watch->stopped) return;
    watch->callback();
    if (!watch->stopped) rearm(watch);
  });
}

}  // namespace

struct AsioLoop::State {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
  std::atomic<std::thread::id> home{std::this_thread::get_id()};
  std::uint64_t next_id = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<asio::steady_timer>> timers;
  std::unordered_map<std::uint64_t, std::shared_ptr<Watch>> watches;
};

AsioLoop::AsioLoop() : state_(std::make_unique<State>()) {}

AsioLoop::~AsioLoop() {
  for (auto& [id, watch] : state_->watches) {
    watch->stopped = true;
    watch->descriptor.release();
  }
}

void AsioLoop::run() {
  state_->home = std::this_thread::get_id();
  state_->context.restart();
  state_->context.run();
}

void AsioLoop::stop() { state_->context.stop(); }

asio::io_context& AsioLoop::context() { return state_->context; }

void AsioLoop::post(Callback callback) {
  asio::post(state_->context, [callback = std::make_shared<Callback>(std::move(callback))] { (*callback)(); });
}

MonotonicTime AsioLoop::now() const { return system_clock().now(); }
WallTime AsioLoop::wall_now() const { return system_clock().wall_now(); }

void AsioLoop::assert_current() const {
  DD_CHECK(state_->home.load(std::memory_order_relaxed) == std::this_thread::get_id(), "called from another thread than the loop's");
}

std::uint64_t AsioLoop::start_timer(Duration delay, Callback callback) {
  const auto id = state_->next_id++;
  auto timer = std::make_unique<asio::steady_timer>(state_->context, delay);
  timer->async_wait([this, id, callback = std::make_shared<Callback>(std::move(callback))](const boost::system::error_code& error) {
    // A stopped timer is gone from the map; its handler may still be queued, even with success.
    if (error || state_->timers.erase(id) == 0) return;
    (*callback)();
  });
  state_->timers.emplace(id, std::move(timer));
  return id;
}

void AsioLoop::stop_timer(std::uint64_t id) { state_->timers.erase(id); }

std::uint64_t AsioLoop::start_watch(int fd, FdReady what, Callback callback) {
  const auto id = state_->next_id++;
  auto watch = std::make_shared<Watch>(state_->context, fd, what, std::move(callback));
  state_->watches.emplace(id, watch);
  rearm(watch);
  return id;
}

void AsioLoop::stop_watch(std::uint64_t id) {
  auto found = state_->watches.find(id);
  if (found == state_->watches.end()) return;
  auto watch = std::move(found->second);
  state_->watches.erase(found);
  watch->stopped = true;
  watch->descriptor.release();  // cancels the wait and leaves the fd, which is the caller's, open
}

}  // namespace dd
