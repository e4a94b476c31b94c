// SPDX-License-Identifier: MIT
#include "archive/folder.hpp"

#include <system_error>

#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace recording;

constexpr std::uint64_t kMaxTimeline = std::uint64_t{512} << 20;

std::optional<std::uint64_t> bytes_of(const std::filesystem::path& folder, std::string_view relative) {
  const auto path = file_within(folder, relative);
  if (!path) return std::nullopt;
  std::error_code error;
  const auto size = std::filesystem::file_size(*path, error);
  return error ? std::nullopt : std::optional<std::uint64_t>(size);
}

}  // namespace

Result<Folder> Folder::open(std::filesystem::path path, Access access) {
  const auto timeline_path = path / kTimelineFile;
  DD_TRY(File file, access == Access::kWrite ? File::open_for_writing(timeline_path) : File::open_for_reading(timeline_path));
  if (access == Access::kWrite) {
    DD_TRY_VOID(file.lock());
  }
  DD_TRY(const std::string text, read_text(timeline_path, kMaxTimeline));
  return Folder(std::move(path), std::move(file), read_timeline(text));
}

Result<void> Folder::append(std::vector<Event> events) {
  if (events.empty()) return ok();
  std::string text;
  for (const Event& event : events) text += encode(event) + "\n";
  DD_TRY_VOID(file_.truncate(timeline_.whole_bytes));  // a torn last line would swallow the first of ours
  DD_TRY_VOID(file_.write_at(timeline_.whole_bytes, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  DD_TRY_VOID(file_.sync());
  timeline_.whole_bytes += text.size();
  for (Event& event : events) timeline_.events.push_back(std::move(event));
  return ok();
}

Facts Folder::facts() const {
  Facts facts;
  for (const Event& event : timeline_.events) {
    const auto* file = std::get_if<FileBegan>(&event.what);
    if (file == nullptr) continue;
    // A file that is gone has no bytes, whatever it had when it was complete.
    facts.files[file->file].bytes = bytes_of(path_, file->file).value_or(0);
  }
  const auto text = read_text(path_ / kManifestFile, kMaxManifest);
  if (!text) return facts;
  const auto before = parse_manifest(*text);
  if (!before) return facts;
  for (const TrackEntry& track : before->tracks) {
    for (const FileEntry& file : track.files) {
      const auto known = facts.files.find(file.file);
      if (known != facts.files.end() && known->second.bytes == file.bytes) known->second.sha256 = file.sha256;
    }
  }
  for (const Output& output : before->outputs) {
    if (bytes_of(path_, output.file) == output.bytes) facts.outputs.push_back(output);
  }
  return facts;
}

Result<Manifest> Folder::manifest() const { return derive_manifest(timeline_.events, facts()); }

Result<void> Folder::write_manifest(const Manifest& manifest) { return replace_text(path_ / kManifestFile, encode(manifest)); }

}  // namespace dd::archive
