// SPDX-License-Identifier: MIT
#include "net/redis_entries.hpp"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dd::net {
namespace {

constexpr std::string_view kPrefix = "doordarshan:";
constexpr std::string_view kOneDay = "86400";
// kendra sets no bound; its readers follow the end of the stream and never look so far back.
constexpr std::string_view kKendraLength = "10000";

std::uint64_t unsigned_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

}  // namespace

std::string StreamPosition::text() const { return fmt::format("{}-{}", milliseconds, sequence); }

StreamPosition parse_position(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  return {unsigned_in(text.substr(0, dash)), unsigned_in(text.substr(dash + 1))};
}

std::string stream_key(const MeetingId& meeting) { return std::string(kPrefix) + meeting.str(); }

MeetingId meeting_of_key(std::string_view key) {
  return key.starts_with(kPrefix) ? MeetingId(std::string(key.substr(kPrefix.size()))) : MeetingId{};
}

std::vector<RedisConnection::Command> commands_for(const MeetingId& meeting, const StreamSignal& signal, std::size_t stream_length) {
  const std::string key = stream_key(meeting);
  return {{"XADD", key, "MAXLEN", "~", std::to_string(stream_length), "*", "from", signal.replica, "n", std::to_string(signal.number),
           "before", std::to_string(signal.before), "text", signal.text},
          {"EXPIRE", key, std::string(kOneDay)}};
}

std::vector<RedisConnection::Command> commands_for(const MeetingId& meeting, const control::KendraSignal& signal) {
  nlohmann::ordered_json body;
  body["type"] = signal.type;
  body["subType"] = signal.type;
  body["version_id"] = 0;
  body["recipient_id"] = nullptr;
  auto payload = nlohmann::ordered_json::parse(signal.payload, nullptr, false);
  body["payload"] = payload.is_discarded() ? nlohmann::ordered_json() : std::move(payload);
  const std::string key = "room-stream:" + meeting.str();
  return {{"XADD", key, "MAXLEN", "~", std::string(kKendraLength), "*", "name", signal.type, "messageType", "signalMessage", "roomId",
           meeting.str(), "participantId", signal.participant, "requestId", signal.request, "signal",
           body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)},
          {"EXPIRE", key, std::string(kOneDay)}};
}

StreamEntry entry_of(const RedisReply& reply) {
  StreamEntry entry;
  if (reply.list.size() != 2) return entry;
  entry.position = parse_position(reply.list[0].text);
  const auto& fields = reply.list[1].list;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string& name = fields[i].text;
    const std::string& value = fields[i + 1].text;
    if (name == "from") {
      entry.signal.replica = value;
    } else if (name == "n") {
      entry.signal.number = unsigned_in(value);
    } else if (name == "before") {
      entry.signal.before = unsigned_in(value);
    } else if (name == "text") {
      entry.signal.text = value;
      entry.ours = true;
    }
  }
  entry.ours = entry.ours && !entry.signal.replica.empty() && entry.signal.number > 0;
  return entry;
}

}  // namespace dd::net
