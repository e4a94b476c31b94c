// SPDX-License-Identifier: MIT
// Where tiles go on the canvas: grid, speaker and presentation as rectangles.
// It knows no participant and draws nothing; plan.hpp decides who sits in which tile, stage.hpp paints them.
// Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace dd::composer {

enum class Layout { kGrid, kSpeaker, kPresentation };

std::string_view to_string(Layout layout);
std::optional<Layout> parse_layout(std::string_view text);

struct Size {
  int width = 0;
  int height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

// All four numbers are even, so that a rectangle cuts no sample of 4:2:0 chroma.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Rect&, const Rect&) = default;
};

// The distance between tiles and to the edge; other measures (corners, text) follow from it.
int margin_of(Size canvas);

// How many tiles a layout shows at most. Who does not fit is counted in a last tile "+N".
std::size_t capacity(Layout layout, Size canvas);

// `count` tiles, at most capacity(); in kSpeaker and kPresentation the first is the large one.
std::vector<Rect> arrange(Layout layout, Size canvas, std::size_t count);

// The largest rectangle of `content`'s shape inside `place`, centred.
Rect fit(Size content, Rect place);

}  // namespace dd::composer
