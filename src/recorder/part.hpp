// SPDX-License-Identifier: MIT
// Where a recorder process takes a recording up: a new folder is part 1 at time 0, one with a timeline goes on as its next part.
// It recovers nothing of what a crash left; the server has that done before. Used once, when the process begins.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::recorder {

struct MachineClocks {
  std::int64_t wall_us = 0;  // since 1970
  std::string boot_id;
  std::int64_t boot_us = 0;  // since that boot
};

MachineClocks read_machine_clocks(WallTime wall_now);

struct Part {
  unsigned number = 1;
  recording::Time begins{};               // on the recording's timeline
  std::uint64_t timeline_bytes = 0;       // what of it is whole; the rest has been cut off
  std::map<std::string, unsigned> files;  // of each track so far, and by preview_key() of its preview
};

// A name for a track's preview beside the tracks' own, none of which has a slash.
std::string preview_key(std::string_view track);

// Makes the folder, whose tenant's and meeting's folders may be missing too, and `tracks/` in it.
Result<Part> open_part(const std::filesystem::path& folder, const MachineClocks& clocks);

}  // namespace dd::recorder
