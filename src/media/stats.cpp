// SPDX-License-Identifier: MIT
#include "media/stats.hpp"

#include <fmt/format.h>
#include <limits>
#include <string>

namespace dd::media {
namespace {

using meeting::StatEntry;
using meeting::StatReport;
using meeting::StatValue;

template <typename Number>
StatValue value(Number number) {
  if constexpr (std::is_floating_point_v<Number>) {
    return static_cast<double>(number);
  } else {
    if (static_cast<std::uint64_t>(number) > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) && number > 0) {
      return std::numeric_limits<std::int64_t>::max();
    }
    return static_cast<std::int64_t>(number);
  }
}

void add_text(StatEntry& entry, const char* name, const flatbuffers::String* text) {
  if (text && text->size() > 0) entry.emplace_back(name, text->str());
}

template <typename Number>
void add(StatEntry& entry, const char* name, Number number) {
  entry.emplace_back(name, value(number));
}

template <typename Number>
void add_optional(StatEntry& entry, const char* name, const flatbuffers::Optional<Number>& number) {
  if (number) add(entry, name, *number);
}

const char* name_of(FBS::SctpAssociation::SctpState state) {
  switch (state) {
    case FBS::SctpAssociation::SctpState::NEW: return "new";
    case FBS::SctpAssociation::SctpState::CONNECTING: return "connecting";
    case FBS::SctpAssociation::SctpState::CONNECTED: return "connected";
    case FBS::SctpAssociation::SctpState::FAILED: return "failed";
    case FBS::SctpAssociation::SctpState::CLOSED: return "closed";
  }
  return "unknown";
}

const char* name_of(FBS::WebRtcTransport::IceState state) {
  switch (state) {
    case FBS::WebRtcTransport::IceState::NEW: return "new";
    case FBS::WebRtcTransport::IceState::CONNECTED: return "connected";
    case FBS::WebRtcTransport::IceState::COMPLETED: return "completed";
    case FBS::WebRtcTransport::IceState::DISCONNECTED: return "disconnected";
  }
  return "unknown";
}

const char* name_of(FBS::WebRtcTransport::DtlsState state) {
  switch (state) {
    case FBS::WebRtcTransport::DtlsState::NEW: return "new";
    case FBS::WebRtcTransport::DtlsState::CONNECTING: return "connecting";
    case FBS::WebRtcTransport::DtlsState::CONNECTED: return "connected";
    case FBS::WebRtcTransport::DtlsState::FAILED: return "failed";
    case FBS::WebRtcTransport::DtlsState::CLOSED: return "closed";
  }
  return "unknown";
}

void add_stream(StatEntry& entry, const FBS::RtpStream::BaseStats& base) {
  add(entry, "timestamp", base.timestamp());
  add(entry, "ssrc", base.ssrc());
  add_optional(entry, "rtxSsrc", base.rtxSsrc());
  add_text(entry, "rid", base.rid());
  entry.emplace_back("kind", std::string(base.kind() == FBS::RtpParameters::MediaKind::AUDIO ? "audio" : "video"));
  add_text(entry, "mimeType", base.mimeType());
  add(entry, "packetsLost", base.packetsLost());
  add(entry, "fractionLost", base.fractionLost());
  add(entry, "jitter", base.jitter());
  add(entry, "packetsDiscarded", base.packetsDiscarded());
  add(entry, "packetsRetransmitted", base.packetsRetransmitted());
  add(entry, "packetsRepaired", base.packetsRepaired());
  add(entry, "nackCount", base.nackCount());
  add(entry, "nackPacketCount", base.nackPacketCount());
  add(entry, "pliCount", base.pliCount());
  add(entry, "firCount", base.firCount());
  add(entry, "roundTripTime", base.roundTripTime());
  if (base.rtxPacketsDiscarded() > 0) add(entry, "rtxPacketsDiscarded", base.rtxPacketsDiscarded());
  add(entry, "score", base.score());
}

template <typename Stats>
void add_counts(StatEntry& entry, const char* type, const Stats& stats) {
  entry.emplace_back("type", std::string(type));
  if (const auto* base = stats.base()->data_as_BaseStats()) add_stream(entry, *base);
  add(entry, "byteCount", stats.byteCount());
  add(entry, "packetCount", stats.packetCount());
  add(entry, "bitrate", stats.bitrate());
}

StatEntry transport_entry(const char* type, const FBS::Transport::Stats& stats) {
  StatEntry entry{{"type", std::string(type)}};
  for (auto& value : decode_stats(stats)) entry.push_back(std::move(value));
  return entry;
}

}  // namespace

StatReport decode_stats(const flatbuffers::Vector<flatbuffers::Offset<FBS::RtpStream::Stats>>* streams) {
  StatReport report;
  if (!streams) return report;
  for (const auto* stream : *streams) {
    StatEntry entry;
    if (const auto* received = stream->data_as_RecvStats()) {
      add_counts(entry, "inbound-rtp", *received);
      for (const auto* layer : *received->bitrateByLayer()) {
        entry.emplace_back(fmt::format("bitrateByLayer.{}", layer->layer()->c_str()), value(layer->bitrate()));
      }
    } else if (const auto* sent = stream->data_as_SendStats()) {
      add_counts(entry, "outbound-rtp", *sent);
    } else {
      continue;
    }
    report.push_back(std::move(entry));
  }
  return report;
}

StatEntry decode_stats(const FBS::Transport::Stats& stats) {
  StatEntry entry;
  add_text(entry, "transportId", stats.transportId());
  add(entry, "timestamp", stats.timestamp());
  if (const auto state = stats.sctpState()) entry.emplace_back("sctpState", std::string(name_of(*state)));
  add(entry, "bytesReceived", stats.bytesReceived());
  add(entry, "recvBitrate", stats.recvBitrate());
  add(entry, "bytesSent", stats.bytesSent());
  add(entry, "sendBitrate", stats.sendBitrate());
  add(entry, "rtpBytesReceived", stats.rtpBytesReceived());
  add(entry, "rtpRecvBitrate", stats.rtpRecvBitrate());
  add(entry, "rtpBytesSent", stats.rtpBytesSent());
  add(entry, "rtpSendBitrate", stats.rtpSendBitrate());
  add(entry, "rtxBytesReceived", stats.rtxBytesReceived());
  add(entry, "rtxRecvBitrate", stats.rtxRecvBitrate());
  add(entry, "rtxBytesSent", stats.rtxBytesSent());
  add(entry, "rtxSendBitrate", stats.rtxSendBitrate());
  add(entry, "probationBytesSent", stats.probationBytesSent());
  add(entry, "probationSendBitrate", stats.probationSendBitrate());
  add_optional(entry, "availableOutgoingBitrate", stats.availableOutgoingBitrate());
  add_optional(entry, "availableIncomingBitrate", stats.availableIncomingBitrate());
  add_optional(entry, "maxIncomingBitrate", stats.maxIncomingBitrate());
  add_optional(entry, "maxOutgoingBitrate", stats.maxOutgoingBitrate());
  add_optional(entry, "minOutgoingBitrate", stats.minOutgoingBitrate());
  add_optional(entry, "rtpPacketLossReceived", stats.rtpPacketLossReceived());
  add_optional(entry, "rtpPacketLossSent", stats.rtpPacketLossSent());
  return entry;
}

StatReport decode_stats(const FBS::WebRtcTransport::GetStatsResponse& stats) {
  StatEntry entry = transport_entry("webrtc-transport", *stats.base());
  entry.emplace_back("iceRole", std::string(stats.iceRole() == FBS::WebRtcTransport::IceRole::CONTROLLED ? "controlled" : "controlling"));
  entry.emplace_back("iceState", std::string(name_of(stats.iceState())));
  entry.emplace_back("dtlsState", std::string(name_of(stats.dtlsState())));
  if (const auto* tuple = stats.iceSelectedTuple()) {
    entry.emplace_back("iceSelectedProtocol", std::string(tuple->protocol() == FBS::Transport::Protocol::UDP ? "udp" : "tcp"));
  }
  return {std::move(entry)};
}

StatReport decode_stats(const FBS::PlainTransport::GetStatsResponse& stats) {
  StatEntry entry = transport_entry("plain-rtp-transport", *stats.base());
  entry.emplace_back("rtcpMux", stats.rtcpMux());
  entry.emplace_back("comedia", stats.comedia());
  return {std::move(entry)};
}

StatReport decode_stats(const FBS::PipeTransport::GetStatsResponse& stats) { return {transport_entry("pipe-transport", *stats.base())}; }

StatReport decode_stats(const FBS::DirectTransport::GetStatsResponse& stats) {
  return {transport_entry("direct-transport", *stats.base())};
}

StatReport decode_stats(const FBS::DataProducer::GetStatsResponse& stats) {
  StatEntry entry{{"type", std::string("data-producer")}};
  add(entry, "timestamp", stats.timestamp());
  add_text(entry, "label", stats.label());
  add_text(entry, "protocol", stats.protocol());
  add(entry, "messagesReceived", stats.messagesReceived());
  add(entry, "bytesReceived", stats.bytesReceived());
  return {std::move(entry)};
}

StatReport decode_stats(const FBS::DataConsumer::GetStatsResponse& stats) {
  StatEntry entry{{"type", std::string("data-consumer")}};
  add(entry, "timestamp", stats.timestamp());
  add_text(entry, "label", stats.label());
  add_text(entry, "protocol", stats.protocol());
  add(entry, "messagesSent", stats.messagesSent());
  add(entry, "bytesSent", stats.bytesSent());
  add(entry, "bufferedAmount", stats.bufferedAmount());
  return {std::move(entry)};
}

}  // namespace dd::media
