// SPDX-License-Identifier: MIT
#include "archive/track_frames.hpp"

#include <algorithm>

#include "recording/paths.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
}

namespace dd::archive {
namespace {

using recording::Codec;
using recording::Time;

constexpr AVRational kMicrosecond{1, 1'000'000};

void close_input(AVFormatContext* input) { avformat_close_input(&input); }
void free_packet(AVPacket* packet) { av_packet_free(&packet); }

using Input = std::unique_ptr<AVFormatContext, void (*)(AVFormatContext*)>;

// Only Matroska, only local files: a file of a recording must not make us open another format, let alone an address.
Input open_input(const std::filesystem::path& path) {
  av_log_set_level(AV_LOG_FATAL);
  AVFormatContext* context = nullptr;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  const std::string url = "file:" + path.string();
  const int result = avformat_open_input(&context, url.c_str(), av_find_input_format("matroska"), &options);
  av_dict_free(&options);
  Input input(result < 0 ? nullptr : context, close_input);
  if (input != nullptr && input->nb_streams != 1) input.reset();
  return input;
}

std::optional<Codec> codec_of(const AVCodecParameters& parameters) {
  switch (parameters.codec_id) {
    case AV_CODEC_ID_OPUS: return Codec::kOpus;
    case AV_CODEC_ID_VP8: return Codec::kVp8;
    case AV_CODEC_ID_VP9: return Codec::kVp9;
    case AV_CODEC_ID_H264: return Codec::kH264;
    case AV_CODEC_ID_AV1: return Codec::kAv1;
    default: return std::nullopt;
  }
}

}  // namespace

Result<StreamHead> read_stream_head(const std::filesystem::path& path) {
  const Input input = open_input(path);
  if (input == nullptr) return make_error(Errc::kInvalidArgument, "is not a Matroska file of one track");
  const AVCodecParameters& parameters = *input->streams[0]->codecpar;
  const auto codec = codec_of(parameters);
  if (!codec) return make_error(Errc::kInvalidArgument, "is in a codec that is never recorded");
  StreamHead head;
  head.codec = *codec;
  head.width = static_cast<std::uint32_t>(std::max(parameters.width, 0));
  head.height = static_cast<std::uint32_t>(std::max(parameters.height, 0));
  head.channels = parameters.ch_layout.nb_channels == 1 ? 1 : 2;
  if (parameters.extradata_size > 0) head.setup.assign(parameters.extradata, parameters.extradata + parameters.extradata_size);
  return head;
}

TrackFrames::TrackFrames(std::filesystem::path folder, std::vector<Stretch> stretches, Time from)
    : folder_(std::move(folder)),
      stretches_(std::move(stretches)),
      from_(from),
      input_(nullptr, close_input),
      packet_(av_packet_alloc(), free_packet) {}

TrackFrames::~TrackFrames() = default;

bool TrackFrames::open_next() {
  while (number_ < stretches_.size()) {
    const auto path = recording::file_within(folder_, stretches_[number_].file);
    ++number_;
    if (!path) continue;
    input_ = open_input(*path);
    if (input_ != nullptr) return true;
  }
  return false;
}

std::optional<Frame> TrackFrames::read() {
  const Stretch& stretch = stretches_[number_ - 1];
  while (av_read_frame(input_.get(), packet_.get()) >= 0) {
    const AVPacket& packet = *packet_;
    const std::int64_t stamp = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    Frame frame;
    const Time written = stretch.start + Time(av_rescale_q(stamp, input_->streams[0]->time_base, kMicrosecond));
    frame.t = std::max(stretch.retiming.corrected(written), from_);
    frame.key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    frame.source = number_ - 1;
    const bool usable = stamp != AV_NOPTS_VALUE && packet.size > 0 && (packet.flags & AV_PKT_FLAG_CORRUPT) == 0;
    if (usable) frame.bytes.assign(packet.data, packet.data + packet.size);
    av_packet_unref(packet_.get());
    if (!usable) continue;
    if (written >= stretch.until) return std::nullopt;
    return frame;
  }
  return std::nullopt;
}

Result<std::optional<Frame>> TrackFrames::next() {
  for (;;) {
    if (input_ == nullptr && !open_next()) return std::optional<Frame>{};
    if (auto frame = read()) return std::optional(std::move(frame));
    input_.reset();
  }
}

}  // namespace dd::archive
