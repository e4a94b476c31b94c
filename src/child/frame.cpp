// SPDX-License-Identifier: MIT
#include "child/frame.hpp"

#include <cstring>
#include <fmt/format.h>

#include "base/check.hpp"

namespace dd::child {

std::span<std::uint8_t> FrameDecoder::prepare(std::size_t at_least) {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < at_least) buffer_.resize(end_ + at_least);
  return std::span(buffer_).subspan(end_);
}

void FrameDecoder::committed(std::size_t length) {
  DD_CHECK(length <= buffer_.size() - end_, "more committed than prepared");
  end_ += length;
}

Result<std::optional<std::span<const std::uint8_t>>> FrameDecoder::next() {
  using Frame = std::optional<std::span<const std::uint8_t>>;
  if (end_ - begin_ < kFramePrefix) return Frame{};
  const std::uint8_t* start = buffer_.data() + begin_;
  const std::uint32_t length = static_cast<std::uint32_t>(start[0]) | static_cast<std::uint32_t>(start[1]) << 8 |
                               static_cast<std::uint32_t>(start[2]) << 16 | static_cast<std::uint32_t>(start[3]) << 24;
  const std::size_t total = kFramePrefix + std::size_t{length};
  if (total > max_frame_) {
    return make_error(Errc::kPayloadTooLarge, fmt::format("a message of {} bytes passes the bound of {}", total, max_frame_));
  }
  if (end_ - begin_ < total) return Frame{};
  // Messages lie back to back in the stream, so all but the first start anywhere; readers of binary messages want alignment.
  aligned_.resize((total + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
  std::memcpy(aligned_.data(), start, total);
  begin_ += total;
  return Frame{std::span(reinterpret_cast<const std::uint8_t*>(aligned_.data()), total)};
}

}  // namespace dd::child
