// SPDX-License-Identifier: MIT
#include "shelf/shelf.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/background_thread.hpp"
#include "base/durable_file.hpp"
#include "observe/log.hpp"
#include "recording/paths.hpp"
#include "shelf/removal.hpp"
#include "shelf/storage.hpp"

namespace dd::shelf {

namespace fs = std::filesystem;
using recording::Details;
using recording::OpenedFile;
using recording::Page;
using recording::Query;

namespace {

using Position = std::pair<std::string_view, std::string_view>;  // in the list: started, recording

Position position_of(const recording::Summary& summary) { return {summary.started, summary.recording}; }

std::string cursor_of(const recording::Summary& summary) { return summary.started + "~" + summary.recording; }

Result<Page> page_of(const std::vector<std::shared_ptr<const Record>>& records, const Query& query) {
  std::optional<Position> after;
  if (!query.cursor.empty()) {
    const auto tilde = query.cursor.rfind('~');
    if (tilde == std::string::npos) return invalid_field("cursor", "cursor is no `next` of a page");
    after = Position{std::string_view(query.cursor).substr(0, tilde), std::string_view(query.cursor).substr(tilde + 1)};
  }
  std::vector<const recording::Summary*> wanted;
  for (const auto& record : records) {
    const auto& summary = record->summary;
    if (query.meeting && summary.meeting != query.meeting->str()) continue;
    if (query.state && summary.state != *query.state) continue;
    if (after && position_of(summary) >= *after) continue;
    wanted.push_back(&summary);
  }
  const std::size_t count = std::min(query.limit, wanted.size());
  std::partial_sort(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(count), wanted.end(),
                    [](const auto* a, const auto* b) { return position_of(*a) > position_of(*b); });
  Page page;
  for (std::size_t i = 0; i < count; ++i) page.recordings.push_back(*wanted[i]);
  if (wanted.size() > count) page.next = cursor_of(page.recordings.back());
  return page;
}

Result<Details> details_of(const Record& record) {
  Details details;
  details.summary = record.summary;
  DD_TRY(details.manifest, read_manifest(record.folder));
  const auto upload = read_upload_record(record.folder);
  std::map<std::string_view, std::string_view> checksums;
  for (const auto& track : details.manifest.tracks) {
    for (const auto& file : track.files) checksums[file.file] = file.sha256;
  }
  for (const auto& output : details.manifest.outputs) checksums[output.file] = output.sha256;
  for (const std::string& name : files_of(record.folder, details.manifest)) {
    recording::StoredFile file;
    file.file = name;
    const auto stamp = stamp_of(record.folder / name);
    const auto* uploaded = upload.find(name);
    file.local = stamp.has_value();
    file.bytes = stamp ? stamp->bytes : uploaded != nullptr ? uploaded->bytes : 0;
    if (const auto found = checksums.find(name); found != checksums.end()) file.sha256 = found->second;
    if (uploaded != nullptr && uploaded->done) file.remote_key = uploaded->key;
    details.files.push_back(std::move(file));
  }
  return details;
}

}  // namespace

// A call holds it in its coroutine, and so to its end; the work on the threads only points to it, for whoever lets it go last
// joins those threads and must be the loop.
struct Shelf::State {
  State(Loop& loop, recording::Holds& held, ShelfSettings chosen)
      : settings(std::move(chosen)),
        clock(loop),
        holds(held),
        catalogue(settings.root, settings.upload_wanted),
        calls(loop, settings.max_waiting),
        reads(loop, settings.max_waiting) {}

  const ShelfSettings settings;
  Loop& clock;
  recording::Holds& holds;
  Catalogue catalogue;
  std::atomic<std::size_t> open_files{0};
  // Last: they use what stands above. Two, so that no listing of thousands holds up a download.
  BackgroundThread calls;
  BackgroundThread reads;
};

namespace {

// The descriptor of one opened file; reads of it run on the shelf's threads, which the State keeps alive.
class DiskFile final : public recording::FileReader {
 public:
  DiskFile(int fd, std::shared_ptr<void> keeps_alive, BackgroundThread& reads, std::atomic<std::size_t>& open_files)
      : fd_(std::make_shared<Descriptor>(fd, open_files)), keeps_alive_(std::move(keeps_alive)), reads_(reads) {}

  Task<Result<std::string>> read(std::uint64_t offset, std::size_t size) override {
    auto descriptor = fd_;
    auto work = [descriptor, offset, size]() -> Result<std::string> {
      std::string bytes(size, '\0');
      std::size_t done = 0;
      while (done < size) {
        const ssize_t got = ::pread(descriptor->fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_error("read", "a recording's file", errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
      }
      bytes.resize(done);
      return bytes;
    };
    return reads_.run(std::move(work));
  }

 private:
  struct Descriptor {
    Descriptor(int opened, std::atomic<std::size_t>& counter) : fd(opened), count(counter) {}
    ~Descriptor() {
      ::close(fd);
      --count;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int fd;
    std::atomic<std::size_t>& count;
  };

  std::shared_ptr<Descriptor> fd_;
  std::shared_ptr<void> keeps_alive_;
  BackgroundThread& reads_;
};

struct Opened {
  int fd = -1;
  std::uint64_t size = 0;
  std::string etag;
};

// A programme that is made while the meeting runs is watched while it grows; the manifest lists it only afterwards.
bool is_live_programme(const recording::Manifest& manifest, std::string_view file) {
  if (manifest.state != recording::State::kRecording || !file.starts_with("composite/") || !recording::is_relative_file(file)) return false;
  return file.ends_with(".m3u8") || file.ends_with(".m4s") || file.ends_with(".mp4") || file.ends_with(".ts");
}

// Listed names only, each component opened without following links: nothing outside the recording can be reached.
Result<Opened> open_listed(const fs::path& folder, const std::string& file) {
  DD_TRY(const auto manifest, read_manifest(folder));
  const auto listed = files_of(folder, manifest);
  const bool is_listed = std::find(listed.begin(), listed.end(), file) != listed.end();
  if (!is_listed && !is_live_programme(manifest, file)) return not_found("file", file);
  int at = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  std::string_view rest = file;
  while (at >= 0 && !rest.empty()) {
    const auto slash = rest.find('/');
    const std::string component(rest.substr(0, slash));
    const bool last = slash == std::string_view::npos;
    rest = last ? std::string_view{} : rest.substr(slash + 1);
    const int next = ::openat(at, component.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (last ? 0 : O_DIRECTORY));
    ::close(at);
    at = next;
  }
  struct stat status {};
  if (at < 0 || ::fstat(at, &status) != 0 || !S_ISREG(status.st_mode)) {
    if (at >= 0) ::close(at);
    const bool moved = !read_upload_record(folder).local;
    return make_error(Errc::kNotFound,
                      moved ? fmt::format("file '{}' is only in the bucket now", file) : fmt::format("file '{}' not found", file));
  }
  Opened opened;
  opened.fd = at;
  opened.size = static_cast<std::uint64_t>(status.st_size);
  opened.etag = fmt::format("\"{:x}-{:x}-{:x}{:09x}\"", status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  return opened;
}

}  // namespace

Result<std::unique_ptr<Shelf>> Shelf::open(Loop& loop, recording::Holds& holds, ShelfSettings settings) {
  std::error_code error;
  fs::create_directories(settings.root, error);
  if (error) return file_error("make", settings.root, error.value());
  auto state = std::make_shared<State>(loop, holds, std::move(settings));
  finish_removals(state->settings.root);
  return std::unique_ptr<Shelf>(new Shelf(std::move(state)));
}

Shelf::Shelf(std::shared_ptr<State> state) : state_(std::move(state)) {}
Shelf::~Shelf() = default;

Catalogue& Shelf::catalogue() { return state_->catalogue; }

Task<Result<Page>> Shelf::list(Query query) {
  const auto state = state_;
  auto work = [state = state.get(), query = std::move(query)] { return page_of(state->catalogue.all(query.tenant), query); };
  co_return co_await state->calls.run(std::move(work));
}

Task<Result<recording::Storage>> Shelf::storage() {
  const auto state = state_;
  auto work = [state = state.get()]() -> Result<recording::Storage> {
    DD_TRY(auto root, root_id(state->settings.root));
    std::vector<fs::path> begun;
    const auto records = state->catalogue.all(std::nullopt, &begun);
    return storage_of(std::move(root), records, begun);
  };
  co_return co_await state->calls.run(std::move(work));
}

Task<Result<Details>> Shelf::find(RecordingId recording) {
  const auto state = state_;
  auto work = [state = state.get(), recording = std::move(recording)]() -> Result<Details> {
    DD_TRY(const auto record, state->catalogue.find(recording.str()));
    return details_of(*record);
  };
  co_return co_await state->calls.run(std::move(work));
}

Task<Result<std::string>> Shelf::manifest_text(RecordingId recording) {
  const auto state = state_;
  auto work = [state = state.get(), recording = std::move(recording)]() -> Result<std::string> {
    DD_TRY(const auto record, state->catalogue.find(recording.str()));
    return read_small_file(record->folder / recording::kManifestFile, recording::kMaxManifest);
  };
  co_return co_await state->calls.run(std::move(work));
}

Task<Result<void>> Shelf::remove(RecordingId recording) {
  const auto state = state_;
  auto work = [state = state.get(), recording = std::move(recording)]() -> Result<void> {
    DD_TRY(const auto record, state->catalogue.find(recording.str()));
    if (record->summary.state == recording::State::kRecording) return make_error(Errc::kConflict, "the recording is still running");
    if (state->holds.held(recording.str())) return make_error(Errc::kConflict, "the recording is being worked on");
    return remove_recording(state->settings.root, record->folder);
  };
  co_return co_await state->calls.run(std::move(work));
}

Task<Result<OpenedFile>> Shelf::open(RecordingId recording, std::string file) {
  const auto state = state_;
  if (state->open_files >= state->settings.max_open) co_return make_error(Errc::kTooManyRequests, "too many files are being read");
  auto work = [state = state.get(), recording = std::move(recording), file = std::move(file)]() -> Result<Opened> {
    DD_TRY(const auto record, state->catalogue.find(recording.str()));
    return open_listed(record->folder, file);
  };
  DD_CO_TRY(const Opened opened, co_await state->calls.run(std::move(work)));
  ++state->open_files;
  OpenedFile answer;
  answer.size = opened.size;
  answer.etag = opened.etag;
  answer.reader = std::make_shared<DiskFile>(opened.fd, state, state->reads, state->open_files);
  co_return answer;
}

Task<Result<recording::AtRest>> Shelf::at_rest(RecordingId recording) {
  const auto state = state_;
  auto work = [state = state.get(), recording = std::move(recording)]() -> Result<recording::AtRest> {
    DD_TRY(const auto record, state->catalogue.find(recording.str()));
    if (!record->summary.local) return make_error(Errc::kConflict, "the recording's files are only in the bucket now");
    return recording::AtRest{record->folder, MeetingId(record->summary.meeting), record->summary.tenant};
  };
  co_return co_await state->calls.run(std::move(work));
}

void Shelf::sweep_tenant(State& state, const recording::RetentionRule& rule, WallTime now,
                         const std::vector<std::shared_ptr<const Record>>& records, std::vector<std::string>& removed) {
  std::vector<recording::Kept> kept;
  kept.reserve(records.size());
  for (const auto& record : records) {
    const bool busy = record->summary.state == recording::State::kRecording || state.holds.held(record->summary.recording);
    const bool owed = state.settings.upload_wanted && !record->uploaded;
    kept.push_back({record->changed, record->summary.local ? record->summary.bytes : 0, busy || owed});
  }
  for (const std::size_t index : recording::to_remove(rule, now, kept)) {
    const auto& record = *records[index];
    auto gone = remove_recording(state.settings.root, record.folder);
    if (gone) {
      removed.push_back(record.summary.recording);
    } else if (gone.error().code != Errc::kConflict) {
      observe::log_warn("retention_failed", {{"recording", record.summary.recording}, {"reason", gone.error().message}});
    }
  }
}

Task<Result<std::vector<std::string>>> Shelf::sweep(recording::RetentionRule rule) {
  const auto state = state_;
  const WallTime now = state->clock.wall_now();
  auto work = [state = state.get(), rule, now]() -> Result<std::vector<std::string>> {
    // By the folder, not by what a manifest says: a tenant pays for what lies in its folder.
    std::map<fs::path, std::vector<std::shared_ptr<const Record>>> tenants;
    for (auto& record : state->catalogue.all()) tenants[record->folder.parent_path().parent_path()].push_back(std::move(record));
    std::vector<std::string> removed;
    for (const auto& [folder, records] : tenants) sweep_tenant(*state, rule, now, records, removed);
    for (const auto& folder : state->catalogue.tenant_folders()) remove_empty_meetings(folder, now.time_since_epoch().count());
    return removed;
  };
  co_return co_await state->calls.run(std::move(work));
}

}  // namespace dd::shelf
