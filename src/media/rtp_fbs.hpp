// SPDX-License-Identifier: MIT
// RTP values as the worker's FlatBuffers, and back where the worker reports them. What the worker has no word for (an unknown
// header extension) is left out rather than refused. Pure functions that append to the caller's builder.
#pragma once

#include <FBS/rtpParameters.h>
#include <FBS/sctpParameters.h>
#include <flatbuffers/flatbuffers.h>

#include <optional>
#include <string_view>
#include <vector>

#include "rtp/ortc.hpp"
#include "rtp/parameters.hpp"
#include "rtp/producible.hpp"

namespace dd::media {

// The worker refuses parameters without an RTCP CNAME; the transport gives them one.
flatbuffers::Offset<FBS::RtpParameters::RtpParameters> encode_rtp_parameters(flatbuffers::FlatBufferBuilder& builder,
                                                                             const rtp::Parameters& parameters);
flatbuffers::Offset<FBS::RtpParameters::RtpMapping> encode_rtp_mapping(flatbuffers::FlatBufferBuilder& builder,
                                                                       const rtp::Mapping& mapping);
// For ConsumeRequest.consumableRtpEncodings.
std::vector<flatbuffers::Offset<FBS::RtpParameters::RtpEncodingParameters>> encode_rtp_encodings(
    flatbuffers::FlatBufferBuilder& builder, const std::vector<rtp::EncodingParameters>& encodings);

flatbuffers::Offset<FBS::SctpParameters::SctpStreamParameters> encode_sctp_stream_parameters(flatbuffers::FlatBufferBuilder& builder,
                                                                                             const rtp::SctpStreamParameters& stream);

FBS::RtpParameters::MediaKind encode_media_kind(rtp::MediaKind kind);
FBS::RtpParameters::Type encode_producer_type(rtp::ProducerType type);
// Nothing for a pipe, which is no type of a producer.
std::optional<rtp::ProducerType> decode_producer_type(FBS::RtpParameters::Type type);

std::optional<FBS::RtpParameters::RtpHeaderExtensionUri> encode_header_extension_uri(std::string_view uri);

}  // namespace dd::media
