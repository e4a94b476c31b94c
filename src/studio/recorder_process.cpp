// SPDX-License-Identifier: MIT
#include "studio/recorder_process.hpp"

#include <fmt/format.h>

#include "observe/log.hpp"

namespace dd::studio {
namespace {

// Messages are a few hundred bytes; a megabyte unsent means a recorder that has stopped reading.
constexpr child::FrameConnection::Bounds kBounds{256U << 10, 1U << 20};

std::vector<std::uint8_t> framed(const std::string& text) {
  std::vector<std::uint8_t> frame(child::kFramePrefix + text.size());
  for (std::size_t i = 0; i < child::kFramePrefix; ++i) frame[i] = static_cast<std::uint8_t>(text.size() >> (8 * i));
  std::copy(text.begin(), text.end(), frame.begin() + child::kFramePrefix);
  return frame;
}

}  // namespace

Result<std::unique_ptr<RecorderProcess>> RecorderProcess::open(Loop& loop, std::string program, Events events) {
  std::unique_ptr<RecorderProcess> recorder(new RecorderProcess(std::move(events)));
  RecorderProcess* raw = recorder.get();
  child::ProcessSettings settings{"recorder", std::move(program), {"serve"}, {"PATH=/usr/bin:/bin"}};
  DD_TRY(recorder->process_, child::Process::open(loop, std::move(settings), [raw](child::Exit exit) { raw->on_exit(exit); }));
  recorder->connection_ = std::make_unique<child::FrameConnection>(
      loop, recorder->process_->read_fd(), recorder->process_->write_fd(), kBounds,
      [raw](std::span<const std::uint8_t> frame) { raw->on_frame(frame); },
      // The end of the stream precedes the exit of a process that ends by itself; one that only closed it is of no use.
      [raw](const Error&) { raw->process_->terminate(std::chrono::seconds{5}); });
  return recorder;
}

Result<void> RecorderProcess::send(const recording::ToRecorder& message) { return connection_->send(framed(recording::encode(message))); }

void RecorderProcess::on_frame(std::span<const std::uint8_t> frame) {
  const auto body = frame.subspan(child::kFramePrefix);
  auto message = recording::parse_from_recorder({reinterpret_cast<const char*>(body.data()), body.size()});
  if (!message) {
    observe::log_error("recorder_message_refused", {{"reason", message.error().message}});
    process_->kill();
    return;
  }
  events_.on_message(std::move(*message));
}

void RecorderProcess::on_exit(child::Exit exit) {
  const auto how = exit.signal != 0 ? fmt::format("killed by signal {}", exit.signal) : fmt::format("exited with {}", exit.code);
  auto on_end = std::move(events_.on_end);
  on_end(how);
}

}  // namespace dd::studio
