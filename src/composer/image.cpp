// SPDX-License-Identifier: MIT
#include "composer/image.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsink.h>

namespace dd::composer {
namespace {

constexpr GstClockTime kImagePatience = 5 * GST_SECOND;

}  // namespace

Result<SamplePtr> load_image(const std::filesystem::path& file) {
  DD_TRY(const PipelinePtr pipeline,
         make_pipeline("filesrc name=source ! decodebin ! videoconvert ! video/x-raw,format=I420 ! appsink name=sink sync=false"));
  g_object_set(element_of(pipeline.get(), "source").get(), "location", file.c_str(), nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const ElementPtr sink = element_of(pipeline.get(), "sink");
  SamplePtr picture(gst_app_sink_try_pull_sample(GST_APP_SINK(sink.get()), kImagePatience));
  if (!picture) return make_error(Errc::kInvalidArgument, fmt::format("{}: not a picture", file.filename().string()));
  return picture;
}

}  // namespace dd::composer
