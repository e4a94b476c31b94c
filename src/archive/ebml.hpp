// SPDX-License-Identifier: MIT
// The elements of a Matroska file (RFC 8794 and 9559), one at a time and from bytes that may be anything: sizes are never trusted before
// they are compared with what is there, and no element is read whole.
// It changes nothing; whoever wants other bytes there makes patches. Pure functions of the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace dd::archive {

// Fills `into` from `offset` on and says how many bytes there were; fewer only at the end.
using ReadAt = std::function<std::size_t(std::uint64_t offset, std::span<std::uint8_t> into)>;

struct Patch {
  std::uint64_t offset = 0;
  std::vector<std::uint8_t> bytes;
};

// RFC 9559, section 5.
enum Id : std::uint32_t {
  kEbml = 0x1A45DFA3,
  kSegment = 0x18538067,
  kSeekHead = 0x114D9B74,
  kInfo = 0x1549A966,
  kTracks = 0x1654AE6B,
  kCluster = 0x1F43B675,
  kCues = 0x1C53BB6B,
  kTags = 0x1254C367,
  kChapters = 0x1043A770,
  kAttachments = 0x1941A469,
  kVoid = 0xEC,
  kCrc32 = 0xBF,
  kTimestampScale = 0x2AD7B1,
  kDuration = 0x4489,
  kTimestamp = 0xE7,
  kPosition = 0xA7,
  kPrevSize = 0xAB,
  kSimpleBlock = 0xA3,
  kBlockGroup = 0xA0,
  kBlock = 0xA1,
  kCuePoint = 0xBB,
  kCueTime = 0xB3,
  kCueTrackPositions = 0xB7,
  kCueClusterPosition = 0xF1,
};

inline constexpr std::uint64_t kDefaultScale = 1'000'000;  // nanoseconds a tick

struct Element {
  std::uint32_t id = 0;
  std::uint64_t begin = 0;    // of the id
  std::uint64_t size_at = 0;  // of the size field
  unsigned size_width = 0;
  std::uint64_t body = 0;
  std::optional<std::uint64_t> size;  // nothing: unknown, it ends where something begins that cannot be inside

  std::uint64_t end() const { return body + size.value_or(0); }
};

// `width` ones of a size field mean "unknown" (RFC 8794, section 6.2).
constexpr std::uint64_t unknown_of(unsigned width) { return (std::uint64_t{1} << (7 * width)) - 1; }
std::vector<std::uint8_t> number_field(std::uint64_t value, unsigned width);
std::vector<std::uint8_t> size_field(std::uint64_t size, unsigned width);
std::vector<std::uint8_t> float_field(double value, unsigned width);  // 4 or 8

class EbmlReader {
 public:
  EbmlReader(const ReadAt& read_at, std::uint64_t size) : read_at_(&read_at), size_(size) {}

  // The element that begins at `at`, if its id and size are there; its body may reach behind the end.
  std::optional<Element> element(std::uint64_t at) const;
  std::optional<std::uint64_t> number(const Element& element) const;
  // The elements from `from` up to `to`, in order. False when one does not end within `to`, or as soon as `visit` says so.
  template <typename Visit>
  bool each(std::uint64_t from, std::uint64_t to, Visit visit) const {
    for (std::uint64_t at = from; at < to;) {
      const auto child = element(at);
      if (!child || !child->size || *child->size > to - child->body || !visit(*child)) return false;
      at = child->end();
    }
    return true;
  }
  bool fits(const Element& element) const { return element.size && *element.size <= size_ - element.body; }
  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> into) const { return (*read_at_)(offset, into); }

 private:
  const ReadAt* read_at_;
  std::uint64_t size_;
};

}  // namespace dd::archive
