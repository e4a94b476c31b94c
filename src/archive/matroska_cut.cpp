// SPDX-License-Identifier: MIT
// Sizes are never trusted before they are compared with what is there, and no element is read whole.
#include "archive/matroska_cut.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "archive/ebml.hpp"

namespace dd::archive {
namespace {

using recording::Time;

constexpr std::uint64_t kMaxTicks = std::uint64_t{1} << 42;
constexpr std::uint64_t kDurationRoom = 11;   // id, size and an eight-byte float
constexpr std::uint64_t kLongestFrame = 200;  // ms; how long the last frame may be thought to last, judged by the one before

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

class Scan {
 public:
  Scan(const ReadAt& read_at, std::uint64_t size) : in_(read_at, size), size_(size) {}

  Result<MatroskaCut> run() {
    const auto head = in_.element(0);
    if (!head || head->id != kEbml || !head->size || !fits(*head)) return torn_head();
    const auto segment = in_.element(head->end());
    if (!segment || segment->id != kSegment) return torn_head();
    whole_ = segment->body;
    follow(segment->body);
    if (!has_tracks_) return torn_head();
    finish(*segment);
    return std::move(cut_);
  }

 private:
  static Error torn_head() { return make_error(Errc::kInvalidArgument, "is not a Matroska file, or its head is torn"); }

  bool fits(const Element& element) const { return in_.fits(element); }

  // The elements directly inside the segment, until one is not whole.
  void follow(std::uint64_t at) {
    while (const auto next = in_.element(at)) {
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
      const auto child = in_.element(at);
      if (!child || !child->size || *child->size > info.end() - child->body) return;
      if (child->id == kTimestampScale) scale_ = std::clamp<std::uint64_t>(in_.number(*child).value_or(kDefaultScale), 1, 1'000'000'000);
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
      const auto child = in_.element(at);
      if (!child || !is_in_cluster(child->id) || !child->size || *child->size > limit - child->body) break;
      if (child->id == kTimestamp) base = std::min(in_.number(*child).value_or(0), kMaxTicks);
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
    if (*block.size < head.size() || in_.read_at(block.body, head) != head.size() || (head[0] & 0x80) == 0) return false;
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
      const auto child = in_.element(at);
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

  void patch(std::uint64_t offset, std::vector<std::uint8_t> bytes) {
    std::vector<std::uint8_t> there(bytes.size());
    if (in_.read_at(offset, there) == there.size() && there == bytes) return;
    cut_.patches.push_back({offset, std::move(bytes)});
  }

  EbmlReader in_;
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
