// SPDX-License-Identifier: MIT
#include "recorder/serve.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <optional>
#include <unistd.h>

#include "base/asio_loop.hpp"
#include "child/frame_connection.hpp"
#include "recorder/receiver.hpp"
#include "recorder/session.hpp"

namespace dd::recorder {
namespace {

using std::chrono::milliseconds;

// The socket is not watched but looked at now and then: the kernel keeps the arrival times, and a batch costs hardly more than
// a packet. Ten milliseconds of a thousand packets a second are one batch of ten.
constexpr Duration kPatience = milliseconds{20};
constexpr Duration kLittlePatience = milliseconds{4};  // with a small socket buffer, or many packets
constexpr Duration kNone{};
constexpr int kLargeBuffer = 2 << 20;
constexpr std::size_t kManyPackets = 48;
constexpr int kBatchesAtOnce = 16;  // then the channel has its turn
constexpr Duration kTick = milliseconds{40};

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
    if (taken > 0 || now >= next_tick_) {
      next_tick_ = now + kTick;
      session_.advance(now);
    }
    const bool short_of_room = receiver_->buffer_bytes() < kLargeBuffer || taken > kManyPackets;
    next_look_ = loop_.after(last == Receiver::kBatch ? kNone : short_of_room ? kLittlePatience : kPatience, [this] { look(); });
  }

  AsioLoop& loop_;
  std::unique_ptr<Receiver> receiver_;
  child::FrameConnection channel_;
  Session session_;
  Receiver::OnDatagram on_datagram_;
  bool opened_ = false;
  bool failed_ = false;
  MonotonicTime next_tick_{};
  Timer next_look_;
  Timer last_;
};

}  // namespace

int serve(int in, int out) {
  // The server says when to finish, and the end of its channel says that it is gone. A signal to the whole group, as a
  // terminal or a service manager sends it, must not end the file before that.
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
