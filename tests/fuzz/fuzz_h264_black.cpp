// SPDX-License-Identifier: MIT
// Any bytes where avcC and a sample should be: a black picture is made or refused, in bounds.
// links: dd_archive
#include <cstdint>
#include <span>

#include "archive/h264_black.hpp"
#include "archive/opus_packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  (void)dd::archive::opus_duration(bytes);
  const auto parameters = dd::archive::parse_avcc(bytes);
  if (!parameters) return 0;
  (void)dd::archive::make_black_idr(*parameters, 0);
  (void)dd::archive::with_parameters(bytes, *parameters);
  return 0;
}
