// SPDX-License-Identifier: MIT
#include "archive/image.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

namespace dd::archive {
namespace {

constexpr int kMaxImageSide = 4096;

// libavformat takes much for a picture, plain text among it.
bool is_picture(AVCodecID codec) { return codec == AV_CODEC_ID_PNG || codec == AV_CODEC_ID_MJPEG || codec == AV_CODEC_ID_WEBP; }

void free_pixels(AVFrame* frame) { av_frame_free(&frame); }
void close_input(AVFormatContext* input) { avformat_close_input(&input); }
void free_decoder(AVCodecContext* context) { avcodec_free_context(&context); }
void free_coded(AVPacket* packet) { av_packet_free(&packet); }

}  // namespace

Result<Image> Image::load(const std::filesystem::path& file) {
  av_log_set_level(AV_LOG_FATAL);
  const auto refuse = [&](const char* why) { return make_error(Errc::kInvalidArgument, fmt::format("{}: {}", file.string(), why)); };
  AVFormatContext* opened = nullptr;
  if (avformat_open_input(&opened, file.c_str(), nullptr, nullptr) < 0) return refuse("not a picture");
  const std::unique_ptr<AVFormatContext, void (*)(AVFormatContext*)> input(opened, close_input);
  if (input->nb_streams != 1 || !is_picture(input->streams[0]->codecpar->codec_id)) return refuse("not a picture");
  const AVCodecParameters& parameters = *input->streams[0]->codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  const std::unique_ptr<AVCodecContext, void (*)(AVCodecContext*)> decoder(avcodec_alloc_context3(codec), free_decoder);
  const std::unique_ptr<AVPacket, void (*)(AVPacket*)> coded(av_packet_alloc(), free_coded);
  Pixels pixels(av_frame_alloc(), free_pixels);
  const bool decoded = codec != nullptr && avcodec_parameters_to_context(decoder.get(), &parameters) >= 0 &&
                       avcodec_open2(decoder.get(), codec, nullptr) >= 0 && av_read_frame(input.get(), coded.get()) >= 0 &&
                       avcodec_send_packet(decoder.get(), coded.get()) >= 0 && avcodec_send_packet(decoder.get(), nullptr) >= 0 &&
                       avcodec_receive_frame(decoder.get(), pixels.get()) >= 0;
  if (!decoded) return refuse("not a picture that can be decoded");
  if (pixels->width > kMaxImageSide || pixels->height > kMaxImageSide) return refuse("larger than 4096 pixels");
  return Image(std::move(pixels));
}

Result<void> Image::paint(AVFrame& frame) const {
  const double scale = std::min(static_cast<double>(frame.width) / pixels_->width, static_cast<double>(frame.height) / pixels_->height);
  const int width = std::clamp(static_cast<int>(pixels_->width * scale) & ~1, 2, std::max(2, frame.width & ~1));
  const int height = std::clamp(static_cast<int>(pixels_->height * scale) & ~1, 2, std::max(2, frame.height & ~1));
  const std::unique_ptr<SwsContext, void (*)(SwsContext*)> scaler(
      sws_getContext(pixels_->width, pixels_->height, static_cast<AVPixelFormat>(pixels_->format), width, height, AV_PIX_FMT_YUV420P,
                     SWS_BICUBIC, nullptr, nullptr, nullptr),
      sws_freeContext);
  if (!scaler || frame.width < 2 || frame.height < 2) return make_error(Errc::kInvalidArgument, "the image cannot be scaled");
  const int x = ((frame.width - width) / 2) & ~1;
  const int y = ((frame.height - height) / 2) & ~1;
  std::uint8_t* const to[4] = {frame.data[0] + y * frame.linesize[0] + x, frame.data[1] + y / 2 * frame.linesize[1] + x / 2,
                               frame.data[2] + y / 2 * frame.linesize[2] + x / 2, nullptr};
  if (sws_scale(scaler.get(), pixels_->data, pixels_->linesize, 0, pixels_->height, to, frame.linesize) != height)
    return make_error(Errc::kInternal, "the image cannot be scaled");
  return ok();
}

}  // namespace dd::archive
