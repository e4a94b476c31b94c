// SPDX-License-Identifier: MIT
#include "media/rtp_fbs.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "rtp/header_extension.hpp"

namespace dd::media {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
template <typename Table>
using Offsets = std::vector<flatbuffers::Offset<Table>>;

constexpr std::array<std::pair<std::string_view, FBS::RtpParameters::RtpHeaderExtensionUri>, 12> kHeaderExtensions{{
    {rtp::kMidUri, FBS::RtpParameters::RtpHeaderExtensionUri::Mid},
    {rtp::kRtpStreamIdUri, FBS::RtpParameters::RtpHeaderExtensionUri::RtpStreamId},
    {rtp::kRepairedRtpStreamIdUri, FBS::RtpParameters::RtpHeaderExtensionUri::RepairRtpStreamId},
    {rtp::kAbsSendTimeUri, FBS::RtpParameters::RtpHeaderExtensionUri::AbsSendTime},
    {rtp::kTransportWideCcUri, FBS::RtpParameters::RtpHeaderExtensionUri::TransportWideCcDraft01},
    {rtp::kSsrcAudioLevelUri, FBS::RtpParameters::RtpHeaderExtensionUri::SsrcAudioLevel},
    {rtp::kDependencyDescriptorUri, FBS::RtpParameters::RtpHeaderExtensionUri::DependencyDescriptor},
    {rtp::kVideoOrientationUri, FBS::RtpParameters::RtpHeaderExtensionUri::VideoOrientation},
    {rtp::kTimeOffsetUri, FBS::RtpParameters::RtpHeaderExtensionUri::TimeOffset},
    {rtp::kAbsCaptureTimeUri, FBS::RtpParameters::RtpHeaderExtensionUri::AbsCaptureTime},
    {rtp::kPlayoutDelayUri, FBS::RtpParameters::RtpHeaderExtensionUri::PlayoutDelay},
    {rtp::kPacketIdUri, FBS::RtpParameters::RtpHeaderExtensionUri::MediasoupPacketId},
}};

// An absent string is an absent field: an empty one would be a value to the worker.
flatbuffers::Offset<flatbuffers::String> encode_text(Builder& builder, const std::optional<std::string>& text) {
  return text && !text->empty() ? builder.CreateString(*text) : flatbuffers::Offset<flatbuffers::String>();
}

template <typename Number>
flatbuffers::Optional<Number> encode_number(const std::optional<Number>& number) {
  return number ? flatbuffers::Optional<Number>(*number) : flatbuffers::nullopt;
}

flatbuffers::Offset<FBS::RtpParameters::Parameter> encode_parameter(Builder& builder, const std::string& name,
                                                                    const rtp::ParameterValue& value) {
  const auto key = builder.CreateString(name);
  const auto encode_double = [&](double number) {
    return FBS::RtpParameters::CreateParameter(builder, key, FBS::RtpParameters::Value::Double,
                                               FBS::RtpParameters::CreateDouble(builder, number).Union());
  };
  return std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, bool>) {
          return FBS::RtpParameters::CreateParameter(builder, key, FBS::RtpParameters::Value::Boolean,
                                                     FBS::RtpParameters::CreateBoolean(builder, held ? 1 : 0).Union());
        } else if constexpr (std::is_same_v<Held, std::int64_t>) {
          const bool fits = held >= std::numeric_limits<std::int32_t>::min() && held <= std::numeric_limits<std::int32_t>::max();
          if (!fits) return encode_double(static_cast<double>(held));
          const auto integer = FBS::RtpParameters::CreateInteger32(builder, static_cast<std::int32_t>(held));
          return FBS::RtpParameters::CreateParameter(builder, key, FBS::RtpParameters::Value::Integer32, integer.Union());
        } else if constexpr (std::is_same_v<Held, double>) {
          return encode_double(held);
        } else {
          const auto text = FBS::RtpParameters::CreateString(builder, builder.CreateString(held));
          return FBS::RtpParameters::CreateParameter(builder, key, FBS::RtpParameters::Value::String, text.Union());
        }
      },
      value);
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<FBS::RtpParameters::Parameter>>> encode_parameters(
    Builder& builder, const rtp::ParameterMap& parameters) {
  Offsets<FBS::RtpParameters::Parameter> encoded;
  encoded.reserve(parameters.size());
  for (const auto& [name, value] : parameters) encoded.push_back(encode_parameter(builder, name, value));
  return builder.CreateVector(encoded);
}

flatbuffers::Offset<FBS::RtpParameters::RtpCodecParameters> encode_codec(Builder& builder, const rtp::CodecParameters& codec) {
  Offsets<FBS::RtpParameters::RtcpFeedback> feedback;
  for (const rtp::RtcpFeedback& item : codec.rtcp_feedback) {
    const auto type = builder.CreateString(item.type);
    feedback.push_back(FBS::RtpParameters::CreateRtcpFeedback(builder, type, encode_text(builder, item.parameter)));
  }
  const auto mime_type = builder.CreateString(codec.mime_type);
  const auto parameters = encode_parameters(builder, codec.parameters);
  return FBS::RtpParameters::CreateRtpCodecParameters(builder, mime_type, codec.payload_type, codec.clock_rate,
                                                      encode_number(codec.channels), parameters, builder.CreateVector(feedback));
}

flatbuffers::Offset<FBS::RtpParameters::RtpEncodingParameters> encode_encoding(Builder& builder, const rtp::EncodingParameters& encoding) {
  const auto rid = encode_text(builder, encoding.rid);
  const auto scalability_mode = encode_text(builder, encoding.scalability_mode);
  flatbuffers::Offset<FBS::RtpParameters::Rtx> rtx;
  if (encoding.rtx_ssrc) rtx = FBS::RtpParameters::CreateRtx(builder, *encoding.rtx_ssrc);
  flatbuffers::Optional<std::uint64_t> max_bitrate = flatbuffers::nullopt;
  if (encoding.max_bitrate) max_bitrate = flatbuffers::Optional<std::uint64_t>(*encoding.max_bitrate);
  return FBS::RtpParameters::CreateRtpEncodingParameters(builder, encode_number(encoding.ssrc), rid,
                                                         encode_number(encoding.codec_payload_type), rtx, encoding.dtx.value_or(false),
                                                         scalability_mode, max_bitrate);
}

}  // namespace

flatbuffers::Offset<FBS::RtpParameters::RtpParameters> encode_rtp_parameters(Builder& builder, const rtp::Parameters& parameters) {
  Offsets<FBS::RtpParameters::RtpCodecParameters> codecs;
  for (const rtp::CodecParameters& codec : parameters.codecs) codecs.push_back(encode_codec(builder, codec));

  Offsets<FBS::RtpParameters::RtpHeaderExtensionParameters> extensions;
  for (const rtp::HeaderExtensionParameters& extension : parameters.header_extensions) {
    const auto uri = encode_header_extension_uri(extension.uri);
    if (!uri || extension.id > std::numeric_limits<std::uint8_t>::max()) continue;
    const auto extension_parameters = encode_parameters(builder, extension.parameters);
    extensions.push_back(FBS::RtpParameters::CreateRtpHeaderExtensionParameters(builder, *uri, static_cast<std::uint8_t>(extension.id),
                                                                                extension.encrypt, extension_parameters));
  }

  const auto encodings = encode_rtp_encodings(builder, parameters.encodings);
  const auto cname = encode_text(builder, parameters.rtcp.cname);
  const auto rtcp = FBS::RtpParameters::CreateRtcpParameters(builder, cname, parameters.rtcp.reduced_size);
  const auto mid = encode_text(builder, parameters.mid);
  const auto msid = encode_text(builder, parameters.msid);
  const auto codec_list = builder.CreateVector(codecs);
  const auto extension_list = builder.CreateVector(extensions);
  const auto encoding_list = builder.CreateVector(encodings);
  return FBS::RtpParameters::CreateRtpParameters(builder, mid, codec_list, extension_list, encoding_list, rtcp, msid);
}

flatbuffers::Offset<FBS::RtpParameters::RtpMapping> encode_rtp_mapping(Builder& builder, const rtp::Mapping& mapping) {
  Offsets<FBS::RtpParameters::CodecMapping> codecs;
  for (const rtp::CodecMapping& codec : mapping.codecs) {
    codecs.push_back(FBS::RtpParameters::CreateCodecMapping(builder, codec.payload_type, codec.mapped_payload_type));
  }
  Offsets<FBS::RtpParameters::EncodingMapping> encodings;
  for (const rtp::EncodingMapping& encoding : mapping.encodings) {
    const auto rid = encode_text(builder, encoding.rid);
    encodings.push_back(FBS::RtpParameters::CreateEncodingMapping(builder, rid, encode_number(encoding.ssrc), encoding.mapped_ssrc));
  }
  const auto codec_list = builder.CreateVector(codecs);
  const auto encoding_list = builder.CreateVector(encodings);
  return FBS::RtpParameters::CreateRtpMapping(builder, codec_list, encoding_list);
}

Offsets<FBS::RtpParameters::RtpEncodingParameters> encode_rtp_encodings(Builder& builder,
                                                                        const std::vector<rtp::EncodingParameters>& encodings) {
  Offsets<FBS::RtpParameters::RtpEncodingParameters> encoded;
  encoded.reserve(encodings.size());
  for (const rtp::EncodingParameters& encoding : encodings) encoded.push_back(encode_encoding(builder, encoding));
  return encoded;
}

flatbuffers::Offset<FBS::SctpParameters::SctpStreamParameters> encode_sctp_stream_parameters(Builder& builder,
                                                                                             const rtp::SctpStreamParameters& stream) {
  return FBS::SctpParameters::CreateSctpStreamParameters(builder, stream.stream_id, flatbuffers::Optional<bool>(stream.ordered),
                                                         encode_number(stream.max_packet_life_time), encode_number(stream.max_retransmits));
}

FBS::RtpParameters::MediaKind encode_media_kind(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::kAudio ? FBS::RtpParameters::MediaKind::AUDIO : FBS::RtpParameters::MediaKind::VIDEO;
}

FBS::RtpParameters::Type encode_producer_type(rtp::ProducerType type) {
  switch (type) {
    case rtp::ProducerType::kSimple: return FBS::RtpParameters::Type::SIMPLE;
    case rtp::ProducerType::kSimulcast: return FBS::RtpParameters::Type::SIMULCAST;
    case rtp::ProducerType::kSvc: return FBS::RtpParameters::Type::SVC;
  }
  return FBS::RtpParameters::Type::SIMPLE;
}

std::optional<rtp::ProducerType> decode_producer_type(FBS::RtpParameters::Type type) {
  switch (type) {
    case FBS::RtpParameters::Type::SIMPLE: return rtp::ProducerType::kSimple;
    case FBS::RtpParameters::Type::SIMULCAST: return rtp::ProducerType::kSimulcast;
    case FBS::RtpParameters::Type::SVC: return rtp::ProducerType::kSvc;
    case FBS::RtpParameters::Type::PIPE: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<FBS::RtpParameters::RtpHeaderExtensionUri> encode_header_extension_uri(std::string_view uri) {
  for (const auto& [known, encoded] : kHeaderExtensions) {
    if (known == uri) return encoded;
  }
  return std::nullopt;
}

}  // namespace dd::media
