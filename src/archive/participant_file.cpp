// SPDX-License-Identifier: MIT
#include "archive/participant_file.hpp"

#include <array>
#include <cstring>
#include <fmt/format.h>

#include "archive/opus_packet.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/mem.h>
}

namespace dd::archive {
namespace {

using recording::Codec;

constexpr AVRational kMicrosecond{1, 1'000'000};

void close_output(AVFormatContext* output) {
  if (output == nullptr) return;
  if (output->pb != nullptr) avio_closep(&output->pb);
  avformat_free_context(output);
}
void free_packet(AVPacket* packet) { av_packet_free(&packet); }

Error av_failure(std::string_view doing, int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return make_error(Errc::kInternal, fmt::format("{}: {}", doing, text.data()));
}

AVCodecID id_of(Codec codec) {
  switch (codec) {
    case Codec::kOpus: return AV_CODEC_ID_OPUS;
    case Codec::kVp8: return AV_CODEC_ID_VP8;
    case Codec::kVp9: return AV_CODEC_ID_VP9;
    case Codec::kH264: return AV_CODEC_ID_H264;
    case Codec::kAv1: return AV_CODEC_ID_AV1;
  }
  return AV_CODEC_ID_NONE;
}

void set_setup(AVCodecParameters& parameters, const std::vector<std::uint8_t>& setup) {
  if (setup.empty()) return;
  parameters.extradata = static_cast<std::uint8_t*>(av_mallocz(setup.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  std::memcpy(parameters.extradata, setup.data(), setup.size());
  parameters.extradata_size = static_cast<int>(setup.size());
}

int add_audio(AVFormatContext& output, const StreamHead& head) {
  AVStream* stream = avformat_new_stream(&output, nullptr);
  AVCodecParameters& parameters = *stream->codecpar;
  parameters.codec_type = AVMEDIA_TYPE_AUDIO;
  parameters.codec_id = AV_CODEC_ID_OPUS;
  parameters.sample_rate = 48'000;
  parameters.frame_size = 960;
  parameters.seek_preroll = 3840;  // 80 ms, RFC 7845 section 4.6
  av_channel_layout_default(&parameters.ch_layout, head.channels);
  set_setup(parameters, opus_head(head.channels));
  stream->time_base = {1, 48'000};
  return stream->index;
}

int add_video(AVFormatContext& output, const StreamHead& head, Parameters where) {
  AVStream* stream = avformat_new_stream(&output, nullptr);
  AVCodecParameters& parameters = *stream->codecpar;
  parameters.codec_type = AVMEDIA_TYPE_VIDEO;
  parameters.codec_id = id_of(head.codec);
  parameters.width = static_cast<int>(head.width);
  parameters.height = static_cast<int>(head.height);
  if (where == Parameters::kInStream) parameters.codec_tag = MKTAG('a', 'v', 'c', '3');
  set_setup(parameters, head.setup);
  if (head.rotation != 0) {
    auto* const matrix =
        reinterpret_cast<std::int32_t*>(av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t)));
    if (matrix != nullptr) av_display_rotation_set(matrix, head.rotation);  // which turns clockwise
  }
  stream->time_base = {1, 90'000};
  return stream->index;
}

}  // namespace

ParticipantFile::ParticipantFile() : output_(nullptr, close_output), packet_(av_packet_alloc(), free_packet) {}

Result<ParticipantFile> ParticipantFile::create(const std::filesystem::path& path, Container container,
                                                const std::optional<StreamHead>& audio, const std::optional<StreamHead>& video,
                                                Parameters parameters) {
  ParticipantFile file;
  const std::string url = "file:" + path.string();
  AVFormatContext* output = nullptr;
  const char* format = container == Container::kMp4 ? "mp4" : "webm";
  if (const int result = avformat_alloc_output_context2(&output, nullptr, format, url.c_str()); result < 0)
    return av_failure("choose format", result);
  file.output_.reset(output);
  if (video) file.video_ = add_video(*output, *video, parameters);
  if (audio) file.audio_ = add_audio(*output, *audio);
  if (const int result = avio_open(&output->pb, url.c_str(), AVIO_FLAG_WRITE); result < 0) return av_failure("create file", result);
  AVDictionary* options = nullptr;
  // The index goes to the front, so that a player over HTTP begins at once.
  if (container == Container::kMp4) av_dict_set(&options, "movflags", "+faststart", 0);
  const int result = avformat_write_header(output, &options);
  av_dict_free(&options);
  if (result < 0) return av_failure("write head", result);
  return file;
}

Result<void> ParticipantFile::write(int stream, const Frame& frame) {
  if (const int result = av_new_packet(packet_.get(), static_cast<int>(frame.bytes.size())); result < 0)
    return av_failure("write frame", result);
  std::memcpy(packet_->data, frame.bytes.data(), frame.bytes.size());
  packet_->stream_index = stream;
  packet_->pts = frame.t.count();
  packet_->dts = frame.t.count();
  packet_->duration = frame.duration.count();
  if (frame.key) packet_->flags |= AV_PKT_FLAG_KEY;
  av_packet_rescale_ts(packet_.get(), kMicrosecond, output_->streams[stream]->time_base);
  const int result = av_interleaved_write_frame(output_.get(), packet_.get());
  if (result < 0) return av_failure("write frame", result);
  return ok();
}

Result<void> ParticipantFile::finish() {
  if (const int result = av_write_trailer(output_.get()); result < 0) return av_failure("write end", result);
  if (const int result = avio_closep(&output_->pb); result < 0) return av_failure("write end", result);
  return ok();
}

}  // namespace dd::archive
