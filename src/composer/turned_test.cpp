// SPDX-License-Identifier: MIT
#include "composer/turned.hpp"

#include <gst/video/video.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace dd::composer {
namespace {

// Rows of brightness, with a stride that is not the width.
SamplePtr picture_of(const std::vector<std::string>& rows) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(rows[0].size()), static_cast<guint>(rows.size()));
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, info.size, nullptr);
  gst_buffer_memset(buffer, 0, 128, info.size);
  GST_BUFFER_PTS(buffer) = 7;
  GstVideoFrame frame;
  EXPECT_TRUE(gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE));
  for (std::size_t y = 0; y < rows.size(); ++y) {
    auto* const row = static_cast<char*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) +
                      static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
    std::copy(rows[y].begin(), rows[y].end(), row);
  }
  gst_video_frame_unmap(&frame);
  const CapsPtr caps(gst_video_info_to_caps(&info));
  SamplePtr sample(gst_sample_new(buffer, caps.get(), nullptr, nullptr));
  gst_buffer_unref(buffer);
  return sample;
}

std::vector<std::string> rows_of(const SamplePtr& sample) {
  GstVideoInfo info;
  EXPECT_TRUE(gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get())));
  GstVideoFrame frame;
  EXPECT_TRUE(gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample.get()), GST_MAP_READ));
  std::vector<std::string> rows;
  for (int y = 0; y < info.height; ++y) {
    rows.emplace_back(
        static_cast<const char*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) + std::ptrdiff_t{y} * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
        static_cast<std::size_t>(info.width));
  }
  gst_video_frame_unmap(&frame);
  return rows;
}

TEST(Turned, GoesClockwise) {
  ASSERT_TRUE(start_gstreamer().has_value());
  const std::vector<std::string> rows = {"abcd", "efgh"};
  using Rows = std::vector<std::string>;
  EXPECT_EQ(rows_of(turned(picture_of(rows), 90)), (Rows{"ea", "fb", "gc", "hd"}));
  EXPECT_EQ(rows_of(turned(picture_of(rows), 180)), (Rows{"hgfe", "dcba"}));
  EXPECT_EQ(rows_of(turned(picture_of(rows), 270)), (Rows{"dh", "cg", "bf", "ae"}));
  EXPECT_EQ(GST_BUFFER_PTS(gst_sample_get_buffer(turned(picture_of(rows), 90).get())), 7U);
}

}  // namespace
}  // namespace dd::composer
