// SPDX-License-Identifier: MIT
// Puts the frames of a file of a track where they belong, in the file itself: what was written before the sender's clock was known was
// written by arrival (`retimed` in the timeline), and who plays the file alone would hear and see that.
// It moves times, never frames, and cuts nothing. Part of finish(), once for each file; a crash in between is made good by the next finish.
// Called by finish.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "archive/ebml.hpp"
#include "archive/folder.hpp"
#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::archive {

// The bytes that give each frame of a Matroska file the time that `moved` answers for the one it has, both in the file's time.
// kInvalidArgument for what is no file of ours.
Result<std::vector<Patch>> patches_to_retime(const ReadAt& read_at, std::uint64_t size,
                                             const std::function<recording::Time(recording::Time)>& moved);

// Every file that `retimed` says something of; the timeline tells where it begins now. Damaged files stay as they are.
// Answers which files have other bytes now.
Result<std::vector<std::string>> retime_files(Folder& folder);

}  // namespace dd::archive
