// SPDX-License-Identifier: MIT
#include "composer/encoder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include "composer/sound_placer.hpp"

namespace dd::composer {
namespace {

// AAC begins with 1024 samples of its own that decoders play as silence, and neither avenc_aac nor mp4mux of GStreamer 1.22
// says so in the file. So the first 1024 of the programme stay out, and all others are heard when they should be.
constexpr std::size_t kAacPriming = 1024;

constexpr guint64 kFramesAhead = 6;
constexpr double kPixelsOf720p30 = 1280.0 * 720 * 30;

int kilobits(const EncoderSettings& settings, double at_720p30) {
  const double pixels = static_cast<double>(settings.size.width) * settings.size.height * settings.fps;
  return std::max(200, static_cast<int>(at_720p30 * pixels / kPixelsOf720p30));
}

// Key frames every four seconds keep seeking quick. The bit rate bounds what constant quality may spend on noise.
std::string video_encoding(const EncoderSettings& settings) {
  const int key_distance = settings.fps * 4;
  switch (settings.format) {
    case Format::kMp4:
      return fmt::format(
          "x264enc speed-preset=veryfast pass=qual quantizer=22 bitrate={} vbv-buf-capacity=2000 key-int-max={} ! "
          "video/x-h264,profile=high,stream-format=avc ! h264parse",
          kilobits(settings, 4000), key_distance);
    case Format::kFragments:
      // Nothing is looked ahead at: a segment is out as soon as its last frame is in. A key frame begins each, and only each.
      return fmt::format(
          "x264enc speed-preset=veryfast tune=zerolatency pass=qual quantizer=23 bitrate={} vbv-buf-capacity=2000 key-int-max={} "
          "option-string=scenecut=0 ! video/x-h264,profile=high,stream-format=avc ! h264parse",
          kilobits(settings, 4000), settings.fps * kSegmentSeconds);
    case Format::kWebm:
      // A second thread of libvpx's VP8 spins while it waits: seven times the CPU on two busy cores, and slower.
      return fmt::format(
          "vp8enc deadline=1 static-threshold=100 cpu-used=8 threads=1 end-usage=cq cq-level=16 target-bitrate={} keyframe-max-dist={}",
          kilobits(settings, 4000) * 1000, key_distance);
    case Format::kWebmVp9:
      return fmt::format(
          "vp9enc deadline=1 cpu-used=8 threads=4 row-mt=true end-usage=cq cq-level=30 target-bitrate={} keyframe-max-dist={}",
          kilobits(settings, 3000) * 1000, key_distance);
  }
  return "identity";
}

Error failed(const BusFailure& failure) {
  if (failure.disk_refused) return make_error(Errc::kUnavailable, "the disk does not take the programme: " + failure.message);
  return make_error(Errc::kInternal, "encode: " + failure.message);
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::kMp4: return "mp4";
    case Format::kWebm: return "webm";
    case Format::kWebmVp9: return "webm-vp9";
    case Format::kFragments: return "fragments";
  }
  return "";
}

std::optional<Format> parse_format(std::string_view text) {
  for (const Format format : {Format::kMp4, Format::kWebm, Format::kWebmVp9}) {
    if (text == to_string(format)) return format;
  }
  return std::nullopt;
}

std::string encoder_pipeline(const EncoderSettings& settings) {
  const bool fragments = settings.format == Format::kFragments;
  const bool mp4 = settings.format == Format::kMp4 || fragments;
  // The queues hold what one stream is ahead of the other: x264 looks 40 frames ahead before it gives the first.
  constexpr std::string_view kQueue = "queue max-size-buffers=0 max-size-bytes=0 max-size-time=20000000000";
  return fmt::format(
      "appsrc name=video format=time max-buffers=0 max-bytes=0 "
      "caps=video/x-raw,format=I420,width={},height={},framerate={}/1,colorimetry=bt601,pixel-aspect-ratio=1/1,interlace-mode=progressive"
      " ! {} ! {} ! mux. "
      "appsrc name=audio format=time max-bytes=0 caps=audio/x-raw,format=F32LE,rate={},channels={},layout=interleaved"
      " ! audioconvert ! {} ! {} ! mux. "
      "{} ! {}",
      settings.size.width, settings.size.height, settings.fps, video_encoding(settings), kQueue, kSampleRate, kChannels,
      mp4 ? "avenc_aac bitrate=128000 ! aacparse" : "opusenc bitrate=96000", kQueue,
      fragments ? fmt::format("mp4mux name=mux streamable=true fragment-duration={}", kSegmentSeconds * 1000)
      : mp4     ? "mp4mux name=mux faststart=true"
                : "webmmux name=mux",
      fragments ? "appsink name=out sync=false wait-on-eos=false" : "filesink name=file");
}

Result<std::unique_ptr<Encoder>> Encoder::open(const EncoderSettings& settings, const std::filesystem::path& file,
                                               const std::filesystem::path& scratch) {
  DD_TRY(PipelinePtr pipeline, make_pipeline(encoder_pipeline(settings)));
  if (settings.format != Format::kFragments) {
    g_object_set(element_of(pipeline.get(), "file").get(), "location", file.c_str(), nullptr);
  }
  if (settings.format == Format::kMp4) {
    g_object_set(element_of(pipeline.get(), "mux").get(), "faststart-file", scratch.c_str(), nullptr);
  }
  std::unique_ptr<Encoder> encoder(new Encoder(settings, std::move(pipeline)));
  gst_element_set_state(encoder->pipeline_.get(), GST_STATE_PLAYING);
  DD_TRY_VOID(encoder->check());
  return encoder;
}

Encoder::Encoder(const EncoderSettings& settings, PipelinePtr pipeline)
    : settings_(settings),
      skip_(settings.format == Format::kMp4 || settings.format == Format::kFragments ? kAacPriming : 0),
      video_(element_of(pipeline.get(), "video")),
      audio_(element_of(pipeline.get(), "audio")),
      out_(settings.format == Format::kFragments ? element_of(pipeline.get(), "out") : nullptr),
      bus_(gst_element_get_bus(pipeline.get())),
      pipeline_(std::move(pipeline)) {}

Result<void> Encoder::check() {
  if (const auto failure = failure_on(bus_.get())) return failed(*failure);
  return ok();
}

Result<void> Encoder::push_frame(GstBuffer* frame) {
  const auto fps = static_cast<guint64>(settings_.fps);
  GST_BUFFER_PTS(frame) = gst_util_uint64_scale(frames_, GST_SECOND, fps);
  GST_BUFFER_DURATION(frame) = gst_util_uint64_scale(frames_ + 1, GST_SECOND, fps) - GST_BUFFER_PTS(frame);
  ++frames_;
  // Waiting on the bus and not in the source: after a failure the source would never take a frame again.
  while (gst_app_src_get_current_level_buffers(GST_APP_SRC(video_.get())) >= kFramesAhead) {
    const MessagePtr message(gst_bus_timed_pop_filtered(bus_.get(), 2 * GST_MSECOND, GST_MESSAGE_ERROR));
    if (!message) continue;
    gst_buffer_unref(frame);
    return failed(failure_in(message.get()));
  }
  gst_app_src_push_buffer(GST_APP_SRC(video_.get()), frame);
  return check();
}

Result<void> Encoder::push_sound(std::span<const float> sound) {
  const std::size_t skipped = std::min(skip_, sound.size() / kChannels);
  skip_ -= skipped;
  sound = sound.subspan(skipped * kChannels);
  if (sound.empty()) return ok();
  GstBuffer* const buffer = gst_buffer_new_memdup(sound.data(), sound.size_bytes());
  GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(samples_, GST_SECOND, kSampleRate);
  samples_ += sound.size() / kChannels;
  GST_BUFFER_DURATION(buffer) = gst_util_uint64_scale(samples_, GST_SECOND, kSampleRate) - GST_BUFFER_PTS(buffer);
  gst_app_src_push_buffer(GST_APP_SRC(audio_.get()), buffer);
  return check();
}

Result<void> Encoder::finish(const std::atomic<bool>& stop) {
  gst_app_src_end_of_stream(GST_APP_SRC(audio_.get()));
  gst_app_src_end_of_stream(GST_APP_SRC(video_.get()));
  while (!stop) {
    const MessagePtr end(
        gst_bus_timed_pop_filtered(bus_.get(), 100 * GST_MSECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    if (!end) continue;
    if (GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_ERROR) return failed(failure_in(end.get()));
    if (!out_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);  // closes the file
    break;
  }
  return ok();
}

std::string Encoder::take_output() {
  std::string bytes;
  while (SamplePtr sample{gst_app_sink_try_pull_sample(GST_APP_SINK(out_.get()), 0)}) {
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    const std::size_t had = bytes.size();
    bytes.resize(had + gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, bytes.data() + had, bytes.size() - had);
  }
  return bytes;
}

Result<void> Encoder::wait(Duration duration) {
  const MessagePtr message(gst_bus_timed_pop_filtered(bus_.get(), static_cast<GstClockTime>(duration.count()), GST_MESSAGE_ERROR));
  if (message) return failed(failure_in(message.get()));
  return ok();
}

}  // namespace dd::composer
