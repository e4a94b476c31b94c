// SPDX-License-Identifier: MIT
#include "composer/decoder.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <unistd.h>
#include <utility>

namespace dd::composer {
namespace {

using recording::Codec;

// What a growing file is read ahead of its demultiplexer.
constexpr guint64 kReadAhead = 1U << 20;
constexpr GstClockTime kGlance = 5 * GST_MSECOND;  // between looks at what else may have happened

// Damage in the middle of a stream is a few bad pictures, not its end. One thread each: there are many tiles, and they decode beside each other.
std::string decoding(Codec codec) {
  switch (codec) {
    case Codec::kOpus:
      return "opusdec name=first ! audioconvert ! audioresample ! audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved";
    case Codec::kVp8: return "vp8dec name=first threads=1 max-errors=-1";
    case Codec::kVp9: return "vp9parse name=first ! vp9dec threads=1 max-errors=-1";
    case Codec::kH264: return "h264parse name=first ! avdec_h264 max-threads=1 max-errors=-1";
    case Codec::kAv1: return "av1parse name=first ! av1dec max-errors=-1";
  }
  return "identity name=first";
}

Time to_time(GstClockTime time) { return std::chrono::duration_cast<Time>(std::chrono::nanoseconds{time}); }

std::string fault_of(GstSample* sample, bool pictures) {
  if (!GST_BUFFER_PTS_IS_VALID(gst_sample_get_buffer(sample))) return "a frame has no time";
  if (!pictures) return {};
  const GstStructure* const shape = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
  int width = 0;
  int height = 0;
  gst_structure_get_int(shape, "width", &width);
  gst_structure_get_int(shape, "height", &height);
  if (width > 0 && height > 0 && width <= Decoder::kLargestSide && height <= Decoder::kLargestSide) return {};
  return fmt::format("a picture of {}x{}", width, height);
}

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::open(const std::filesystem::path& file, Codec codec, std::vector<Interval> wanted,
                                               Growth growth) {
  const bool pictures = codec != Codec::kOpus;
  const bool growing = growth == Growth::kGrowing;
  // Sound comes in small pieces: half a second ahead; pictures are large.
  const std::string text =
      fmt::format("{} ! matroskademux ! {} ! appsink name=sink sync=false max-buffers={}",
                  growing ? "appsrc name=source format=bytes max-bytes=0" : "filesrc name=source", decoding(codec), pictures ? 3 : 25);
  DD_TRY(PipelinePtr pipeline, make_pipeline(text));
  std::unique_ptr<Decoder> decoder(new Decoder(std::move(pipeline), std::move(wanted)));
  if (growing) {
    decoder->file_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (decoder->file_ < 0) return not_found("file", file.string());
    GstAppSrcCallbacks callbacks{};
    callbacks.need_data = &Decoder::on_hungry;
    gst_app_src_set_callbacks(GST_APP_SRC(decoder->source_.get()), &callbacks, decoder.get(), nullptr);
  } else {
    g_object_set(decoder->source_.get(), "location", file.c_str(), nullptr);
  }
  if (growing || !decoder->wanted_.empty()) {
    const ElementPtr first = element_of(decoder->pipeline_.get(), "first");
    const PadPtr pad(gst_element_get_static_pad(first.get(), "sink"));
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, &Decoder::on_frame, decoder.get(), nullptr);
  }
  // A failure to start is said on the bus, where pull() finds it.
  gst_element_set_state(decoder->pipeline_.get(), GST_STATE_PLAYING);
  return decoder;
}

Decoder::Decoder(PipelinePtr pipeline, std::vector<Interval> wanted)
    : wanted_(std::move(wanted)),
      source_(element_of(pipeline.get(), "source")),
      sink_(element_of(pipeline.get(), "sink")),
      bus_(gst_element_get_bus(pipeline.get())),
      pipeline_(std::move(pipeline)) {}

Decoder::~Decoder() {
  if (file_ >= 0) ::close(file_);
}

void Decoder::rest() {
  needs_key_ = true;  // first, so that no frame slips through in between
  resting_ = true;
}

void Decoder::wake(Time from) {
  key_from_us_ = from.count();
  resting_ = false;
}

bool Decoder::feed() {
  if (file_ < 0) return true;
  auto* const source = GST_APP_SRC(source_.get());
  while (!ended_ && gst_app_src_get_current_level_bytes(source) < kReadAhead) {
    std::array<char, 65536> bytes;
    const ssize_t count = ::read(file_, bytes.data(), bytes.size());
    if (count > 0) {
      const std::lock_guard lock(feeding_);
      hungry_ = false;
      gst_app_src_push_buffer(source, gst_buffer_new_memdup(bytes.data(), static_cast<gsize>(count)));
      continue;
    }
    if (complete_) {
      gst_app_src_end_of_stream(source);
      ended_ = true;
    }
    return true;
  }
  return ended_;
}

// The source asks once all that it had has gone through demultiplexer and decoder, which have no threads of their own.
void Decoder::on_hungry(GstAppSrc* source, guint, gpointer self) {
  auto& decoder = *static_cast<Decoder*>(self);
  const std::lock_guard lock(decoder.feeding_);
  decoder.hungry_ = gst_app_src_get_current_level_bytes(source) == 0;
}

// Nothing more can come out before the file has grown; never so of a file that is complete, whose source does not ask.
bool Decoder::is_fed_up() {
  const std::lock_guard lock(feeding_);
  return !ended_ && hungry_;
}

GstPadProbeReturn Decoder::on_frame(GstPad*, GstPadProbeInfo* probe, gpointer self) {
  auto& decoder = *static_cast<Decoder*>(self);
  GstBuffer* const frame = GST_PAD_PROBE_INFO_BUFFER(probe);
  if (decoder.resting_) return GST_PAD_PROBE_DROP;
  const GstClockTime time = GST_BUFFER_PTS_IS_VALID(frame) ? GST_BUFFER_PTS(frame) : GST_BUFFER_DTS(frame);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return GST_PAD_PROBE_OK;
  const Time t = to_time(time);
  if (decoder.needs_key_) {
    if (GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_DELTA_UNIT) || t.count() < decoder.key_from_us_) return GST_PAD_PROBE_DROP;
    decoder.needs_key_ = false;
  }
  if (decoder.wanted_.empty()) return GST_PAD_PROBE_OK;
  while (decoder.at_ < decoder.wanted_.size() && decoder.wanted_[decoder.at_].to <= t) ++decoder.at_;
  const bool wanted = decoder.at_ < decoder.wanted_.size() && decoder.wanted_[decoder.at_].from <= t;
  return wanted ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

Decoder::Pulled Decoder::pull() {
  auto* const sink = GST_APP_SINK(sink_.get());
  const MonotonicTime give_up = system_clock().now() + kPatience;
  for (;;) {
    feed();
    const bool dry = is_fed_up();  // asked first: what came out until then is there
    if (SamplePtr sample{gst_app_sink_try_pull_sample(sink, dry ? 0 : kGlance)}) {
      const GstStructure* const shape = gst_caps_get_structure(gst_sample_get_caps(sample.get()), 0);
      const std::string fault = fault_of(sample.get(), gst_structure_has_name(shape, "video/x-raw") != FALSE);
      if (!fault.empty()) return Broken{fault};
      return sample;
    }
    if (const auto failure = failure_on(bus_.get())) return Broken{failure->message};
    if (gst_app_sink_is_eos(sink)) return End{};
    if (dry) return NotYet{};
    if (system_clock().now() > give_up) return Broken{"the decoder is stuck"};
  }
}

Time Decoder::time_of(GstSample* sample) { return to_time(GST_BUFFER_PTS(gst_sample_get_buffer(sample))); }

std::vector<Time> find_key_frames(const std::filesystem::path& file) {
  auto pipeline = make_pipeline("filesrc name=source ! matroskademux ! fakesink name=sink sync=false");
  if (!pipeline.has_value()) return {};
  std::vector<Time> found;
  const ElementPtr source = element_of(pipeline->get(), "source");
  g_object_set(source.get(), "location", file.c_str(), nullptr);
  const ElementPtr sink = element_of(pipeline->get(), "sink");
  const PadPtr pad(gst_element_get_static_pad(sink.get(), "sink"));
  const GstPadProbeCallback note = [](GstPad*, GstPadProbeInfo* probe, gpointer list) {
    const GstBuffer* const frame = GST_PAD_PROBE_INFO_BUFFER(probe);
    if (!GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_DELTA_UNIT) && GST_BUFFER_PTS_IS_VALID(frame)) {
      static_cast<std::vector<Time>*>(list)->push_back(to_time(GST_BUFFER_PTS(frame)));
    }
    return GST_PAD_PROBE_OK;
  };
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, note, &found, nullptr);
  gst_element_set_state(pipeline->get(), GST_STATE_PLAYING);
  const BusPtr bus(gst_element_get_bus(pipeline->get()));
  const MessagePtr end(gst_bus_timed_pop_filtered(bus.get(), static_cast<GstClockTime>(Decoder::kPatience.count()),
                                                  static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  pipeline->reset();  // its thread has ended before `found` is read
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace dd::composer
