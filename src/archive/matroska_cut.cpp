// SPDX-License-Identifier: MIT
// Sizes are never trusted before they are compared with what is there, and no element is read whole.
#include "archive/matroska_cut.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

namespace dd::archive {
namespace {

using recording::Time;

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
};

constexpr std::uint64_t kDefaultScale = 1'000'000;  // nanoseconds a tick
constexpr std::uint64_t kMaxTicks = std::uint64_t{1} << 42;
constexpr std::uint64_t kDurationRoom = 11;   // id, size and an eight-byte float
constexpr std::uint64_t kLongestFrame = 200;  // ms; how long the last frame may be thought to last, judged by the one before

struct Element {
  std::uint32_t id = 0;
  std::uint64_t begin = 0;    // of the id
  std::uint64_t size_at = 0;  // of the size field
  unsigned size_width = 0;
  std::uint64_t body = 0;
  std::optional<std::uint64_t> size;  // nothing: unknown, it ends where something begins that cannot be inside

  std::uint64_t end() const { return body + size.value_or(0); }
};

bool is_top_level(std::uint32_t id) {
  switch (id) {
    case kSeekHead:
    case kInfo:
    case kTracks:
    case kCluster:
    case kCues:
    case kTags:
    case kChapters:
    case kAttachments:
    case kVoid:
    case kCrc32: return true;
    default: return false;
  }
}

bool is_in_cluster(std::uint32_t id) {
  switch (id) {
    case kTimestamp:
    case kPosition:
    case kPrevSize:
    case kSimpleBlock:
    case kBlockGroup:
    case kVoid:
    case kCrc32: return true;
    default: return false;
  }
}

// `width` ones of a size field mean "unknown" (RFC 8794, section 6.2).
std::uint64_t unknown_of(unsigned width) { return (std::uint64_t{1} << (7 * width)) - 1; }

std::vector<std::uint8_t> size_field(std::uint64_t size, unsigned width) {
  std::vector<std::uint8_t> out(width);
  for (unsigned i = 0; i < width; ++i) out[width - 1 - i] = static_cast<std::uint8_t>(size >> (8 * i));
  out[0] = static_cast<std::uint8_t>(out[0] | (0x80U >> (width - 1)));
  return out;
}

class Scan {
 public:
  Scan(const ReadAt& read_at, std::uint64_t size) : read_at_(&read_at), size_(size) {}

  Result<MatroskaCut> run() {
    const auto head = element(0);
    if (!head || head->id != kEbml || !head->size || !fits(*head)) return torn_head();
    const auto segment = element(head->end());
    if (!segment || segment->id != kSegment) return torn_head();
    whole_ = segment->body;
    follow(segment->body);
    if (!has_tracks_) return torn_head();
    finish(*segment);
    return std::move(cut_);
  }

 private:
  static Error torn_head() { return make_error(Errc::kInvalidArgument, "is not a Matroska file, or its head is torn"); }

  bool fits(const Element& element) const { return element.size && *element.size <= size_ - element.body; }

  // The element that begins at `at`, if its id and size are there; its body may reach behind the end.
  std::optional<Element> element(std::uint64_t at) const {
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

  std::optional<std::uint64_t> number(const Element& element) const {
    std::array<std::uint8_t, 8> bytes{};
    if (!element.size || *element.size > bytes.size()) return std::nullopt;
    const auto width = static_cast<std::size_t>(*element.size);
    if ((*read_at_)(element.body, std::span(bytes).first(width)) != width) return std::nullopt;
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < width; ++i) out = out << 8 | bytes[i];
    return out;
  }

  // The elements directly inside the segment, until one is not whole.
  void follow(std::uint64_t at) {
    while (const auto next = element(at)) {
      if (!is_top_level(next->id)) return;
      if (next->id == kCluster) {
        const auto end = cluster(*next);
        if (!end) return;
        at = *end;
      } else {
        if (!fits(*next)) return;
        if (next->id == kInfo) info(*next);
        if (next->id == kTracks) has_tracks_ = true;
        at = next->end();
      }
      whole_ = at;
    }
  }

  void info(const Element& info) {
    for (std::uint64_t at = info.body; at < info.end();) {
      const auto child = element(at);
      if (!child || !child->size || *child->size > info.end() - child->body) return;
      if (child->id == kTimestampScale) scale_ = std::clamp<std::uint64_t>(number(*child).value_or(kDefaultScale), 1, 1'000'000'000);
      if (child->id == kDuration && (*child->size == 4 || *child->size == 8)) duration_ = *child;
      if (child->id == kVoid && child->end() - child->begin == kDurationRoom) room_ = *child;
      at = child->end();
    }
  }

  // Where the cluster ends; nothing when it is not whole. Of one whose size is not known, what is whole counts: it is given its size.
  std::optional<std::uint64_t> cluster(const Element& cluster) {
    if (cluster.size && !fits(cluster)) return std::nullopt;
    const std::uint64_t limit = cluster.size ? cluster.end() : size_;
    std::uint64_t at = cluster.body;
    std::uint64_t base = 0;
    Count count = count_;
    while (at < limit) {
      const auto child = element(at);
      if (!child || !is_in_cluster(child->id) || !child->size || *child->size > limit - child->body) break;
      if (child->id == kTimestamp) base = std::min(number(*child).value_or(0), kMaxTicks);
      if (child->id == kSimpleBlock && !block(*child, base, count)) break;
      if (child->id == kBlockGroup && !group(*child, base, count)) break;
      at = child->end();
    }
    if (cluster.size && at != limit) return std::nullopt;
    if (count.frames == count_.frames) return std::nullopt;  // nothing to show for it
    count_ = count;
    if (!cluster.size && cluster.size_width == 8) cut_.patches.push_back({cluster.size_at, size_field(at - cluster.body, 8)});
    return at;
  }

  struct Count {
    std::uint64_t frames = 0;
    std::uint64_t last = 0;  // ticks
    std::uint64_t step = 0;
  };

  bool block(const Element& block, std::uint64_t base, Count& count) const {
    std::array<std::uint8_t, 4> head{};  // track number (one byte: we have one track), time relative to the cluster, flags
    if (*block.size < head.size() || (*read_at_)(block.body, head) != head.size() || (head[0] & 0x80) == 0) return false;
    const auto relative = static_cast<std::int16_t>(static_cast<std::uint16_t>(head[1] << 8 | head[2]));
    const std::int64_t time = static_cast<std::int64_t>(base) + relative;
    const std::uint64_t ticks = time < 0 ? 0 : static_cast<std::uint64_t>(time);
    if (count.frames > 0 && ticks > count.last) count.step = ticks - count.last;
    count.last = std::max(count.last, ticks);
    ++count.frames;
    return true;
  }

  bool group(const Element& group, std::uint64_t base, Count& count) const {
    bool found = false;
    std::uint64_t at = group.body;
    while (at < group.end()) {
      const auto child = element(at);
      if (!child || !child->size || *child->size > group.end() - child->body) return false;
      if (child->id == kBlock) {
        if (!block(*child, base, count)) return false;
        found = true;
      }
      at = child->end();
    }
    return found && at == group.end();
  }

  void finish(const Element& segment) {
    const double ms_a_tick = static_cast<double>(scale_) / 1e6;
    const double step = std::min(static_cast<double>(count_.step) * ms_a_tick, static_cast<double>(kLongestFrame));
    const double ms = count_.frames == 0 ? 0 : static_cast<double>(count_.last) * ms_a_tick + step;
    cut_.whole_bytes = whole_;
    cut_.frames = count_.frames;
    cut_.duration = Time(std::llround(std::min(ms, 1e13) * 1000));
    if (duration_) {
      patch(duration_->body, float_field(ms / ms_a_tick, static_cast<unsigned>(*duration_->size)));
    } else if (room_) {
      std::vector<std::uint8_t> element = {0x44, 0x89, 0x88};
      for (const std::uint8_t byte : float_field(ms / ms_a_tick, 8)) element.push_back(byte);
      patch(room_->begin, std::move(element));
    }
    // A size that is too narrow to be written again becomes unknown, which every reader takes as "to the end".
    const std::uint64_t size = whole_ - segment.body;
    const bool narrow = segment.size_width < 8 && size >= unknown_of(segment.size_width);
    patch(segment.size_at, size_field(narrow ? unknown_of(segment.size_width) : size, segment.size_width));
  }

  static std::vector<std::uint8_t> float_field(double value, unsigned width) {
    const std::uint64_t bits = width == 8 ? std::bit_cast<std::uint64_t>(value) : std::bit_cast<std::uint32_t>(static_cast<float>(value));
    std::vector<std::uint8_t> out(width);
    for (unsigned i = 0; i < width; ++i) out[width - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
    return out;
  }

  void patch(std::uint64_t offset, std::vector<std::uint8_t> bytes) {
    std::vector<std::uint8_t> there(bytes.size());
    if ((*read_at_)(offset, there) == there.size() && there == bytes) return;
    cut_.patches.push_back({offset, std::move(bytes)});
  }

  const ReadAt* read_at_;
  std::uint64_t size_;
  std::uint64_t whole_ = 0;
  std::uint64_t scale_ = kDefaultScale;
  std::optional<Element> duration_;
  std::optional<Element> room_;  // that a writer left for the duration
  bool has_tracks_ = false;
  Count count_;
  MatroskaCut cut_;
};

}  // namespace

Result<MatroskaCut> find_matroska_cut(const ReadAt& read_at, std::uint64_t size) { return Scan(read_at, size).run(); }

}  // namespace dd::archive
