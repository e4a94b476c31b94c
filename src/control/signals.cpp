// SPDX-License-Identifier: MIT
#include "control/signals.hpp"

#include "api/json.hpp"
#include "api/object_reader.hpp"

namespace dd::control {
namespace {

using api::ObjectReader;
using api::OrderedJson;

constexpr std::string_view kPrefix = R"({"control":)";
constexpr std::size_t kMaxReason = 64;
constexpr std::int64_t kMaxMoves = 4'294'967'295;

Result<ControlSignal> parse_moved(const ObjectReader& reader) {
  MovedSignal signal;
  DD_TRY(signal.to, reader.id<ContainerId>("to"));
  DD_TRY(signal.reason, reader.text("reason", kMaxReason));
  DD_TRY(const auto moves, reader.integer("moves", 0, kMaxMoves));
  signal.moves = static_cast<std::uint32_t>(moves);
  return ControlSignal(std::move(signal));
}

Result<ControlSignal> parse_any(std::string_view text) {
  DD_TRY(const auto json, api::parse_json(text));
  DD_TRY(const auto reader, ObjectReader::open(json.root));
  DD_TRY(const auto kind, reader.text("control", kMaxReason));
  if (kind == "moved") return parse_moved(reader);
  if (kind == "ended") {
    DD_TRY(auto reason, reader.text("reason", kMaxReason));
    return ControlSignal(EndedSignal{std::move(reason)});
  }
  if (kind == "locked") {
    DD_TRY(const auto locked, reader.optional_boolean("locked"));
    return ControlSignal(LockedSignal{locked.value_or(false)});
  }
  if (kind == "removed") {
    DD_TRY(auto participant, reader.id<ParticipantId>("participant"));
    return ControlSignal(RemovedSignal{std::move(participant)});
  }
  return not_found("kind of control signal", kind);
}

}  // namespace

std::string make_signal(const ControlSignal& signal) {
  OrderedJson json = OrderedJson::object();
  if (const auto* moved = std::get_if<MovedSignal>(&signal)) {
    json["control"] = "moved";
    json["to"] = moved->to.str();
    json["reason"] = moved->reason;
    json["moves"] = moved->moves;
  } else if (const auto* ended = std::get_if<EndedSignal>(&signal)) {
    json["control"] = "ended";
    json["reason"] = ended->reason;
  } else if (const auto* locked = std::get_if<LockedSignal>(&signal)) {
    json["control"] = "locked";
    json["locked"] = locked->locked;
  } else if (const auto* removed = std::get_if<RemovedSignal>(&signal)) {
    json["control"] = "removed";
    json["participant"] = removed->participant.str();
  }
  return api::to_text(json);
}

bool is_control_signal(std::string_view text) { return text.starts_with(kPrefix); }

std::optional<ControlSignal> parse_signal(std::string_view text) {
  if (!is_control_signal(text)) return std::nullopt;
  auto signal = parse_any(text);
  if (!signal) return std::nullopt;
  return std::move(*signal);
}

}  // namespace dd::control
