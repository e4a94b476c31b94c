// SPDX-License-Identifier: MIT
// Names of folders and files of a recording: callers' ids become path components here and nowhere else.
// It touches no disk, and it does not resolve links: it only says which names are ours.
// Pure functions.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "recording/terms.hpp"

namespace dd::recording {

inline constexpr std::string_view kTimelineFile = "timeline.jsonl";
inline constexpr std::string_view kManifestFile = "manifest.json";
inline constexpr std::string_view kPreviews = "previews";            // a folder that is gone when the recording is finished
inline constexpr std::string_view kFillImage = "fill-image";         // a copy of what Fill::kImage shows
inline constexpr std::size_t kMaxManifest = std::size_t{64} << 20U;  // bytes that a reader takes

// Letters, digits, `-` and `_` stay, every other byte becomes %XX, and an empty id becomes `%`. An id of 64 bytes gives at most 192.
std::string escape_component(std::string_view id);

// The id of which escape_component() has made the name.
std::string unescape_component(std::string_view name);

// What escape_component() can have made, at most 240 bytes long, so that numbers and endings still fit into a file name of 255.
bool is_component(std::string_view text);

// `<tenant>/<meeting>/<recording>`, each escaped: a recording's folder below the root.
std::string recording_folder(std::string_view tenant, std::string_view meeting, std::string_view recording);

// `<participant>-<kind>-<first 8 characters of the producer's id>`; is_component() holds of it.
std::string track_id(std::string_view participant, Kind kind, std::string_view producer);

// Relative to the recording's folder. `track` and `name` are components already; `number` counts from 1.
std::string track_file(std::string_view track, unsigned number);
std::string preview_file(std::string_view track, unsigned number);
std::string participant_file(std::string_view participant, Kind kind, unsigned number, std::string_view extension);
std::string composite_file(std::string_view name, std::string_view extension);

// A relative name as it may stand in a timeline or a manifest: components of letters, digits and `-_%.` that do not begin
// with a dot, at most three of them. Everything else could leave the folder or hide in it.
bool is_relative_file(std::string_view path);

// `folder`/`relative`, or kInvalidArgument when is_relative_file() does not hold.
Result<std::filesystem::path> file_within(const std::filesystem::path& folder, std::string_view relative);

}  // namespace dd::recording
