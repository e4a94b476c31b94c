// SPDX-License-Identifier: MIT
#include "archive/webm_roll.hpp"

#include <algorithm>
#include <optional>

namespace dd::archive {
namespace {

constexpr std::uint64_t kMostHead = 64 * 1024;
enum HeadId : std::uint32_t { kSeek = 0x4DBB, kSeekPosition = 0x53AC, kTrackEntry = 0xAE, kVideo = 0xE0 };

std::vector<std::uint8_t> projection(std::uint32_t degrees_clockwise) {
  // Projection of 15 bytes: ProjectionType 0 (rectangular), and ProjectionPoseRoll, counter-clockwise from -180 to 180.
  std::vector<std::uint8_t> bytes = {0x76, 0x70, 0x8F, 0x76, 0x71, 0x81, 0x00, 0x76, 0x75, 0x88};
  const double roll = degrees_clockwise <= 180 ? -static_cast<double>(degrees_clockwise) : 360.0 - degrees_clockwise;
  for (const std::uint8_t byte : float_field(roll, 8)) bytes.push_back(byte);
  return bytes;
}

class Insertion {
 public:
  Insertion(const ReadAt& read_at, std::uint64_t size) : in_(read_at, size), size_(size) {}

  Result<Patch> run(std::uint32_t degrees_clockwise) {
    const auto refused = [] { return make_error(Errc::kInvalidArgument, "is laid out otherwise than expected"); };
    if (!find()) return refused();
    const std::vector<std::uint8_t> added = projection(degrees_clockwise);
    const std::uint64_t begin = seek_head_->begin;
    const std::uint64_t end = video_->end();
    if (end - begin > kMostHead || room_->end() - room_->begin < added.size() + 9) return refused();
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(end - begin));
    if (in_.read_at(begin, bytes) != bytes.size()) return refused();
    const auto at = [&](std::uint64_t offset) { return bytes.begin() + static_cast<std::ptrdiff_t>(offset - begin); };
    for (const Element& master : {*tracks_, *entry_, *video_}) {
      const std::uint64_t larger = *master.size + added.size();
      if (larger >= unknown_of(master.size_width)) return refused();
      const auto field = size_field(larger, master.size_width);
      std::copy(field.begin(), field.end(), at(master.size_at));
    }
    // What is behind the void moves to the front, and is found there.
    for (const Element& position : positions_) {
      const auto value = in_.number(position);
      if (!value || segment_ + *value <= room_->begin || segment_ + *value >= end) continue;
      const auto field = number_field(*value - added.size(), static_cast<unsigned>(*position.size));
      std::copy(field.begin(), field.end(), at(position.body));
    }
    const std::uint64_t left = room_->end() - room_->begin - added.size();
    const auto field = size_field(left - 9, 8);
    std::copy(field.begin(), field.end(), at(room_->begin + 1));
    bytes.insert(bytes.end(), added.begin(), added.end());
    bytes.erase(at(room_->begin + left), at(room_->end()));
    return Patch{begin, std::move(bytes)};
  }

 private:
  template <typename Visit>
  void children(const Element& parent, Visit visit) const {
    in_.each(parent.body, parent.end(), visit);
  }

  bool find() {
    const auto head = in_.element(0);
    if (!head || head->id != kEbml || !in_.fits(*head)) return false;
    const auto segment = in_.element(head->end());
    if (!segment || segment->id != kSegment) return false;
    segment_ = segment->body;
    in_.each(segment_, size_, [&](const Element& child) {
      if (child.id == kSeekHead) seek_head_ = child;
      if (child.id == kVoid && seek_head_ && !room_) room_ = child;
      if (child.id == kTracks) tracks_ = child;
      return child.id != kTracks && child.id != kCluster && child.end() < segment_ + kMostHead;
    });
    if (!seek_head_ || !room_ || room_->size_width != 8 || !tracks_) return false;
    children(*seek_head_, [&](const Element& seek) {
      children(seek, [&](const Element& child) {
        if (child.id == kSeekPosition) positions_.push_back(child);
        return true;
      });
      return true;
    });
    children(*tracks_, [&](const Element& entry) {
      children(entry, [&](const Element& child) {
        if (child.id == kVideo) video_ = child;
        return !video_;
      });
      if (video_) entry_ = entry;
      return !video_;
    });
    return video_.has_value();
  }

  EbmlReader in_;
  std::uint64_t size_;
  std::uint64_t segment_ = 0;
  std::optional<Element> seek_head_;
  std::optional<Element> room_;
  std::optional<Element> tracks_;
  std::optional<Element> entry_;
  std::optional<Element> video_;
  std::vector<Element> positions_;
};

}  // namespace

Result<Patch> patch_for_roll(const ReadAt& read_at, std::uint64_t size, std::uint32_t degrees_clockwise) {
  return Insertion(read_at, size).run(degrees_clockwise);
}

}  // namespace dd::archive
