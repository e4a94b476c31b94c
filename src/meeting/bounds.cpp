// SPDX-License-Identifier: MIT
// Bitrates that a producer may not exceed. Honest clients are told by their transport's bandwidth estimation; who sends more all the
// same, for several samples in a row, is paused, and may resume when it has thought better of it.
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

constexpr unsigned kSamplesOver = 3;                 // in a row: a key frame or a change of scene is no offence
constexpr std::uint32_t kUnbounded = 1'000'000'000;  // the highest the engine takes, for a bound that is lifted

bool is_over(std::uint64_t bitrate, std::uint32_t bound) { return bitrate * 4 > std::uint64_t{bound} * 5; }  // 1.25 times

// Of all its streams.
std::uint64_t bytes_of(const StatReport& report) {
  std::uint64_t bytes = 0;
  for (const auto& entry : report) {
    for (const auto& [name, value] : entry) {
      const auto* count = name == "byteCount" ? std::get_if<std::int64_t>(&value) : nullptr;
      if (count != nullptr && *count > 0) bytes += static_cast<std::uint64_t>(*count);
    }
  }
  return bytes;
}

}  // namespace

// The engine tells the client by REMB to stay below the sum, when every producer of the transport has a bound.
void Host::State::bound_transport(Participant& participant) {
  if (!participant.producer_transport || participant.producers.empty()) return;
  Transport& transport = *participant.producer_transport;
  std::uint64_t sum = 0;
  bool all = true;
  for (const auto& entry : participant.producers) {
    all = all && entry.second.max_bitrate > 0;
    sum += entry.second.max_bitrate;
  }
  std::uint64_t wanted = settings_.bitrates.max_incoming;
  if (all) wanted = wanted > 0 ? std::min(wanted, sum) : std::min<std::uint64_t>(sum, kUnbounded);
  if (wanted == 0 && transport.max_incoming != 0) wanted = kUnbounded;
  const auto max_incoming = static_cast<std::uint32_t>(wanted);
  const std::uint32_t now = transport.max_incoming != 0 ? transport.max_incoming : settings_.bitrates.max_incoming;
  if (max_incoming == now) return;
  transport.max_incoming = max_incoming;
  start(set_max_incoming(transport.id(), max_incoming));
}

// A failure costs the client's adaptation only; the samples still find who sends too much.
Task<void> Host::State::set_max_incoming(TransportId transport, std::uint32_t max_incoming) {
  TransportBitrates bitrates;
  bitrates.max_incoming = max_incoming;
  auto setting = media_.set_bitrates(std::move(transport), bitrates);
  static_cast<void>(co_await std::move(setting));
}

Task<void> Host::State::sample_bitrate(ProducerId producer_id) {
  if (const Place* known = find_place(producers_, producer_id)) {
    Producer& producer = find_participant(*known)->producers.at(producer_id);
    if (producer.paused) {
      producer.sample.reset();
      producer.over_bound = 0;
      co_return;
    }
  }
  auto asking = media_.producer_stats(producer_id);
  auto report = co_await std::move(asking);
  const Place* place = find_place(producers_, producer_id);
  if (!report || place == nullptr) co_return;
  Producer& producer = find_participant(*place)->producers.at(producer_id);
  const Producer::Sample sample{loop_.now(), bytes_of(*report)};
  const auto before = std::exchange(producer.sample, sample);
  // A stream that began anew counts from zero again.
  const bool comparable = before && sample.bytes >= before->bytes && sample.at > before->at;
  if (producer.paused || !comparable) {
    producer.over_bound = 0;
    co_return;
  }
  const double seconds = std::chrono::duration<double>(sample.at - before->at).count();
  const auto bitrate = static_cast<std::uint64_t>(static_cast<double>(sample.bytes - before->bytes) * 8 / seconds);
  producer.over_bound = is_over(bitrate, producer.max_bitrate) ? producer.over_bound + 1 : 0;
  if (producer.over_bound < kSamplesOver) co_return;
  producer.over_bound = 0;
  auto pausing = pause_over_bound(producer_id, bitrate);
  co_await std::move(pausing);
}

Task<void> Host::State::pause_over_bound(ProducerId producer_id, std::uint64_t bitrate) {
  const Place place = *find_place(producers_, producer_id);
  const std::uint32_t bound = find_participant(place)->producers.at(producer_id).max_bitrate;
  ProducersCommand command{place.meeting, place.participant, {producer_id}, std::nullopt};
  auto pausing = set_producers_paused(std::move(command), true);
  auto paused = co_await std::move(pausing);
  if (!paused || paused->empty()) co_return;  // gone, or the engine did not answer: the next samples say it again
  emit(place.meeting, place.participant, ProducerLimited{producer_id, paused->front().kind, bitrate, bound});
}

}  // namespace dd::meeting
