// SPDX-License-Identifier: MIT
#include "media/worker.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "observe/log.hpp"

namespace dd::media {

using Body = FBS::Request::Body;
using Method = FBS::Request::Method;

namespace {

// A worker has one, so any name will do.
constexpr const char* kWebRtcServer = "webrtc-server";
constexpr const char* kVersion = "3.27.1";

std::string describe(child::Exit exit) {
  if (exit.signal != 0) return fmt::format("killed by signal {} ({})", exit.signal, ::strsignal(exit.signal));
  if (exit.code == 42) return "ended with code 42: it does not accept its settings";
  return fmt::format("ended with code {}", exit.code);
}

}  // namespace

Worker::Worker(Loop& loop, observe::Metrics& metrics, WorkerSettings settings, Events events)
    : loop_(loop), settings_(std::move(settings)), events_(std::move(events)) {
  channel_ = std::make_shared<Channel>(loop, metrics, settings_.channel, [this](std::span<const std::uint8_t> frame) -> Result<void> {
    return connection_->send(frame);  // a closed channel sends nothing, and ours is closed before the connection goes
  });
}

Worker::~Worker() {
  channel_->close("the media worker was stopped");
  connection_.reset();
}

Result<std::shared_ptr<Worker>> Worker::open(Loop& loop, observe::Metrics& metrics, WorkerSettings settings, Events events) {
  std::shared_ptr<Worker> worker(new Worker(loop, metrics, std::move(settings), std::move(events)));
  DD_TRY_VOID(worker->start());
  return worker;
}

Result<void> Worker::start() {
  child::ProcessSettings process;
  process.name = settings_.name;
  process.program = settings_.binary;
  process.arguments = {fmt::format("--logLevel={}", settings_.log_level), fmt::format("--rtcMinPort={}", settings_.rtc_min_port),
                       fmt::format("--rtcMaxPort={}", settings_.rtc_max_port)};
  // Without its version in the environment the worker refuses to run; nothing else of ours is its business.
  process.environment = {fmt::format("MEDIASOUP_VERSION={}", kVersion)};
  for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) process.environment.push_back(fmt::format("{}={}", name, value));
  }
  DD_TRY(process_, child::Process::open(loop_, std::move(process), [this](child::Exit exit) { on_exit(exit); }));
  connection_ = std::make_unique<child::FrameConnection>(
      loop_, process_->read_fd(), process_->write_fd(), child::FrameConnection::Bounds{},
      [this](std::span<const std::uint8_t> frame) {
        if (channel_->handle_frame(frame)) return;
        observe::log_error("worker_sent_nonsense", {{"worker", settings_.name}, {"bytes", frame.size()}});
        kill();
      },
      [this](const Error& reason) {
        // Without its channel a worker is of no use; its exit tells everybody.
        channel_->close(fmt::format("the media worker is gone: {}", reason.message));
        process_->kill();
      });
  running_ = channel_->subscribe(std::to_string(process_->pid()), [this](const FBS::Notification::Notification& notification) {
    if (notification.event() == FBS::Notification::Event::WORKER_RUNNING) events_.on_running();
  });
  return ok();
}

void Worker::on_exit(child::Exit exit) {
  const auto keep = shared_from_this();
  const std::string how = describe(exit);
  running_.cancel();
  channel_->close(fmt::format("the media worker died ({})", how));
  events_.on_ended(how);
}

Task<Result<void>> Worker::create_webrtc_server() {
  auto self = shared_from_this();
  auto& builder = channel_->builder();
  std::vector<flatbuffers::Offset<FBS::Transport::ListenInfo>> listen;
  listen.push_back(encode_listen(builder, FBS::Transport::Protocol::UDP, settings_.listen));
  listen.push_back(encode_listen(builder, FBS::Transport::Protocol::TCP, settings_.listen));
  const auto body = FBS::Worker::CreateCreateWebRtcServerRequestDirect(builder, kWebRtcServer, &listen);
  auto response = co_await channel_->request(Method::WORKER_CREATE_WEBRTCSERVER, "", Body::Worker_CreateWebRtcServerRequest, body.Union());
  if (!response) {
    Error error = std::move(response.error());
    error.code = Errc::kUnavailable;
    co_return std::move(error).during(fmt::format("listen on UDP and TCP port {}", settings_.listen.port));
  }
  co_return ok();
}

Completion<Reply> Worker::request_router(const std::string& id) {
  const auto body = FBS::Worker::CreateCreateRouterRequestDirect(channel_->builder(), id.c_str());
  return channel_->request(Method::WORKER_CREATE_ROUTER, "", Body::Worker_CreateRouterRequest, body.Union());
}

Task<Result<std::vector<std::shared_ptr<Router>>>> Worker::create_routers(std::vector<std::string> ids) {
  auto self = shared_from_this();
  constexpr std::size_t kAtOnce = 1000;  // well within what a channel has in flight
  std::vector<std::shared_ptr<Router>> routers;
  for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
    const std::size_t end = std::min(ids.size(), begin + kAtOnce);
    std::vector<Completion<Reply>> answers;
    for (std::size_t i = begin; i < end; ++i) answers.push_back(request_router(ids[i]));
    for (std::size_t i = begin; i < end; ++i) {
      auto answer = co_await answers[i - begin];
      if (!answer) co_return std::move(answer.error()).during("create router");
      routers.push_back(std::make_shared<Router>(channel_, ids[i], kWebRtcServer));
    }
  }
  co_return routers;
}

Task<Result<std::shared_ptr<Router>>> Worker::create_router(std::string id) {
  auto self = shared_from_this();
  auto router = std::make_shared<Router>(channel_, id, kWebRtcServer);
  auto response = co_await request_router(id);
  if (!response) {
    if (response.error().code == Errc::kDeadlineExceeded) router->close();
    co_return std::move(response.error()).during("create router");
  }
  co_return router;
}

Task<Result<void>> Worker::ping() {
  auto self = shared_from_this();
  DD_CO_TRY_VOID(co_await channel_->request(Method::WORKER_GET_RESOURCE_USAGE, ""));
  co_return ok();
}

void Worker::kill() { process_->kill(); }

void Worker::stop(Duration patience) {
  channel_->notify(FBS::Notification::Event::WORKER_CLOSE, "");
  process_->terminate(patience);
}

}  // namespace dd::media
