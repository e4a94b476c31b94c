// SPDX-License-Identifier: MIT
// What a media server streams as events, in pieces whose sizes the first byte decides: all pieces must mean the same.
// links: dd_net
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/sse_parser.hpp"

namespace {

std::string meaning_of(std::string_view text, std::size_t piece) {
  std::string meaning;
  dd::net::SseParser parser(4096);
  dd::UniqueFunction<void(const dd::net::SseEvent&)> take = [&](const dd::net::SseEvent& event) {
    meaning += event.type + "\n" + event.data + "\n" + parser.last_id() + "\n";
  };
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!parser.feed(text.substr(at, piece), take)) return "too large";
  }
  return meaning;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::string whole = meaning_of(text, text.size() + 1);
  if (meaning_of(text, bytes[0] % 16U + 1) != whole) std::abort();
  return 0;
}
