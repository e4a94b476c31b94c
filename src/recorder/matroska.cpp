// SPDX-License-Identifier: MIT
#include "recorder/matroska.hpp"

#include <algorithm>
#include <bit>
#include <string_view>

namespace dd::recorder {
namespace {

// Element ids of RFC 9559, section 5.
constexpr std::uint32_t kEbml = 0x1A45DFA3;
constexpr std::uint32_t kSegment = 0x18538067;
constexpr std::uint32_t kSeekHead = 0x114D9B74;
constexpr std::uint32_t kSeek = 0x4DBB;
constexpr std::uint32_t kSeekId = 0x53AB;
constexpr std::uint32_t kSeekPosition = 0x53AC;
constexpr std::uint32_t kInformation = 0x1549A966;
constexpr std::uint32_t kDuration = 0x4489;
constexpr std::uint32_t kTracks = 0x1654AE6B;
constexpr std::uint32_t kCluster = 0x1F43B675;
constexpr std::uint32_t kTimestamp = 0xE7;
constexpr std::uint32_t kSimpleBlock = 0xA3;
constexpr std::uint32_t kCues = 0x1C53BB6B;
constexpr std::uint32_t kVoid = 0xEC;

constexpr std::size_t kSeekRoom = 96;      // for the seek head a tail writes
constexpr std::size_t kDurationRoom = 11;  // id, size and an eight-byte float

void put_id(ByteString& out, std::uint32_t id) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    if ((id >> shift) != 0) out.push_back(static_cast<std::uint8_t>(id >> shift));
  }
}

// A size in as few bytes as it takes; all ones mean "unknown" and are avoided.
void put_size(ByteString& out, std::uint64_t size) {
  unsigned length = 1;
  while (length < 8 && size >= (std::uint64_t{1} << (7 * length)) - 1) ++length;
  for (unsigned i = length; i-- > 0;) {
    const auto byte = static_cast<std::uint8_t>(size >> (8 * i));
    out.push_back(i == length - 1 ? static_cast<std::uint8_t>(byte | (1U << (8 - length))) : byte);
  }
}

void put_raw(ByteString& out, std::uint64_t value, unsigned length) {
  for (unsigned i = length; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_bytes(ByteString& out, std::uint32_t id, std::span<const std::uint8_t> bytes) {
  put_id(out, id);
  put_size(out, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_text(ByteString& out, std::uint32_t id, std::string_view text) {
  put_bytes(out, id, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void put_number(ByteString& out, std::uint32_t id, std::uint64_t value) {
  unsigned length = 1;
  while (length < 8 && (value >> (8 * length)) != 0) ++length;
  put_id(out, id);
  put_size(out, length);
  put_raw(out, value, length);
}

void put_float(ByteString& out, std::uint32_t id, double value) {
  put_id(out, id);
  put_size(out, 8);
  put_raw(out, std::bit_cast<std::uint64_t>(value), 8);
}

// A void element that takes exactly `room` bytes, at most 127.
void put_room(ByteString& out, std::size_t room) {
  put_id(out, kVoid);
  put_size(out, room - 2);
  out.resize(out.size() + room - 2);
}

std::string_view codec_id(recording::Codec codec) {
  switch (codec) {
    case recording::Codec::kOpus: return "A_OPUS";
    case recording::Codec::kVp8: return "V_VP8";
    case recording::Codec::kVp9: return "V_VP9";
    case recording::Codec::kH264: return "V_MPEG4/ISO/AVC";
    case recording::Codec::kAv1: return "V_AV1";
  }
  return "";
}

// RFC 7845, section 5.1. No samples are skipped: the encoder's delay is taken off the frames' times instead (ADR 12).
ByteString opus_head(const MatroskaTrack& track) {
  ByteString head = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, track.channels, 0, 0};
  for (unsigned shift = 0; shift < 32; shift += 8) head.push_back(static_cast<std::uint8_t>(track.sampling_rate >> shift));
  head.insert(head.end(), {0, 0, 0});
  return head;
}

ByteString track_entry(const MatroskaTrack& track) {
  const bool sound = track.codec == recording::Codec::kOpus;
  ByteString entry;
  put_number(entry, 0xD7, 1);  // TrackNumber
  put_number(entry, 0x73C5, std::max<std::uint64_t>(track.uid, 1));
  put_number(entry, 0x83, sound ? 2 : 1);  // TrackType
  put_number(entry, 0x9C, 0);              // FlagLacing
  put_text(entry, 0x22B59C, "und");
  put_text(entry, 0x86, codec_id(track.codec));
  const ByteString configuration = sound ? opus_head(track) : track.configuration;
  if (!configuration.empty()) put_bytes(entry, 0x63A2, configuration);
  ByteString kind;
  if (sound) {
    put_number(entry, 0x56BB, 80000000);  // SeekPreRoll, RFC 7845's 80 ms
    put_float(kind, 0xB5, track.sampling_rate);
    put_number(kind, 0x9F, track.channels);
  } else {
    put_number(kind, 0xB0, track.width);
    put_number(kind, 0xBA, track.height);
    if (track.rotation != 0) {
      ByteString projection;
      put_number(projection, 0x7671, 0);  // ProjectionType: rectangular
      // ProjectionPoseRoll counts counter-clockwise, from -180 to 180.
      put_float(projection, 0x7675, track.rotation <= 180 ? -track.rotation : 360 - track.rotation);
      put_bytes(kind, 0x7670, projection);
    }
  }
  put_bytes(entry, sound ? 0xE1 : 0xE0, kind);
  return entry;
}

ByteString ebml_header() {
  ByteString header;
  put_number(header, 0x4286, 1);
  put_number(header, 0x42F7, 1);
  put_number(header, 0x42F2, 4);
  put_number(header, 0x42F3, 8);
  put_text(header, 0x4282, "matroska");
  put_number(header, 0x4287, 4);
  put_number(header, 0x4285, 2);
  ByteString out;
  put_bytes(out, kEbml, header);
  return out;
}

std::uint64_t find(const ByteString& head, std::uint32_t id, std::size_t from) {
  ByteString wanted;
  put_id(wanted, id);
  const auto found = std::search(head.begin() + static_cast<std::ptrdiff_t>(from), head.end(), wanted.begin(), wanted.end());
  return static_cast<std::uint64_t>(found - head.begin());
}

}  // namespace

ByteString make_matroska_head(const MatroskaTrack& track) {
  ByteString head = ebml_header();
  put_id(head, kSegment);
  put_raw(head, 0x01FFFFFFFFFFFFFFU, 8);
  put_room(head, kSeekRoom);
  ByteString information;
  put_number(information, 0x2AD7B1, 1000000);  // TimestampScale: one millisecond
  put_text(information, 0x4D80, "doordarshan");
  put_text(information, 0x5741, "doordarshan-recorder");
  put_room(information, kDurationRoom);
  put_bytes(head, kInformation, information);
  ByteString entry;
  put_bytes(entry, 0xAE, track_entry(track));
  put_bytes(head, kTracks, entry);
  return head;
}

void ClusterBuilder::add(std::int64_t time_ms, bool key, std::span<const std::uint8_t> frame) {
  if (body_.empty()) {
    body_.resize(kHeadRoom);
    begins_ms_ = time_ms;
  }
  const auto relative = static_cast<std::uint16_t>(static_cast<std::int16_t>(time_ms - begins_ms_));
  put_id(body_, kSimpleBlock);
  put_size(body_, frame.size() + 4);
  body_.push_back(0x81);  // track 1
  put_raw(body_, relative, 2);
  body_.push_back(key ? 0x80 : 0x00);
  body_.insert(body_.end(), frame.begin(), frame.end());
  has_key_ = has_key_ || key;
}

ByteString ClusterBuilder::take() {
  ByteString timestamp;
  put_number(timestamp, kTimestamp, static_cast<std::uint64_t>(begins_ms_));
  ByteString head;
  put_id(head, kCluster);
  put_size(head, timestamp.size() + body_.size() - kHeadRoom);
  head.insert(head.end(), timestamp.begin(), timestamp.end());
  const std::size_t begin = kHeadRoom - head.size();
  std::copy(head.begin(), head.end(), body_.begin() + static_cast<std::ptrdiff_t>(begin));
  ByteString cluster;
  cluster.swap(body_);
  cluster.erase(cluster.begin(), cluster.begin() + static_cast<std::ptrdiff_t>(begin));
  has_key_ = false;
  return cluster;
}

MatroskaTail make_matroska_tail(const ByteString& head, std::uint64_t file_size, double duration_ms, std::span<const Cue> cues) {
  const std::size_t segment_size_at = ebml_header().size() + 4;
  const std::size_t segment = segment_size_at + 8;
  const std::uint64_t information = find(head, kInformation, segment + kSeekRoom);
  const std::uint64_t tracks = find(head, kTracks, information);

  MatroskaTail tail;
  ByteString points;
  for (const Cue& cue : cues) {
    ByteString positions;
    put_number(positions, 0xF7, 1);
    put_number(positions, 0xF1, cue.position - segment);
    ByteString point;
    put_number(point, 0xB3, static_cast<std::uint64_t>(cue.time_ms));
    put_bytes(point, 0xB7, positions);
    put_bytes(points, 0xBB, point);
  }
  if (!points.empty()) put_bytes(tail.cues, kCues, points);

  ByteString size;
  put_raw(size, (std::uint64_t{1} << 56) | (file_size + tail.cues.size() - segment), 8);
  tail.patches.push_back({segment_size_at, size});

  ByteString seeks;
  const auto add_seek = [&seeks](std::uint32_t id, std::uint64_t position) {
    ByteString seek;
    ByteString name;
    put_id(name, id);
    put_bytes(seek, kSeekId, name);
    put_number(seek, kSeekPosition, position);
    put_bytes(seeks, kSeek, seek);
  };
  add_seek(kInformation, information - segment);
  add_seek(kTracks, tracks - segment);
  if (!tail.cues.empty()) add_seek(kCues, file_size - segment);
  ByteString seek_head;
  put_bytes(seek_head, kSeekHead, seeks);
  put_room(seek_head, kSeekRoom - seek_head.size());
  tail.patches.push_back({segment, seek_head});

  ByteString duration;
  put_float(duration, kDuration, duration_ms);
  tail.patches.push_back({tracks - kDurationRoom, duration});  // the last thing in front of the tracks
  return tail;
}

}  // namespace dd::recorder
