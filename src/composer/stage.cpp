// SPDX-License-Identifier: MIT
#include "composer/stage.hpp"

#include <fmt/format.h>
#include <utility>

namespace dd::composer {
namespace {

// Pictures of WebRTC are BT.601 whatever their size, and most say nothing; taken at a decoder's guess, each would be converted.
void take_as_bt601(GstVideoInfo& info) { gst_video_colorimetry_from_string(&info.colorimetry, GST_VIDEO_COLORIMETRY_BT601); }

// A label of our own frame, so that the converter can draw into planes that are no GstBuffer.
GstVideoFrame frame_over(Planes& planes, const GstVideoInfo& info) {
  GstVideoFrame frame{};
  frame.info = info;
  frame.data[0] = planes.luma();
  frame.data[1] = planes.chroma_u();
  frame.data[2] = planes.chroma_v();
  return frame;
}

GstStructure* placing(const Rect& rect) {
  return gst_structure_new("placing", GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT, rect.x, GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT,
                           rect.y, GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT, rect.width, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT,
                           G_TYPE_INT, rect.height, GST_VIDEO_CONVERTER_OPT_FILL_BORDER, G_TYPE_BOOLEAN, FALSE,
                           GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD, GST_VIDEO_RESAMPLER_METHOD_LINEAR,
                           nullptr);
}

bool same_shape(const GstVideoInfo& a, const GstVideoInfo& b) {
  return a.finfo == b.finfo && a.width == b.width && a.height == b.height && a.stride[0] == b.stride[0] && a.par_n == b.par_n &&
         a.par_d == b.par_d;
}

// A bar of two pixels is only rounding, and looks like a fault.
Rect place_of(Size content, Rect tile) {
  constexpr int kRounding = 4;
  const Rect fitted = fit(content, tile);
  return tile.width - fitted.width <= kRounding && tile.height - fitted.height <= kRounding ? tile : fitted;
}

Size shape_of(const GstVideoInfo& info) {
  // A decoder may say that its samples are not square; nobody means more than 4:1 by that.
  const std::int64_t width = info.par_n > 0 && info.par_d > 0 && info.par_n <= 4 * info.par_d && info.par_d <= 4 * info.par_n
                                 ? static_cast<std::int64_t>(info.width) * info.par_n / info.par_d
                                 : info.width;
  return {static_cast<int>(width), info.height};
}

}  // namespace

Stage::Stage(Size canvas) : canvas_(canvas), radius_(corner_radius(canvas)), empty_(canvas), planes_(canvas) {
  gst_video_info_set_format(&info_, GST_VIDEO_FORMAT_I420, static_cast<guint>(canvas.width), static_cast<guint>(canvas.height));
  take_as_bt601(info_);
}

void Stage::set_scene(const Programme& programme, const Scene& scene) {
  const std::size_t count = scene.seats.size() + (scene.more > 0 ? 1 : 0);
  const std::vector<Rect> rects = arrange(scene.layout, canvas_, count);
  std::vector<TileArt> art;
  tiles_.clear();
  for (std::size_t index = 0; index < scene.seats.size(); ++index) {
    const Seat& seat = scene.seats[index];
    const Person& person = programme.people[seat.person];
    Tile tile;
    tile.rect = rects[index];
    tile.bare = seat.screen && index == 0 && scene.layout == Layout::kPresentation;
    tile.full = tile.rect.width >= canvas_.width && tile.rect.height >= canvas_.height;
    const Size size{tile.rect.width, tile.rect.height};
    tile.name = draw_name(seat.screen ? fmt::format("{} (screen)", person.name) : person.name, size, canvas_);
    if (!seat.stream) tile.disc = draw_disc(person.id, person.name, size);
    // The large picture of the speaker layout says by its size who speaks.
    const bool edged = !seat.screen && scene.floor == seat.person && !(scene.layout == Layout::kSpeaker && index == 0);
    art.push_back({tile.rect, tile.bare, edged});
    tiles_.push_back(std::move(tile));
  }
  if (scene.more > 0) art.push_back({rects.back(), false, false});
  empty_ = draw_canvas(canvas_, art);
  if (scene.more > 0) {
    const Rect& rect = rects.back();
    const Overlay more = draw_more(scene.more, {rect.width, rect.height});
    lay_over(empty_, more, (rect.x + (rect.width - more.size.width) / 2) & ~1, (rect.y + (rect.height - more.size.height) / 2) & ~1);
  }
  planes_ = empty_;
}

bool Stage::scale_into(Tile& tile, GstSample* picture) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(picture))) return false;
  GstVideoFrame from;
  if (!gst_video_frame_map(&from, &info, gst_sample_get_buffer(picture), GST_MAP_READ)) return false;
  // The mapped frame knows the strides, which the caps do not.
  GstVideoInfo in = from.info;
  if (!tile.tried || !same_shape(tile.converter_in, in)) {
    tile.tried = true;
    tile.converter_in = in;
    take_as_bt601(in);
    in.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    in.fps_n = info_.fps_n;  // the converter insists, though rates mean nothing to it
    in.fps_d = info_.fps_d;
    tile.converter.reset(gst_video_converter_new(&in, &info_, placing(place_of(shape_of(in), tile.rect))));
  }
  if (tile.converter) {
    GstVideoFrame to = frame_over(planes_, info_);
    gst_video_converter_frame(tile.converter.get(), &from, &to);
  }
  gst_video_frame_unmap(&from);
  return tile.converter != nullptr;
}

void Stage::finish(Tile& tile) {
  if (!tile.bare && !tile.full) round_corners(empty_, planes_, tile.rect, radius_);
  if (tile.name) {
    const int inset = margin_of(canvas_) / 2 + 2;
    lay_over(planes_, *tile.name, (tile.rect.x + inset) & ~1, (tile.rect.y + tile.rect.height - inset - tile.name->size.height) & ~1);
  }
}

void Stage::show(std::size_t seat, GstSample* picture) {
  Tile& tile = tiles_[seat];
  if (tile.drawn && tile.shown == picture) return;
  tile.drawn = true;
  tile.shown = picture;
  tile.kept.reset(picture == nullptr ? nullptr : gst_sample_ref(picture));
  copy_rect(empty_, planes_, tile.rect);
  if (tile.disc) {
    const Size size = tile.disc->size;
    lay_over(planes_, *tile.disc, (tile.rect.x + (tile.rect.width - size.width) / 2) & ~1,
             (tile.rect.y + (tile.rect.height - size.height) / 2) & ~1);
  } else if (picture == nullptr || !scale_into(tile, picture)) {
    fill_black(planes_, tile.rect);
  }
  finish(tile);
}

GstBuffer* Stage::take_frame() const { return gst_buffer_new_memdup(planes_.bytes().data(), planes_.bytes().size()); }

}  // namespace dd::composer
