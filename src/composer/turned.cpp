// SPDX-License-Identifier: MIT
#include "composer/turned.hpp"

#include <gst/video/video.h>

namespace dd::composer {
namespace {

// What every plane is: samples of one byte.
struct Plane {
  const guint8* data = nullptr;
  std::ptrdiff_t stride = 0;
  int width = 0;
  int height = 0;
};

// Reads along where the writing goes: a step to the right in the turned plane is `across` in the other, one down is `down`.
void turn(const Plane& from, guint8* to, std::ptrdiff_t to_stride, int degrees) {
  const bool sideways = degrees != 180;
  const int width = sideways ? from.height : from.width;
  const int height = sideways ? from.width : from.height;
  const std::ptrdiff_t last_row = from.stride * (from.height - 1);
  const guint8* const first = from.data + (degrees == 90 ? last_row : degrees == 180 ? last_row + from.width - 1 : from.width - 1);
  const std::ptrdiff_t across = degrees == 90 ? -from.stride : degrees == 180 ? -1 : from.stride;
  const std::ptrdiff_t down = degrees == 90 ? 1 : degrees == 180 ? -from.stride : -1;
  for (int y = 0; y < height; ++y) {
    const guint8* in = first + y * down;
    guint8* const row = to + y * to_stride;
    for (int x = 0; x < width; ++x, in += across) row[x] = *in;
  }
}

}  // namespace

SamplePtr turned(SamplePtr picture, int degrees) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(picture.get()))) return picture;
  const GstVideoFormat format = GST_VIDEO_INFO_FORMAT(&info);
  if (format != GST_VIDEO_FORMAT_I420 && format != GST_VIDEO_FORMAT_YV12) return picture;
  const bool sideways = degrees != 180;
  GstVideoInfo out;
  gst_video_info_set_format(&out, format, static_cast<guint>(sideways ? info.height : info.width),
                            static_cast<guint>(sideways ? info.width : info.height));
  out.colorimetry = info.colorimetry;
  out.chroma_site = info.chroma_site;
  out.par_n = sideways ? info.par_d : info.par_n;
  out.par_d = sideways ? info.par_n : info.par_d;
  out.fps_n = info.fps_n;
  out.fps_d = info.fps_d;
  GstBuffer* const source = gst_sample_get_buffer(picture.get());
  GstBuffer* const made = gst_buffer_new_allocate(nullptr, out.size, nullptr);
  gst_buffer_copy_into(made, source, GST_BUFFER_COPY_TIMESTAMPS, 0, static_cast<gsize>(-1));
  GstVideoFrame from;
  GstVideoFrame to;
  bool drawn = false;
  if (gst_video_frame_map(&from, &info, source, GST_MAP_READ)) {
    if (gst_video_frame_map(&to, &out, made, GST_MAP_WRITE)) {
      for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(&from); ++plane) {
        const Plane in{static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&from, plane)), GST_VIDEO_FRAME_PLANE_STRIDE(&from, plane),
                       GST_VIDEO_FRAME_COMP_WIDTH(&from, plane), GST_VIDEO_FRAME_COMP_HEIGHT(&from, plane)};
        turn(in, static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&to, plane)), GST_VIDEO_FRAME_PLANE_STRIDE(&to, plane), degrees);
      }
      gst_video_frame_unmap(&to);
      drawn = true;
    }
    gst_video_frame_unmap(&from);
  }
  const CapsPtr caps(gst_video_info_to_caps(&out));
  SamplePtr sample(gst_sample_new(made, caps.get(), nullptr, nullptr));
  gst_buffer_unref(made);
  return drawn ? std::move(sample) : std::move(picture);
}

}  // namespace dd::composer
