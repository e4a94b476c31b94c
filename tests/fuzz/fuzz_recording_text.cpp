// SPDX-License-Identifier: MIT
// Any bytes where a timeline, a manifest or a message of a recorder should be: what is understood can be written and read
// again without a change, and no file that is named leaves the recording's folder.
// links: dd_recording
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "recording/manifest.hpp"
#include "recording/paths.hpp"
#include "recording/protocol.hpp"
#include "recording/timeline.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dd::recording;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Timeline timeline = read_timeline(text);
  DD_CHECK(timeline.whole_bytes <= size, "more is whole than there is");
  for (const Event& event : timeline.events) {
    const auto again = parse_line(encode(event));
    DD_CHECK(again && *again && encode(**again) == encode(event), "an event that changes when it is written");
    if (const auto* file = std::get_if<FileBegan>(&event.what)) DD_CHECK(is_relative_file(file->file), "a file outside");
  }
  if (const auto manifest = derive_manifest(timeline.events, {})) {
    DD_CHECK(parse_manifest(encode(*manifest)).has_value(), "a manifest that cannot be read");
  }
  if (const auto manifest = parse_manifest(text)) DD_CHECK(parse_manifest(encode(*manifest)).has_value(), "a manifest that cannot be read");
  if (const auto message = parse_to_recorder(text))
    DD_CHECK(parse_to_recorder(encode(*message)).has_value(), "a message that cannot be read");
  if (const auto message = parse_from_recorder(text))
    DD_CHECK(parse_from_recorder(encode(*message)).has_value(), "a message that cannot be read");
  return 0;
}
