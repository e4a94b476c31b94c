// SPDX-License-Identifier: MIT
#include "archive/ebml.hpp"

#include <array>
#include <bit>

namespace dd::archive {

std::vector<std::uint8_t> number_field(std::uint64_t value, unsigned width) {
  std::vector<std::uint8_t> out(width);
  for (unsigned i = 0; i < width; ++i) out[width - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

std::vector<std::uint8_t> size_field(std::uint64_t size, unsigned width) {
  auto out = number_field(size, width);
  out[0] = static_cast<std::uint8_t>(out[0] | (0x80U >> (width - 1)));
  return out;
}

std::vector<std::uint8_t> float_field(double value, unsigned width) {
  return number_field(width == 8 ? std::bit_cast<std::uint64_t>(value) : std::bit_cast<std::uint32_t>(static_cast<float>(value)), width);
}

std::optional<Element> EbmlReader::element(std::uint64_t at) const {
  if (at >= size_) return std::nullopt;
  std::array<std::uint8_t, 12> bytes{};
  const std::size_t there = (*read_at_)(at, bytes);
  if (there < 2) return std::nullopt;
  const unsigned id_width = static_cast<unsigned>(std::countl_zero(bytes[0])) + 1;
  if (id_width > 4 || id_width >= there) return std::nullopt;
  Element out;
  out.begin = at;
  for (unsigned i = 0; i < id_width; ++i) out.id = out.id << 8 | bytes[i];
  out.size_width = static_cast<unsigned>(std::countl_zero(bytes[id_width])) + 1;
  if (out.size_width > 8 || id_width + out.size_width > there) return std::nullopt;
  std::uint64_t size = bytes[id_width] & (0xFFU >> out.size_width);
  for (unsigned i = 1; i < out.size_width; ++i) size = size << 8 | bytes[id_width + i];
  if (size != unknown_of(out.size_width)) out.size = size;
  out.size_at = at + id_width;
  out.body = out.size_at + out.size_width;
  return out;
}

std::optional<std::uint64_t> EbmlReader::number(const Element& element) const {
  std::array<std::uint8_t, 8> bytes{};
  if (!element.size || *element.size > bytes.size()) return std::nullopt;
  const auto width = static_cast<std::size_t>(*element.size);
  if ((*read_at_)(element.body, std::span(bytes).first(width)) != width) return std::nullopt;
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < width; ++i) out = out << 8 | bytes[i];
  return out;
}

}  // namespace dd::archive
