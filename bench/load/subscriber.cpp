// SPDX-License-Identifier: MIT
#include "bench/load/subscriber.hpp"

#include <algorithm>

#include "bench/load/stamp.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/vp8_frame.hpp"

namespace dd::load {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReceiverReportInterval = 1s;
constexpr Duration kFeedbackInterval = 100ms;  // libwebrtc sends between 50 and 250 ms, by the bandwidth

bool begins_key_frame(Bytes payload) {
  const auto descriptor = rtp::parse_vp8_descriptor(payload);
  return descriptor && descriptor->starts_picture && payload.size() > descriptor->length && (payload[descriptor->length] & 1U) == 0;
}

}  // namespace

Subscriber::Subscriber(SubscriberSettings settings, Latencies& latencies, std::uint64_t seed)
    : settings_(settings), latencies_(latencies), own_ssrc_(static_cast<std::uint32_t>(seed) | 1U) {}

void Subscriber::start(Transport& transport, MonotonicTime now) {
  transport_ = &transport;
  // Reports of many do not leave together.
  next_report_ = now + std::chrono::microseconds(own_ssrc_ % 1'000'000);
  next_feedback_ = now + std::chrono::microseconds(own_ssrc_ % 100'000);
}

void Subscriber::add(const IncomingStream& stream, Nanoseconds asked) {
  by_ssrc_[stream.ssrc] = streams_.size();
  if (stream.rtx_ssrc != 0) by_rtx_ssrc_[stream.rtx_ssrc] = streams_.size();
  if (settings_.transport_feedback && stream.transport_wide != 0) transport_wide_ = stream.transport_wide;
  streams_.push_back({stream, Reception(stream.ssrc, stream.clock_rate), asked, stream.video});
}

void Subscriber::on_rtp(Bytes bytes, Nanoseconds arrival) {
  const auto packet = rtp::parse_packet(bytes);
  if (!packet) return;
  if (transport_wide_ != 0) {
    // Probation packets, which belong to no stream, are counted as well: they are sent to be counted.
    const auto number = packet->extension(transport_wide_);
    if (number && number->size() == 2) feedback_.add(rtp::read_u16(*number, 0), arrival);
  }
  if (const auto found = by_ssrc_.find(packet->ssrc); found != by_ssrc_.end()) {
    return on_media(streams_[found->second], *packet, bytes.size(), arrival);
  }
  if (const auto found = by_rtx_ssrc_.find(packet->ssrc); found != by_rtx_ssrc_.end()) {
    Stream& stream = streams_[found->second];
    if (rtp::unwrap_rtx(*packet, stream.announced.payload_type, stream.announced.ssrc)) stream.reception.repair();
  }
}

void Subscriber::on_media(Stream& stream, const rtp::PacketView& packet, std::size_t size, Nanoseconds arrival) {
  missing_.clear();
  const bool nack = settings_.nack && stream.announced.rtx_ssrc != 0;
  stream.reception.add(packet, size, arrival, nack ? &missing_ : nullptr);
  if (!missing_.empty()) transport_->send_rtcp(rtp::make_nack(own_ssrc_, stream.announced.ssrc, missing_));
  if (stream.waits_for_key && begins_key_frame(packet.payload)) {
    stream.waits_for_key = false;
    latencies_.key_frame_wait.add((arrival - stream.asked) / 1000);
  }
  if (const auto sent = read_stamp(packet.payload, settings_.mark)) {
    (stream.announced.video ? latencies_.video : latencies_.audio).add((arrival - *sent) / 1000);
  }
}

void Subscriber::on_rtcp(Bytes compound, Nanoseconds arrival) {
  for (const rtp::SenderReport& report : rtp::parse_rtcp(compound).sender_reports) {
    const auto found = by_ssrc_.find(report.ssrc);
    if (found != by_ssrc_.end()) streams_[found->second].reception.on_sender_report(report, arrival);
  }
}

void Subscriber::tick(MonotonicTime now) {
  if (transport_ == nullptr || !transport_->usable()) return;
  if (next_feedback_ <= now) {
    next_feedback_ = now + kFeedbackInterval;
    const std::uint32_t media = streams_.empty() ? 0 : streams_.front().announced.ssrc;
    for (auto packet = feedback_.build(own_ssrc_, media); !packet.empty(); packet = feedback_.build(own_ssrc_, media)) {
      transport_->send_rtcp(packet);
    }
  }
  if (next_report_ <= now) {
    next_report_ = now + kReceiverReportInterval;
    send_reports();
  }
}

void Subscriber::send_reports() {
  constexpr std::size_t kBlocks = 31;  // in one packet
  const Nanoseconds now = stamp_now();
  std::vector<rtp::ReceptionBlock> blocks;
  for (Stream& stream : streams_) {
    if (!stream.reception.begun()) continue;
    blocks.push_back(stream.reception.report(now));
    if (blocks.size() < kBlocks) continue;
    transport_->send_rtcp(rtp::make_receiver_report(own_ssrc_, blocks));
    blocks.clear();
  }
  if (!blocks.empty()) transport_->send_rtcp(rtp::make_receiver_report(own_ssrc_, blocks));
}

std::size_t Subscriber::silent_streams() const {
  return static_cast<std::size_t>(
      std::count_if(streams_.begin(), streams_.end(), [](const Stream& stream) { return !stream.reception.begun(); }));
}

std::size_t Subscriber::waiting_for_key_frame() const {
  return static_cast<std::size_t>(
      std::count_if(streams_.begin(), streams_.end(), [](const Stream& stream) { return stream.waits_for_key; }));
}

ReceptionCounters Subscriber::total(bool video) const {
  ReceptionCounters sum;
  for (const Stream& stream : streams_) {
    if (stream.announced.video == video) sum += stream.reception.counters();
  }
  return sum;
}

}  // namespace dd::load
