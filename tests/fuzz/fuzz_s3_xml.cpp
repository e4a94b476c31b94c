// SPDX-License-Identifier: MIT
// What an object store answers is somebody else's text.
// links: dd_net
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/s3_xml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)dd::net::parse_parts_page(text);
  (void)dd::net::xml_text(text, "UploadId");
  (void)dd::net::without_quotes(text);
  return 0;
}
