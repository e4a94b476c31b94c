// SPDX-License-Identifier: MIT
// What meetings use: how long participants are there, and the bytes their transports carry. Told in increments, now and then and
// when the meeting ends. The engine's counters are asked for in rounds, spread over time, and once more when a transport closes.
#include "meeting/gather.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

// What is asked when a meeting ends with people in it, and how long that may hold the end up.
constexpr std::size_t kLastCounts = 1'000;
constexpr std::chrono::milliseconds kLastCountLimit{500};

// How much more than last time.
std::uint64_t increment(const StatReport& report, std::string_view name, std::uint64_t& counted) {
  for (const auto& entry : report) {
    for (const auto& [key, value] : entry) {
      const auto* count = key == name ? std::get_if<std::int64_t>(&value) : nullptr;
      if (count == nullptr || *count < 0) continue;
      const auto now = static_cast<std::uint64_t>(*count);
      const auto before = std::exchange(counted, std::max(now, counted));
      return now > before ? now - before : 0;
    }
  }
  return 0;
}

}  // namespace

Host::State::CountedTransport Host::State::counted_transport(const Meeting& meeting, const Transport& transport) const {
  return {meeting.id, meeting.placed, transport.id(), transport.counted};
}

Task<bool> Host::State::count_bytes(CountedTransport asked) {
  auto asking = media_.transport_stats(asked.transport);
  auto report = co_await std::move(asking);
  Meeting* meeting = find_meeting(asked.meeting);
  if (!report || meeting == nullptr || meeting->placed != asked.placed) co_return false;
  meeting->usage.bytes.in += increment(*report, "bytesReceived", asked.counted->in);
  meeting->usage.bytes.out += increment(*report, "bytesSent", asked.counted->out);
  co_return true;
}

Task<void> Host::State::count_closing(CountedTransport asked) {
  auto counting = count_bytes(std::move(asked));
  static_cast<void>(co_await std::move(counting));
}

Task<void> Host::State::sample_bytes(TransportId transport_id) {
  const Place* place = find_place(transports_, transport_id);
  if (place == nullptr) co_return;
  const Participant& participant = *find_participant(*place);
  for (const auto* transport : {&participant.producer_transport, &participant.consumer_transport}) {
    if (!*transport || (*transport)->id() != transport_id || !(*transport)->connected) continue;
    auto asked = counted_transport(*find_meeting(place->meeting), **transport);
    auto counting = count_bytes(std::move(asked));
    static_cast<void>(co_await std::move(counting));
    co_return;
  }
}

// Closing a meeting closes its routers first, after which nothing can be asked.
Task<void> Host::State::count_last_bytes(const Meeting& meeting) {
  std::vector<CountedTransport> asked;
  for (const auto& entry : meeting.participants) {
    for (const auto* transport : {&entry.second.producer_transport, &entry.second.consumer_transport}) {
      if (*transport && (*transport)->connected && asked.size() < kLastCounts) asked.push_back(counted_transport(meeting, **transport));
    }
  }
  if (asked.empty()) co_return;
  Completion<bool> done(loop_);
  done.resolve_after(kLastCountLimit, false);
  start(count_many(std::move(asked), done));
  co_await done;
}

Task<void> Host::State::count_many(std::vector<CountedTransport> asked, Completion<bool> done) {
  auto next = asked.begin();
  while (next != asked.end() && !done.resolved()) {
    std::vector<Task<bool>> counting;
    while (next != asked.end() && counting.size() < Rounds<TransportId>::kAtOnce) counting.push_back(count_bytes(std::move(*next++)));
    auto gathering = gather(loop_, std::move(counting));
    co_await std::move(gathering);
  }
  done.resolve(true);
}

void Host::State::count_presence(Meeting& meeting, Participant& participant) {
  const auto since = std::exchange(participant.present_since, loop_.now());
  meeting.usage.present += participant.present_since - since;
}

void Host::State::tell_usage(Meeting& meeting) {
  for (auto& participant : meeting.participants) count_presence(meeting, participant.second);
  Usage& usage = meeting.usage;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(usage.present);
  const ByteCount bytes = std::exchange(usage.bytes, {});
  usage.present -= seconds;  // the rest counts next time
  if (seconds.count() == 0 && bytes.in == 0 && bytes.out == 0) return;
  emit_account(meeting, MeetingUsage{static_cast<std::uint64_t>(seconds.count()), bytes.in, bytes.out});
}

Task<void> Host::State::tell_usage_of(MeetingId meeting_id) {
  if (Meeting* meeting = find_meeting(meeting_id)) tell_usage(*meeting);
  co_return;
}

}  // namespace dd::meeting
