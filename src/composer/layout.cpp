// SPDX-License-Identifier: MIT
#include "composer/layout.hpp"

#include <algorithm>
#include <cstdint>

namespace dd::composer {
namespace {

// Cameras are 16:9 by default, so tiles are; another shape is letter-boxed within.
constexpr Size kTileShape{16, 9};
constexpr std::size_t kGridCapacity = 25;
// A side tile takes about a fifth of the canvas: five fit below a 16:9 stage and four beside it.
constexpr int kSideShare = 5;

int even(int value) { return value & ~1; }

Rect whole(Size canvas) { return {0, 0, even(canvas.width), even(canvas.height)}; }

Rect inner(Size canvas) {
  const int margin = margin_of(canvas);
  return {margin, margin, even(canvas.width) - 2 * margin, even(canvas.height) - 2 * margin};
}

std::vector<Rect> grid(Size canvas, std::size_t count) {
  if (count == 1) return {whole(canvas)};
  const Rect area = inner(canvas);
  const int gap = margin_of(canvas);
  const int total = static_cast<int>(count);
  Rect best;
  int best_columns = 1;
  for (int columns = 1; columns <= total; ++columns) {
    const int rows = (total + columns - 1) / columns;
    const Rect cell{0, 0, (area.width - (columns - 1) * gap) / columns, (area.height - (rows - 1) * gap) / rows};
    if (cell.width < 2 || cell.height < 2) continue;
    const Rect tile = fit(kTileShape, cell);
    if (tile.width > best.width) {
      best = tile;
      best_columns = columns;
    }
  }
  const int rows = (total + best_columns - 1) / best_columns;
  const int top = even(area.y + (area.height - rows * best.height - (rows - 1) * gap) / 2);
  std::vector<Rect> tiles;
  for (int row = 0; row < rows; ++row) {
    // A last row that is not full is centred.
    const int in_row = std::min(best_columns, total - row * best_columns);
    const int left = even(area.x + (area.width - in_row * best.width - (in_row - 1) * gap) / 2);
    for (int column = 0; column < in_row; ++column) {
      tiles.push_back({left + column * (best.width + gap), top + row * (best.height + gap), best.width, best.height});
    }
  }
  return tiles;
}

struct Strip {
  Size tile;
  int capacity = 0;
};

Strip strip_below(Size canvas) {
  const Rect area = inner(canvas);
  const int gap = margin_of(canvas);
  const int width = even((area.width + gap) / kSideShare - gap);
  return {{width, even(width * 9 / 16)}, kSideShare};
}

std::vector<Rect> stage_above(Size canvas, std::size_t count) {
  if (count == 1) return {whole(canvas)};
  const Rect area = inner(canvas);
  const int gap = margin_of(canvas);
  const Strip strip = strip_below(canvas);
  const int stage_height = even(area.height - strip.tile.height - gap);
  std::vector<Rect> tiles{fit(kTileShape, {area.x, area.y, area.width, stage_height})};
  const int side = static_cast<int>(count) - 1;
  const int left = even(area.x + (area.width - side * strip.tile.width - (side - 1) * gap) / 2);
  for (int index = 0; index < side; ++index) {
    tiles.push_back({left + index * (strip.tile.width + gap), area.y + stage_height + gap, strip.tile.width, strip.tile.height});
  }
  return tiles;
}

Strip strip_beside(Size canvas) {
  const Rect area = inner(canvas);
  const int gap = margin_of(canvas);
  const int width = even(area.width / kSideShare);
  const int height = even(width * 9 / 16);
  return {{width, height}, std::max(1, (area.height + gap) / (height + gap))};
}

std::vector<Rect> stage_beside(Size canvas, std::size_t count) {
  if (count == 1) return {whole(canvas)};
  const Rect area = inner(canvas);
  const int gap = margin_of(canvas);
  const Strip strip = strip_beside(canvas);
  std::vector<Rect> tiles{{area.x, area.y, even(area.width - strip.tile.width - gap), area.height}};
  const int side = static_cast<int>(count) - 1;
  const int top = even(area.y + (area.height - side * strip.tile.height - (side - 1) * gap) / 2);
  for (int index = 0; index < side; ++index) {
    tiles.push_back({area.x + area.width - strip.tile.width, top + index * (strip.tile.height + gap), strip.tile.width, strip.tile.height});
  }
  return tiles;
}

bool is_portrait(Size canvas) { return canvas.height > canvas.width; }

}  // namespace

std::string_view to_string(Layout layout) {
  switch (layout) {
    case Layout::kGrid: return "grid";
    case Layout::kSpeaker: return "speaker";
    case Layout::kPresentation: return "presentation";
  }
  return "";
}

std::optional<Layout> parse_layout(std::string_view text) {
  for (const Layout layout : {Layout::kGrid, Layout::kSpeaker, Layout::kPresentation}) {
    if (text == to_string(layout)) return layout;
  }
  return std::nullopt;
}

int margin_of(Size canvas) { return std::max(2, even(std::min(canvas.width, canvas.height) / 60)); }

std::size_t capacity(Layout layout, Size canvas) {
  switch (layout) {
    case Layout::kGrid: return kGridCapacity;
    case Layout::kSpeaker: return 1 + static_cast<std::size_t>(strip_below(canvas).capacity);
    case Layout::kPresentation:
      return 1 + static_cast<std::size_t>(is_portrait(canvas) ? strip_below(canvas).capacity : strip_beside(canvas).capacity);
  }
  return 1;
}

std::vector<Rect> arrange(Layout layout, Size canvas, std::size_t count) {
  count = std::min(count, capacity(layout, canvas));
  if (count == 0) return {};
  switch (layout) {
    case Layout::kGrid: return grid(canvas, count);
    case Layout::kSpeaker: return stage_above(canvas, count);
    // A column beside the stage of an upright canvas would leave nothing of the stage.
    case Layout::kPresentation: return is_portrait(canvas) ? stage_above(canvas, count) : stage_beside(canvas, count);
  }
  return {};
}

Rect fit(Size content, Rect place) {
  if (content.width <= 0 || content.height <= 0) return place;
  std::int64_t width = place.width;
  std::int64_t height = width * content.height / content.width;
  if (height > place.height) {
    height = place.height;
    width = height * content.width / content.height;
  }
  const int even_width = std::max(2, even(static_cast<int>(width)));
  const int even_height = std::max(2, even(static_cast<int>(height)));
  return {even(place.x + (place.width - even_width) / 2), even(place.y + (place.height - even_height) / 2), even_width, even_height};
}

}  // namespace dd::composer
