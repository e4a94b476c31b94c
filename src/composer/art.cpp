// SPDX-License-Identifier: MIT
#include "composer/art.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <numbers>
#include <pango/pangocairo.h>
#include <string_view>

namespace dd::composer {
namespace {

constexpr std::size_t kLongestName = 256;  // bytes; what is longer could not be read anyway

struct Ink {
  double red;
  double green;
  double blue;
  double alpha = 1;
};

constexpr Ink kBackground{0.055, 0.063, 0.078};
constexpr Ink kTile{0.125, 0.141, 0.169};
constexpr Ink kPill{0.035, 0.043, 0.055, 0.62};
constexpr Ink kText{0.965, 0.97, 0.98};
constexpr Ink kSpeaking{0.18, 0.74, 0.52};
// Dark enough that white letters are readable on each.
constexpr std::array<Ink, 8> kDiscs{{{0.20, 0.42, 0.80},
                                     {0.48, 0.32, 0.74},
                                     {0.72, 0.28, 0.48},
                                     {0.75, 0.35, 0.20},
                                     {0.60, 0.46, 0.12},
                                     {0.24, 0.52, 0.28},
                                     {0.12, 0.52, 0.54},
                                     {0.36, 0.42, 0.50}}};

struct SurfaceEnd {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct ContextEnd {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
struct ObjectEnd {
  void operator()(void* object) const { g_object_unref(object); }
};

int even_up(int value) { return (value + 1) & ~1; }

// A transparent picture to draw on.
class Paper {
 public:
  explicit Paper(Size size)
      : size_{even_up(std::max(2, size.width)), even_up(std::max(2, size.height))},
        surface_(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, size_.width, size_.height)),
        context_(cairo_create(surface_.get())) {}

  cairo_t* pen() { return context_.get(); }
  Size size() const { return size_; }

  std::vector<std::uint32_t> pixels() {
    cairo_surface_flush(surface_.get());
    const unsigned char* const bytes = cairo_image_surface_get_data(surface_.get());
    const int stride = cairo_image_surface_get_stride(surface_.get());
    std::vector<std::uint32_t> pixels(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height));
    for (int row = 0; bytes != nullptr && row < size_.height; ++row) {
      std::memcpy(pixels.data() + static_cast<std::ptrdiff_t>(row) * size_.width, bytes + static_cast<std::ptrdiff_t>(row) * stride,
                  static_cast<std::size_t>(size_.width) * 4);
    }
    return pixels;
  }
  Overlay overlay() { return overlay_from_argb(pixels(), size_); }

 private:
  Size size_;
  std::unique_ptr<cairo_surface_t, SurfaceEnd> surface_;
  std::unique_ptr<cairo_t, ContextEnd> context_;
};

void use(cairo_t* pen, const Ink& ink) { cairo_set_source_rgba(pen, ink.red, ink.green, ink.blue, ink.alpha); }

void rounded(cairo_t* pen, double x, double y, double width, double height, double radius) {
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_new_sub_path(pen);
  cairo_arc(pen, x + width - radius, y + radius, radius, -kQuarter, 0);
  cairo_arc(pen, x + width - radius, y + height - radius, radius, 0, kQuarter);
  cairo_arc(pen, x + radius, y + height - radius, radius, kQuarter, 2 * kQuarter);
  cairo_arc(pen, x + radius, y + radius, radius, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(pen);
}

// Text as others wrote it: not always UTF-8, of any length, with line breaks and control characters.
std::string readable(const std::string& text) {
  const std::size_t length = std::min(text.size(), kLongestName);
  const std::unique_ptr<gchar, decltype(&g_free)> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(length)), &g_free);
  std::string out(valid.get());
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

class Text {
 public:
  Text(cairo_t* pen, const std::string& text, int pixels, int widest, bool bold) : pen_(pen), layout_(pango_cairo_create_layout(pen)) {
    PangoFontDescription* const font = pango_font_description_from_string(bold ? "Sans Bold" : "Sans");
    pango_font_description_set_absolute_size(font, static_cast<double>(pixels) * PANGO_SCALE);
    pango_layout_set_font_description(layout_.get(), font);
    pango_font_description_free(font);
    pango_layout_set_single_paragraph_mode(layout_.get(), TRUE);
    pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_text(layout_.get(), text.data(), static_cast<int>(text.size()));
    if (width() > widest) pango_layout_set_width(layout_.get(), std::max(1, widest) * PANGO_SCALE);
  }

  int width() const { return extent().width; }
  int height() const { return extent().height; }
  // Centred on what is inked, as the eye sees it.
  void show_centred(double x, double y) {
    PangoRectangle ink;
    pango_layout_get_pixel_extents(layout_.get(), &ink, nullptr);
    show(x - ink.x - ink.width / 2.0, y - ink.y - ink.height / 2.0);
  }
  void show(double x, double y) {
    cairo_move_to(pen_, x, y);
    pango_cairo_show_layout(pen_, layout_.get());
  }

 private:
  PangoRectangle extent() const {
    PangoRectangle logical;
    pango_layout_get_pixel_extents(layout_.get(), nullptr, &logical);
    return logical;
  }
  cairo_t* pen_;
  std::unique_ptr<PangoLayout, ObjectEnd> layout_;
};

int text_size(Size tile, Size canvas) {
  const int canvas_text = std::min(canvas.width, canvas.height) / 36;
  return std::clamp(tile.height / 11, std::max(9, canvas_text / 2), std::max(10, canvas_text));
}

const Ink& disc_ink(const std::string& id) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return kDiscs[hash % kDiscs.size()];
}

std::string first_letter(std::string_view word) {
  const std::string text(word);
  const gunichar letter = g_unichar_toupper(g_utf8_get_char(text.c_str()));
  std::array<char, 6> bytes{};
  const int length = g_unichar_to_utf8(letter, bytes.data());
  return {bytes.data(), static_cast<std::size_t>(length)};
}

}  // namespace

int corner_radius(Size canvas) { return margin_of(canvas) & ~1; }

Planes draw_canvas(Size canvas, const std::vector<TileArt>& tiles) {
  Paper paper(canvas);
  cairo_t* const pen = paper.pen();
  use(pen, kBackground);
  cairo_paint(pen);
  const double radius = corner_radius(canvas);
  const double edge = std::max(2.0, margin_of(canvas) / 3.0);
  for (const TileArt& tile : tiles) {
    const Rect& rect = tile.rect;
    const bool full = rect.width >= canvas.width && rect.height >= canvas.height;
    if (tile.speaks && !full && !tile.bare) {
      use(pen, kSpeaking);
      rounded(pen, rect.x - edge, rect.y - edge, rect.width + 2 * edge, rect.height + 2 * edge, radius + edge);
      cairo_fill(pen);
    }
    if (tile.bare) continue;
    use(pen, kTile);
    rounded(pen, rect.x, rect.y, rect.width, rect.height, full ? 0.01 : radius);
    cairo_fill(pen);
  }
  return planes_from_argb(paper.pixels(), paper.size());
}

Overlay draw_name(const std::string& name, Size tile, Size canvas) {
  const std::string text = readable(name);
  const int pixels = text_size(tile, canvas);
  const int pad = pixels / 2;
  Paper measure({2, 2});
  const int widest = tile.width - 4 * pad;
  const Text measured(measure.pen(), text, pixels, widest, false);
  const int width = std::min(measured.width(), std::max(1, widest));
  Paper paper({width + 2 * pad, measured.height() + pad / 2 * 2});
  use(paper.pen(), kPill);
  rounded(paper.pen(), 0, 0, paper.size().width, paper.size().height, paper.size().height / 3.2);
  cairo_fill(paper.pen());
  use(paper.pen(), kText);
  Text(paper.pen(), text, pixels, widest, false).show(pad, (paper.size().height - measured.height()) / 2.0);
  return paper.overlay();
}

Overlay draw_disc(const std::string& id, const std::string& name, Size tile) {
  const int across = std::max(8, std::min(tile.width, tile.height) * 42 / 100);
  Paper paper({across, across});
  use(paper.pen(), disc_ink(id));
  cairo_arc(paper.pen(), across / 2.0, across / 2.0, across / 2.0, 0, 2 * std::numbers::pi);
  cairo_fill(paper.pen());
  use(paper.pen(), kText);
  Text(paper.pen(), initials_of(name), across * 38 / 100, across, true).show_centred(across / 2.0, across / 2.0);
  return paper.overlay();
}

Overlay draw_more(std::size_t count, Size tile) {
  Paper paper({tile.width / 2, tile.height / 2});
  use(paper.pen(), kText);
  Text(paper.pen(), fmt::format("+{}", count), std::max(10, tile.height / 4), paper.size().width, true)
      .show_centred(paper.size().width / 2.0, paper.size().height / 2.0);
  return paper.overlay();
}

std::string initials_of(const std::string& name) {
  const std::string text = readable(name);
  std::vector<std::string_view> words;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    if (space > 0) words.push_back(rest.substr(0, space));
    rest.remove_prefix(std::min(rest.size(), space + 1));
  }
  if (words.empty()) return "?";
  std::string initials = first_letter(words.front());
  if (words.size() > 1) initials += first_letter(words.back());
  return initials;
}

}  // namespace dd::composer
