// SPDX-License-Identifier: MIT
// What is drawn and not filmed: the dark canvas with its tiles, names, cards for those without a picture, "+N".
// The only place that knows fonts and colours (Pango and Cairo); it draws once for a scene, never for a frame.
// Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "composer/layout.hpp"
#include "composer/planes.hpp"

namespace dd::composer {

int corner_radius(Size canvas);

struct TileArt {
  Rect rect;
  bool bare = false;    // no tile behind the picture: a screen's own shape is its frame
  bool speaks = false;  // a coloured edge
};

// The canvas with empty tiles, as it is behind all pictures.
Planes draw_canvas(Size canvas, const std::vector<TileArt>& tiles);

// A name on a dark pill, to lie in a tile's lower left corner; at most as wide as the tile.
Overlay draw_name(const std::string& name, Size tile, Size canvas);

// Initials on a coloured disc and nothing else, to lie on the middle of a tile. `id` picks the colour, so that it is the same everywhere.
Overlay draw_disc(const std::string& id, const std::string& name, Size tile);

// "+N" on a tile of its own.
Overlay draw_more(std::size_t count, Size tile);

// The first letters of the first and the last word, as bytes of UTF-8.
std::string initials_of(const std::string& name);

}  // namespace dd::composer
