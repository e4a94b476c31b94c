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

namespace fbs = FBS::RtpParameters;
using Builder = flatbuffers::FlatBufferBuilder;
template <typename Table>
using Offsets = std::vector<flatbuffers::Offset<Table>>;

constexpr std::array<std::pair<std::string_view, fbs::RtpHeaderExtensionUri>, 12> kHeaderExtensions{{
    {rtp::kMidUri, fbs::RtpHeaderExtensionUri::Mid},
    {rtp::kRtpStreamIdUri, fbs::RtpHeaderExtensionUri::RtpStreamId},
    {rtp::kRepairedRtpStreamIdUri, fbs::RtpHeaderExtensionUri::RepairRtpStreamId},
    {rtp::kAbsSendTimeUri, fbs::RtpHeaderExtensionUri::AbsSendTime},
    {rtp::kTransportWideCcUri, fbs::RtpHeaderExtensionUri::TransportWideCcDraft01},
    {rtp::kSsrcAudioLevelUri, fbs::RtpHeaderExtensionUri::SsrcAudioLevel},
    {rtp::kDependencyDescriptorUri, fbs::RtpHeaderExtensionUri::DependencyDescriptor},
    {rtp::kVideoOrientationUri, fbs::RtpHeaderExtensionUri::VideoOrientation},
    {rtp::kTimeOffsetUri, fbs::RtpHeaderExtensionUri::TimeOffset},
    {rtp::kAbsCaptureTimeUri, fbs::RtpHeaderExtensionUri::AbsCaptureTime},
    {rtp::kPlayoutDelayUri, fbs::RtpHeaderExtensionUri::PlayoutDelay},
    {rtp::kPacketIdUri, fbs::RtpHeaderExtensionUri::MediasoupPacketId},
}};

// An absent string is an absent field: an empty one would be a value to the worker.
flatbuffers::Offset<flatbuffers::String> encode_text(Builder& builder, const std::optional<std::string>& text) {
  return text && !text->empty() ? builder.CreateString(*text) : flatbuffers::Offset<flatbuffers::String>();
}

template <typename Number>
flatbuffers::Optional<Number> encode_number(const std::optional<Number>& number) {
  return number ? flatbuffers::Optional<Number>(*number) : flatbuffers::nullopt;
}

flatbuffers::Offset<fbs::Parameter> encode_parameter(Builder& builder, const std::string& name, const rtp::ParameterValue& value) {
  const auto key = builder.CreateString(name);
  const auto encode_double = [&](double number) {
    return fbs::CreateParameter(builder, key, fbs::Value::Double, fbs::CreateDouble(builder, number).Union());
  };
  return std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, bool>) {
          return fbs::CreateParameter(builder, key, fbs::Value::Boolean, fbs::CreateBoolean(builder, held ? 1 : 0).Union());
        } else if constexpr (std::is_same_v<Held, std::int64_t>) {
          const bool fits = held >= std::numeric_limits<std::int32_t>::min() && held <= std::numeric_limits<std::int32_t>::max();
          if (!fits) return encode_double(static_cast<double>(held));
          const auto integer = fbs::CreateInteger32(builder, static_cast<std::int32_t>(held));
          return fbs::CreateParameter(builder, key, fbs::Value::Integer32, integer.Union());
        } else if constexpr (std::is_same_v<Held, double>) {
          return encode_double(held);
        } else {
          const auto text = fbs::CreateString(builder, builder.CreateString(held));
          return fbs::CreateParameter(builder, key, fbs::Value::String, text.Union());
        }
      },
      value);
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<fbs::Parameter>>> encode_parameters(Builder& builder,
                                                                                                const rtp::ParameterMap& parameters) {
  Offsets<fbs::Parameter> encoded;
  encoded.reserve(parameters.size());
  for (const auto& [name, value] : parameters) encoded.push_back(encode_parameter(builder, name, value));
  return builder.CreateVector(encoded);
}

flatbuffers::Offset<fbs::RtpCodecParameters> encode_codec(Builder& builder, const rtp::CodecParameters& codec) {
  Offsets<fbs::RtcpFeedback> feedback;
  for (const rtp::RtcpFeedback& item : codec.rtcp_feedback) {
    const auto type = builder.CreateString(item.type);
    feedback.push_back(fbs::CreateRtcpFeedback(builder, type, encode_text(builder, item.parameter)));
  }
  const auto mime_type = builder.CreateString(codec.mime_type);
  const auto parameters = encode_parameters(builder, codec.parameters);
  return fbs::CreateRtpCodecParameters(builder, mime_type, codec.payload_type, codec.clock_rate, encode_number(codec.channels), parameters,
                                       builder.CreateVector(feedback));
}

flatbuffers::Offset<fbs::RtpEncodingParameters> encode_encoding(Builder& builder, const rtp::EncodingParameters& encoding) {
  const auto rid = encode_text(builder, encoding.rid);
  const auto scalability_mode = encode_text(builder, encoding.scalability_mode);
  flatbuffers::Offset<fbs::Rtx> rtx;
  if (encoding.rtx_ssrc) rtx = fbs::CreateRtx(builder, *encoding.rtx_ssrc);
  flatbuffers::Optional<std::uint64_t> max_bitrate = flatbuffers::nullopt;
  if (encoding.max_bitrate) max_bitrate = flatbuffers::Optional<std::uint64_t>(*encoding.max_bitrate);
  return fbs::CreateRtpEncodingParameters(builder, encode_number(encoding.ssrc), rid, encode_number(encoding.codec_payload_type), rtx,
                                          encoding.dtx.value_or(false), scalability_mode, max_bitrate);
}

}  // namespace

flatbuffers::Offset<fbs::RtpParameters> encode_rtp_parameters(Builder& builder, const rtp::Parameters& parameters) {
  Offsets<fbs::RtpCodecParameters> codecs;
  for (const rtp::CodecParameters& codec : parameters.codecs) codecs.push_back(encode_codec(builder, codec));

  Offsets<fbs::RtpHeaderExtensionParameters> extensions;
  for (const rtp::HeaderExtensionParameters& extension : parameters.header_extensions) {
    const auto uri = encode_header_extension_uri(extension.uri);
    if (!uri || extension.id > std::numeric_limits<std::uint8_t>::max()) continue;
    const auto extension_parameters = encode_parameters(builder, extension.parameters);
    extensions.push_back(fbs::CreateRtpHeaderExtensionParameters(builder, *uri, static_cast<std::uint8_t>(extension.id), extension.encrypt,
                                                                 extension_parameters));
  }

  const auto encodings = encode_rtp_encodings(builder, parameters.encodings);
  const auto cname = encode_text(builder, parameters.rtcp.cname);
  const auto rtcp = fbs::CreateRtcpParameters(builder, cname, parameters.rtcp.reduced_size);
  const auto mid = encode_text(builder, parameters.mid);
  const auto msid = encode_text(builder, parameters.msid);
  const auto codec_list = builder.CreateVector(codecs);
  const auto extension_list = builder.CreateVector(extensions);
  const auto encoding_list = builder.CreateVector(encodings);
  return fbs::CreateRtpParameters(builder, mid, codec_list, extension_list, encoding_list, rtcp, msid);
}

flatbuffers::Offset<fbs::RtpMapping> encode_rtp_mapping(Builder& builder, const rtp::Mapping& mapping) {
  Offsets<fbs::CodecMapping> codecs;
  for (const rtp::CodecMapping& codec : mapping.codecs) {
    codecs.push_back(fbs::CreateCodecMapping(builder, codec.payload_type, codec.mapped_payload_type));
  }
  Offsets<fbs::EncodingMapping> encodings;
  for (const rtp::EncodingMapping& encoding : mapping.encodings) {
    const auto rid = encode_text(builder, encoding.rid);
    encodings.push_back(fbs::CreateEncodingMapping(builder, rid, encode_number(encoding.ssrc), encoding.mapped_ssrc));
  }
  const auto codec_list = builder.CreateVector(codecs);
  const auto encoding_list = builder.CreateVector(encodings);
  return fbs::CreateRtpMapping(builder, codec_list, encoding_list);
}

Offsets<fbs::RtpEncodingParameters> encode_rtp_encodings(Builder& builder, const std::vector<rtp::EncodingParameters>& encodings) {
  Offsets<fbs::RtpEncodingParameters> encoded;
  encoded.reserve(encodings.size());
  for (const rtp::EncodingParameters& encoding : encodings) encoded.push_back(encode_encoding(builder, encoding));
  return encoded;
}

flatbuffers::Offset<FBS::SctpParameters::SctpStreamParameters> encode_sctp_stream_parameters(Builder& builder,
                                                                                             const rtp::SctpStreamParameters& stream) {
  return FBS::SctpParameters::CreateSctpStreamParameters(builder, stream.stream_id, flatbuffers::Optional<bool>(stream.ordered),
                                                         encode_number(stream.max_packet_life_time), encode_number(stream.max_retransmits));
}

fbs::MediaKind encode_media_kind(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::kAudio ? fbs::MediaKind::AUDIO : fbs::MediaKind::VIDEO;
}

fbs::Type encode_producer_type(rtp::ProducerType type) {
  switch (type) {
    case rtp::ProducerType::kSimple: return fbs::Type::SIMPLE;
    case rtp::ProducerType::kSimulcast: return fbs::Type::SIMULCAST;
    case rtp::ProducerType::kSvc: return fbs::Type::SVC;
  }
  return fbs::Type::SIMPLE;
}

std::optional<rtp::ProducerType> decode_producer_type(fbs::Type type) {
  switch (type) {
    case fbs::Type::SIMPLE: return rtp::ProducerType::kSimple;
    case fbs::Type::SIMULCAST: return rtp::ProducerType::kSimulcast;
    case fbs::Type::SVC: return rtp::ProducerType::kSvc;
    case fbs::Type::PIPE: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<fbs::RtpHeaderExtensionUri> encode_header_extension_uri(std::string_view uri) {
  for (const auto& [known, encoded] : kHeaderExtensions) {
    if (known == uri) return encoded;
  }
  return std::nullopt;
}

}  // namespace dd::media
