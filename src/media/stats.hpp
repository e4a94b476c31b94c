// SPDX-License-Identifier: MIT
// The worker's statistics as the flat, named values of meeting::StatReport, in mediasoup's own (camelCase) names.
// It measures nothing and leaves out addresses of peers. Pure functions.
#pragma once

#include <FBS/response.h>

#include "meeting/media_port.hpp"

namespace dd::media {

meeting::StatReport decode_stats(const flatbuffers::Vector<flatbuffers::Offset<FBS::RtpStream::Stats>>* streams);
meeting::StatEntry decode_stats(const FBS::Transport::Stats& stats);
meeting::StatReport decode_stats(const FBS::WebRtcTransport::GetStatsResponse& stats);
meeting::StatReport decode_stats(const FBS::PlainTransport::GetStatsResponse& stats);
meeting::StatReport decode_stats(const FBS::PipeTransport::GetStatsResponse& stats);
meeting::StatReport decode_stats(const FBS::DirectTransport::GetStatsResponse& stats);
meeting::StatReport decode_stats(const FBS::DataProducer::GetStatsResponse& stats);
meeting::StatReport decode_stats(const FBS::DataConsumer::GetStatsResponse& stats);

}  // namespace dd::media
