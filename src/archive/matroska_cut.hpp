// SPDX-License-Identifier: MIT
// Where a Matroska file that nobody finished has to be cut so that it is whole, and which bytes then have to say so.
// It writes nothing and looks into no frame: it only follows the structure (RFC 9559), from bytes that may be anything.
// Pure function of the bytes it is given; used by recover.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "archive/ebml.hpp"
#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::archive {

struct MatroskaCut {
  std::uint64_t whole_bytes = 0;  // what lies behind is torn, or is not Matroska
  std::uint64_t frames = 0;
  recording::Time duration{};  // to the end of the last frame
  std::vector<Patch> patches;  // durations and sizes, all within whole_bytes; empty when they are right already
};

// kInvalidArgument when not even the file's head is whole. Applying the patches and cutting there, in any order and any
// number of times, leads to a file for which the answer is the same and needs no patch.
Result<MatroskaCut> find_matroska_cut(const ReadAt& read_at, std::uint64_t size);

}  // namespace dd::archive
