// SPDX-License-Identifier: MIT
// Subscriber: what one participant receives, measured - loss, reordering, latency, the wait for a key frame - and the RTCP that a
// browser would send of it: receiver reports, transport-wide feedback, NACK. It decodes nothing. Lives on the loop.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/load/latency_histogram.hpp"
#include "bench/load/reception.hpp"
#include "bench/load/transport.hpp"
#include "bench/load/transport_feedback.hpp"

namespace dd::load {

// Shared by all subscribers of a run; the window of a measurement begins with a new one.
struct Latencies {
  LatencyHistogram video;
  LatencyHistogram audio;
  LatencyHistogram key_frame_wait;  // from asking for a stream to the first packet of its first key frame
};

struct SubscriberSettings {
  std::uint32_t mark = 0;  // see stamp.hpp
  bool nack = true;
  bool transport_feedback = true;
};

// A stream that the server announced with the answer to `consume`.
struct IncomingStream {
  bool video = false;
  std::uint32_t ssrc = 0;
  std::uint8_t payload_type = 0;
  std::uint32_t rtx_ssrc = 0;  // 0: none
  std::uint32_t clock_rate = 0;
  std::uint8_t transport_wide = 0;  // the extension's number; 0: not negotiated
};

class Subscriber final : public TransportUser {
 public:
  Subscriber(SubscriberSettings settings, Latencies& latencies, std::uint64_t seed);

  void start(Transport& transport, MonotonicTime now);
  // To be called before the server is told to send it, or its beginning is missed; `asked` begins the wait for a key frame.
  void add(const IncomingStream& stream, Nanoseconds asked);
  void tick(MonotonicTime now);

  ReceptionCounters video() const { return total(true); }
  ReceptionCounters audio() const { return total(false); }
  std::size_t streams() const { return streams_.size(); }
  std::size_t silent_streams() const;  // of which nothing has come yet
  std::size_t waiting_for_key_frame() const;

  void on_rtp(Bytes packet, Nanoseconds arrival) override;
  void on_rtcp(Bytes compound, Nanoseconds arrival) override;

 private:
  struct Stream {
    IncomingStream announced;
    Reception reception;
    Nanoseconds asked = 0;
    bool waits_for_key = false;
  };

  void on_media(Stream& stream, const rtp::PacketView& packet, std::size_t size, Nanoseconds arrival);
  void send_reports();
  ReceptionCounters total(bool video) const;

  SubscriberSettings settings_;
  Latencies& latencies_;
  Transport* transport_ = nullptr;
  std::vector<Stream> streams_;
  std::unordered_map<std::uint32_t, std::size_t> by_ssrc_;
  std::unordered_map<std::uint32_t, std::size_t> by_rtx_ssrc_;
  std::uint8_t transport_wide_ = 0;
  FeedbackBuilder feedback_;
  std::uint32_t own_ssrc_;
  std::vector<std::uint16_t> missing_;  // of the packet being handled
  MonotonicTime next_report_;
  MonotonicTime next_feedback_;
};

}  // namespace dd::load
