// SPDX-License-Identifier: MIT
// The picture of the programme: places decoded pictures, names and cards on the canvas, tile by tile, and only what changed.
// It chooses no picture and knows no time; composer.hpp tells it what each tile shows.
// Used from the composing thread.
#pragma once

#include <gst/video/video.h>
#include <memory>
#include <optional>
#include <vector>

#include "composer/art.hpp"
#include "composer/gst_pointers.hpp"
#include "composer/plan.hpp"

namespace dd::composer {

class Stage {
 public:
  explicit Stage(Size canvas);

  // Draws what is the same for the whole scene. `programme` outlives it.
  void set_scene(const Programme& programme, const Scene& scene);

  // What a seat shows from now on. No picture is black: a stream is there, and nothing comes.
  void show(std::size_t seat, GstSample* picture);

  // A copy of the canvas.
  GstBuffer* take_frame() const;

 private:
  struct ConverterEnd {
    void operator()(GstVideoConverter* converter) const { gst_video_converter_free(converter); }
  };
  using ConverterPtr = std::unique_ptr<GstVideoConverter, ConverterEnd>;

  struct Tile {
    Rect rect;
    bool bare = false;
    bool full = false;
    std::optional<Overlay> name;
    std::optional<Overlay> disc;  // of a card
    GstSample* shown = nullptr;   // only compared
    SamplePtr kept;               // so that no other picture gets its address
    bool drawn = false;
    bool tried = false;  // to make a converter for pictures like `converter_in`
    GstVideoInfo converter_in{};
    ConverterPtr converter;
  };

  bool scale_into(Tile& tile, GstSample* picture);
  void finish(Tile& tile);

  Size canvas_;
  int radius_;
  GstVideoInfo info_{};
  Planes empty_;   // the scene without pictures
  Planes planes_;  // what the frames are
  std::vector<Tile> tiles_;
};

}  // namespace dd::composer
