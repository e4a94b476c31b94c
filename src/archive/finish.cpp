// SPDX-License-Identifier: MIT
#include "archive/finish.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <system_error>

#include "archive/make_participant.hpp"
#include "archive/participant_plan.hpp"
#include "archive/retime.hpp"
#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace recording;

// A longer recording is a damaged timeline, and would fill the disk with black.
constexpr std::chrono::hours kLongest{24 * 14};

constexpr double kMakingShare = 70;  // percent; the rest is checksums

Fill fill_of(std::span<const Event> events) {
  for (const Event& event : events) {
    if (const auto* began = std::get_if<RecordingBegan>(&event.what)) return began->fill;
  }
  return Fill::kBlack;
}

Result<std::uint64_t> file_bytes(const std::filesystem::path& path) {
  DD_TRY(const File file, File::open_for_reading(path));
  return file.size();
}

class Finishing {
 public:
  Finishing(Folder& folder, Manifest& manifest, const Progress& progress) : folder_(&folder), manifest_(&manifest), progress_(&progress) {}

  Result<void> make_files() {
    const auto events = std::span<const Event>(folder_->timeline().events);
    const auto plans = plan_participants(events, *manifest_);
    const Fill fill = fill_of(events);
    std::erase_if(manifest_->outputs, [](const Output& it) { return it.mode == "participant"; });
    std::error_code error;
    std::filesystem::create_directory(folder_->path() / "participants", error);
    double length = 0;
    for (const ParticipantPlan& plan : plans) length += seconds(plan.to - plan.from);
    double done = 0;
    for (const ParticipantPlan& plan : plans) {
      DD_TRY_VOID(make_file(plan, fill, [&](Time t) { report(kMakingShare * (done + seconds(t - plan.from)) / length, plan.file); }));
      done += seconds(plan.to - plan.from);
    }
    return ok();
  }

  Result<void> add_checksums() {
    std::uint64_t total = 0;
    DD_TRY_VOID(for_each_file([&](const std::string&, std::uint64_t bytes, const std::string& sha256) {
      if (sha256.empty()) total += bytes;
      return ok();
    }));
    std::uint64_t done = 0;
    return for_each_file([&](const std::string& file, std::uint64_t& bytes, std::string& sha256) -> Result<void> {
      if (!sha256.empty()) return ok();
      DD_TRY(const auto path, file_within(folder_->path(), file));
      auto digest = sha256_of(path, [&](std::uint64_t at) {
        const double share = static_cast<double>(done + at) / static_cast<double>(std::max<std::uint64_t>(total, 1));
        report(kMakingShare + (100 - kMakingShare) * share, file);
      });
      // A track's file that is gone stays in the manifest with no bytes and no checksum: that it is missing is a fact.
      if (!digest && digest.error().code == Errc::kNotFound) return ok();
      if (!digest) return std::move(digest.error()).during(file);
      sha256 = std::move(*digest);
      done += bytes;
      return ok();
    });
  }

 private:
  static double seconds(Time time) { return std::chrono::duration<double>(time).count(); }

  void report(double percent, std::string_view doing) {
    // A thousand lines are enough for any bar.
    if (!*progress_ || percent < reported_ + 0.1) return;
    reported_ = percent;
    (*progress_)(std::min(percent, 99.9), doing);
  }

  template <typename Visit>
  Result<void> for_each_file(Visit visit) {
    for (TrackEntry& track : manifest_->tracks) {
      for (FileEntry& file : track.files) {
        DD_TRY_VOID(visit(file.file, file.bytes, file.sha256));
      }
    }
    for (Output& output : manifest_->outputs) {
      DD_TRY_VOID(visit(output.file, output.bytes, output.sha256));
    }
    return ok();
  }

  Result<void> make_file(const ParticipantPlan& plan, Fill fill, const std::function<void(Time)>& on_time) {
    DD_TRY(const auto path, file_within(folder_->path(), plan.file));
    auto temporary = path;
    temporary += ".tmp";
    auto made = make_participant(folder_->path(), plan, fill, temporary, on_time);
    if (!made || *made == Made::kNothing) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      if (!made) return std::move(made.error()).during(plan.file);
      return ok();
    }
    DD_TRY_VOID(put_in_place(temporary, path));
    Output output;
    output.mode = "participant";
    output.participant = plan.participant;
    output.kind = to_string(plan.kind);
    output.file = plan.file;
    if (plan.video) output.rotation = plan.video->rotation;
    output.start = plan.from;
    output.duration = plan.to - plan.from;
    DD_TRY(output.bytes, file_bytes(path));
    manifest_->outputs.push_back(std::move(output));
    return ok();
  }

  Folder* folder_;
  Manifest* manifest_;
  const Progress* progress_;
  double reported_ = -1;
};

Result<void> check(const Manifest& manifest) {
  if (manifest.state == State::kRecording) {
    return make_error(Errc::kConflict, "the recording has no end yet; if nobody writes it any more, recover it first");
  }
  if (manifest.duration > kLongest)
    return make_error(Errc::kInvalidArgument, "the recording is longer than two weeks; its timeline is damaged");
  return ok();
}

}  // namespace

Result<Manifest> finish(const std::filesystem::path& path, Participants participants, const Progress& progress) {
  DD_TRY(Folder folder, Folder::open(path, Access::kWrite));
  {
    // Refused before anything is changed.
    DD_TRY(const Manifest before, folder.manifest());
    DD_TRY_VOID(check(before));
  }
  DD_TRY(const std::vector<std::string> changed, retime_files(folder));
  DD_TRY(Manifest manifest, folder.manifest());
  for (TrackEntry& track : manifest.tracks) {
    for (FileEntry& file : track.files) {
      if (std::find(changed.begin(), changed.end(), file.file) != changed.end()) file.sha256.clear();  // of what it was before
    }
  }
  Finishing finishing(folder, manifest, progress);
  if (participants == Participants::kEach) {
    DD_TRY_VOID(finishing.make_files());
  }
  DD_TRY_VOID(finishing.add_checksums());
  DD_TRY_VOID(folder.write_manifest(manifest));
  // Only a programme that is made live needs them, and what is left there is in no manifest.
  std::error_code ignored;
  std::filesystem::remove_all(path / kPreviews, ignored);
  if (progress) progress(100, "done");
  return manifest;
}

}  // namespace dd::archive
