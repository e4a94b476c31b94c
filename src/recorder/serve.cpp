// SPDX-License-Identifier: MIT
#include "recorder/serve.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <malloc.h>
#include <optional>
#include <unistd.h>

#include "base/asio_loop.hpp"
#include "child/frame_connection.hpp"
#include "recorder/receiver.hpp"
#include "recorder/session.hpp"

namespace dd::recorder {
namespace {

using std::chrono::milliseconds;

// The socket is not watched but looked at now and then: the kernel keeps the arrival times, and on most machines waking up
// costs more than all there is to do. Longer than this would only delay what is asked for again.
constexpr Duration kLongestLook = milliseconds{80};
constexpr Duration kShortestLook = milliseconds{2};
constexpr int kBatchesAtOnce = 16;  // then the channel has its turn

// How long to wait so that the socket's buffer holds what comes: eight times the packets of late, and a key frame of each track.
constexpr std::size_t kPacketRoom = 2304;  // what the kernel counts for a packet of 1200 bytes
constexpr std::size_t kHeadroom = 8;
constexpr std::size_t kBurst = 64;

Duration time_to_look(std::size_t buffer, std::size_t tracks, double packets_per_second) {
  const auto room = static_cast<double>(buffer / kPacketRoom);
  const double seconds = room / static_cast<double>(kHeadroom) / std::max(packets_per_second, 1.0);
  const double bursts = room * 0.08 / static_cast<double>(kBurst * std::max<std::size_t>(tracks, 1));
  return std::clamp(Duration{static_cast<std::int64_t>(std::min({seconds, bursts, 1.0}) * 1e9)}, kShortestLook, kLongestLook);
}

// A cluster is collected, written and freed twice a second; giving its memory back to the kernel each time, and faulting it in
// again, was a tenth of what recording one pair costs.
constexpr int kKeptFree = 2 << 20;

// A server that is gone cannot be told that the disk hangs, so this process must not wait for it for ever.
constexpr Duration kLastWait = std::chrono::seconds{20};

class Service {
 public:
  Service(AsioLoop& loop, std::unique_ptr<Receiver> receiver, int in, int out)
      : loop_(loop),
        receiver_(std::move(receiver)),
        channel_(
            loop, in, out, {.max_frame = 1U << 20, .max_unsent = 4U << 20},
            [this](std::span<const std::uint8_t> frame) { on_frame(frame); }, [this](const Error&) { on_end(); }),
        session_(loop,
                 Session::Ports{.port = receiver_->port(),
                                .send = [this](std::uint16_t port, const std::vector<std::uint8_t>& rtcp) { receiver_->send(port, rtcp); },
                                .say = [this](const recording::FromRecorder& message) { say(message); },
                                .ended = [this] { loop_.stop(); }}),
        on_datagram_(
            [this](rtp::Bytes datagram, std::uint16_t port, MonotonicTime arrival) { session_.on_datagram(datagram, port, arrival); }) {
    look();
  }

  int exit_code() const { return failed_ ? 1 : 0; }

 private:
  void on_frame(std::span<const std::uint8_t> frame) {
    const std::string_view text(reinterpret_cast<const char*>(frame.data()) + child::kFramePrefix, frame.size() - child::kFramePrefix);
    auto message = recording::parse_to_recorder(text);
    if (!message) return say(recording::Failed{message.error().message});
    session_.handle(std::move(*message));
  }

  void on_end() {
    last_ = loop_.after(kLastWait, [] { ::_exit(1); });
    session_.abandon();
  }

  void say(const recording::FromRecorder& message) {
    if (std::holds_alternative<recording::Opened>(message)) opened_ = true;
    if (std::holds_alternative<recording::Failed>(message) && !opened_) failed_ = true;
    const std::string text = recording::encode(message);
    std::vector<std::uint8_t> frame(child::kFramePrefix + text.size());
    for (std::size_t i = 0; i < child::kFramePrefix; ++i) frame[i] = static_cast<std::uint8_t>(text.size() >> (8 * i));
    std::memcpy(frame.data() + child::kFramePrefix, text.data(), text.size());
    // A server that does not read has lost the news; the recording is what counts.
    (void)channel_.send(frame).has_value();
  }

  void look() {
    std::size_t taken = 0;
    std::size_t last = 0;
    for (int batch = 0; batch < kBatchesAtOnce; ++batch) {
      last = receiver_->receive(on_datagram_);
      taken += last;
      if (last < Receiver::kBatch) break;
    }
    const MonotonicTime now = loop_.now();
    session_.advance(now);
    const double passed = std::chrono::duration<double>(now - looked_at_).count();
    if (passed > 0) rate_ += std::min(passed, 1.0) * (static_cast<double>(taken) / passed - rate_);
    looked_at_ = now;
    const Duration wait = time_to_look(static_cast<std::size_t>(receiver_->buffer_bytes()), session_.tracks(), rate_);
    next_look_ = loop_.after(last == Receiver::kBatch ? Duration{} : wait, [this] { look(); });
  }

  AsioLoop& loop_;
  std::unique_ptr<Receiver> receiver_;
  child::FrameConnection channel_;
  Session session_;
  Receiver::OnDatagram on_datagram_;
  bool opened_ = false;
  bool failed_ = false;
  MonotonicTime looked_at_{};
  double rate_ = 0;  // packets a second, over about the last one
  Timer next_look_;
  Timer last_;
};

}  // namespace

int serve(int in, int out) {
  // The server says when to finish, and the end of its channel says that it is gone. A signal to the whole group, as a
  // terminal or a service manager sends it, must not end the file before that.
  (void)::mallopt(M_TRIM_THRESHOLD, kKeptFree);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_IGN);
  AsioLoop loop;
  auto receiver = Receiver::open(system_clock());
  if (!receiver) {
    const std::string text = "recorder: " + receiver.error().message + "\n";
    (void)!::write(STDERR_FILENO, text.data(), text.size());
    return 1;
  }
  Service service(loop, std::move(*receiver), in, out);
  loop.run();
  return service.exit_code();
}

}  // namespace dd::recorder
