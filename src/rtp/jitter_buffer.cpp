// SPDX-License-Identifier: MIT
#include "rtp/jitter_buffer.hpp"

#include <algorithm>
#include <utility>

namespace dd::rtp {
namespace {

// RFC 3550, appendix A.1: a jump this far is a restart when a second packet confirms it, and damage otherwise.
constexpr std::int64_t kMaxDropout = 3000;
constexpr std::int64_t kMaxMisorder = 3000;

// Packets far apart make many empty slots; whoever pops after each insert keeps them below this and one dropout.
constexpr std::size_t kMaxSlots = 4096;

}  // namespace

bool JitterBuffer::accept_jump(const PacketView& packet) {
  const bool confirmed = suspect_ == packet.sequence;
  suspect_ = static_cast<std::uint16_t>(packet.sequence + 1);
  if (!confirmed) return false;
  ++counters_.resets;
  reset();
  lost_before_ = true;
  return true;
}

void JitterBuffer::insert(const PacketView& packet, MonotonicTime arrival) {
  if (started_) {
    const std::int64_t sequence = unwrapper_.peek(packet.sequence);
    const bool jumped = sequence > highest_ + kMaxDropout || sequence < highest_ - kMaxMisorder;
    if (jumped && !accept_jump(packet)) return;
  }
  const std::int64_t sequence = unwrapper_.peek(packet.sequence);
  if (!started_) {
    started_ = true;
    (void)unwrapper_.unwrap(packet.sequence);
    first_ = sequence;
    highest_ = sequence - 1;
  }
  if (sequence < first_) {
    ++counters_.late;
    return;
  }
  if (sequence > highest_) {
    (void)unwrapper_.unwrap(packet.sequence);
    suspect_.reset();
    slots_.resize(static_cast<std::size_t>(sequence - first_) + 1, Slot{.packet = {}, .missing_since = arrival});
    highest_ = sequence;
  } else {
    Slot& slot = slots_[static_cast<std::size_t>(sequence - first_)];
    if (slot.packet) {
      ++counters_.duplicate;
      return;
    }
    ++counters_.repaired;
  }
  Slot& slot = slots_[static_cast<std::size_t>(sequence - first_)];
  slot.packet = OrderedPacket{.sequence = sequence,
                              .timestamp = packet.timestamp,
                              .marker = packet.marker,
                              .after_loss = false,
                              .arrival = arrival,
                              .orientation = orientation_of(packet),
                              .payload = {packet.payload.begin(), packet.payload.end()}};
  ++counters_.received;
  ++packets_;
  bytes_ += packet.payload.size();
}

std::optional<std::uint8_t> JitterBuffer::orientation_of(const PacketView& packet) const {
  if (settings_.orientation_id == 0) return std::nullopt;
  const auto value = packet.extension(settings_.orientation_id);
  return value && !value->empty() ? std::optional((*value)[0]) : std::nullopt;
}

void JitterBuffer::give_up_first_hole() {
  while (!slots_.empty() && !slots_.front().packet) {
    slots_.pop_front();
    ++first_;
    ++counters_.lost;
    lost_before_ = true;
  }
}

std::optional<OrderedPacket> JitterBuffer::pop(MonotonicTime now) {
  if (slots_.empty()) return std::nullopt;
  if (!slots_.front().packet) {
    const bool over = packets_ > settings_.max_packets || bytes_ > settings_.max_bytes || slots_.size() > kMaxSlots;
    if (!over && now < slots_.front().missing_since + patience()) return std::nullopt;
    give_up_first_hole();
    if (slots_.empty()) return std::nullopt;
  }
  OrderedPacket packet = std::move(*slots_.front().packet);
  slots_.pop_front();
  ++first_;
  --packets_;
  bytes_ -= packet.payload.size();
  packet.after_loss = std::exchange(lost_before_, false);
  return packet;
}

std::vector<std::uint16_t> JitterBuffer::to_ask(MonotonicTime now) {
  std::vector<std::uint16_t> wanted;
  if (!settings_.nack || packets_ == slots_.size()) return wanted;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.packet) continue;
    const MonotonicTime due = slot.asked ? slot.asked_at + settings_.ask_again : slot.missing_since + settings_.first_ask;
    if (now < due) continue;
    slot.asked = true;
    slot.asked_at = now;
    wanted.push_back(static_cast<std::uint16_t>(first_ + static_cast<std::int64_t>(i)));
  }
  return wanted;
}

std::optional<MonotonicTime> JitterBuffer::next_deadline() const {
  if (packets_ == slots_.size()) return std::nullopt;
  std::optional<MonotonicTime> soonest;
  for (const Slot& slot : slots_) {
    if (slot.packet) continue;
    MonotonicTime due = slot.missing_since + patience();
    if (settings_.nack) due = std::min(due, slot.asked ? slot.asked_at + settings_.ask_again : slot.missing_since + settings_.first_ask);
    soonest = soonest ? std::min(*soonest, due) : due;
  }
  return soonest;
}

void JitterBuffer::reset() {
  slots_.clear();
  unwrapper_.reset();
  started_ = false;
  lost_before_ = false;
  suspect_.reset();
  packets_ = 0;
  bytes_ = 0;
}

}  // namespace dd::rtp
