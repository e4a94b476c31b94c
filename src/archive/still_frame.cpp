// SPDX-License-Identifier: MIT
#include "archive/still_frame.hpp"

#include <cstring>
#include <fmt/format.h>
#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
}

namespace dd::archive {
namespace {

using recording::Codec;

constexpr std::uint32_t kMaxSide = 16'384;

const char* encoder_name(Codec codec) {
  switch (codec) {
    case Codec::kVp8: return "libvpx";
    case Codec::kVp9: return "libvpx-vp9";
    case Codec::kAv1: return "libaom-av1";
    case Codec::kOpus:
    case Codec::kH264: break;
  }
  return "";
}

void free_encoder(AVCodecContext* context) { avcodec_free_context(&context); }
void free_painting(AVFrame* frame) { av_frame_free(&frame); }
void free_coded_still(AVPacket* packet) { av_packet_free(&packet); }

void paint_black(AVFrame& frame) {  // video range
  for (int plane = 0; plane < 3; ++plane) {
    const int rows = plane == 0 ? frame.height : (frame.height + 1) / 2;
    std::memset(frame.data[plane], plane == 0 ? 16 : 128, static_cast<std::size_t>(frame.linesize[plane]) * static_cast<std::size_t>(rows));
  }
}

}  // namespace

Result<StillFrame> encode_still(Codec codec, std::uint32_t width, std::uint32_t height, const Image* image) {
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide)
    return make_error(Errc::kInvalidArgument, "no picture has that size");
  av_log_set_level(AV_LOG_FATAL);
  const AVCodec* encoder = avcodec_find_encoder_by_name(encoder_name(codec));
  if (encoder == nullptr) return unavailable(fmt::format("libavcodec has no encoder of {}", to_string(codec)));
  const std::unique_ptr<AVCodecContext, void (*)(AVCodecContext*)> context(avcodec_alloc_context3(encoder), free_encoder);
  context->width = static_cast<int>(width);
  context->height = static_cast<int>(height);
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  context->time_base = {1, 30};
  context->bit_rate = 3'000'000;  // one flat picture needs far less, an image this much to be readable
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  // A picture out for each picture in, and no time spent on it.
  av_opt_set_int(context->priv_data, "lag-in-frames", 0, 0);
  av_opt_set_int(context->priv_data, "cpu-used", 8, 0);
  av_opt_set(context->priv_data, codec == Codec::kAv1 ? "usage" : "deadline", "realtime", 0);
  if (avcodec_open2(context.get(), encoder, nullptr) < 0)
    return unavailable(fmt::format("the encoder of {} does not start", to_string(codec)));

  const std::unique_ptr<AVFrame, void (*)(AVFrame*)> frame(av_frame_alloc(), free_painting);
  frame->format = context->pix_fmt;
  frame->width = context->width;
  frame->height = context->height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) return make_error(Errc::kInternal, "no memory for a picture");
  paint_black(*frame);
  if (image != nullptr) {
    DD_TRY_VOID(image->paint(*frame));
  }
  frame->pts = 0;

  const std::unique_ptr<AVPacket, void (*)(AVPacket*)> packet(av_packet_alloc(), free_coded_still);
  const bool encoded = avcodec_send_frame(context.get(), frame.get()) >= 0 && avcodec_send_frame(context.get(), nullptr) >= 0 &&
                       avcodec_receive_packet(context.get(), packet.get()) >= 0;
  if (!encoded) return unavailable(fmt::format("the encoder of {} makes no picture", to_string(codec)));
  StillFrame out;
  out.bytes.assign(packet->data, packet->data + packet->size);
  if (codec == Codec::kAv1) out.setup.assign(context->extradata, context->extradata + context->extradata_size);
  return out;
}

}  // namespace dd::archive
