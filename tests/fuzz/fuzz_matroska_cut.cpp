// SPDX-License-Identifier: MIT
// Any bytes where a track's file should be: the cut lies within them, and a file that was cut and patched needs neither again.
// links: dd_archive
#include <algorithm>
#include <cstdint>
#include <vector>

#include "archive/matroska_cut.hpp"
#include "base/check.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

dd::Result<dd::archive::MatroskaCut> cut_of(const Bytes& file) {
  return dd::archive::find_matroska_cut(
      [&](std::uint64_t offset, std::span<std::uint8_t> into) {
        if (offset >= file.size()) return std::size_t{0};
        const auto count = std::min<std::size_t>(into.size(), file.size() - static_cast<std::size_t>(offset));
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
        return count;
      },
      file.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes file(data, data + size);
  const auto cut = cut_of(file);
  if (!cut) return 0;
  DD_CHECK(cut->whole_bytes <= file.size(), "more is whole than there is");
  DD_CHECK(cut->duration >= dd::recording::Time{}, "a file that ends before it begins");
  for (const auto& patch : cut->patches) {
    DD_CHECK(patch.offset + patch.bytes.size() <= cut->whole_bytes, "a patch of what is cut off");
    std::copy(patch.bytes.begin(), patch.bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(patch.offset));
  }
  file.resize(static_cast<std::size_t>(cut->whole_bytes));
  const auto again = cut_of(file);
  DD_CHECK(again.has_value() && again->patches.empty(), "a whole file that needs a patch");
  DD_CHECK(again->whole_bytes == cut->whole_bytes && again->frames == cut->frames && again->duration == cut->duration, "another answer");
  return 0;
}
