// SPDX-License-Identifier: MIT
#include "shelf/uploader.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "observe/log.hpp"

namespace dd::shelf {
namespace {

using observe::Metric;

// What is known of one recording between its attempts.
struct Patience {
  MonotonicTime not_before{};
  std::chrono::milliseconds backoff{};
  unsigned attempts = 0;
};

}  // namespace

struct Uploader::State {
  State(Loop& home, Catalogue& found, recording::Holds& held, observe::Metrics& counts, const Clock& time, MakeObjectStore make,
        UploaderSettings chosen, Listener told)
      : loop(home),
        catalogue(found),
        holds(held),
        metrics(counts),
        clock(time),
        make_store(std::move(make)),
        settings(std::move(chosen)),
        listener(std::move(told)) {}

  Loop& loop;
  Catalogue& catalogue;
  recording::Holds& holds;
  observe::Metrics& metrics;
  const Clock& clock;
  const MakeObjectStore make_store;
  const UploaderSettings settings;
  Listener listener;  // the loop's; empty once the uploader is gone

  // Guards what follows between the threads and the loop.
  std::mutex mutex;
  std::condition_variable changed;
  bool ending = false;
  bool look = true;
  bool looking = false;
  MonotonicTime next_look{};
  std::vector<std::shared_ptr<const Record>> due;
  std::set<std::filesystem::path> running;
  std::map<std::filesystem::path, Patience> patience;
  std::vector<ObjectStore*> stores;
  std::vector<std::thread> threads;

  // Threads hold it only as long as they run, and the uploader's destructor joins them.
  void work(const std::shared_ptr<State>& self);
  std::shared_ptr<const Record> next();
  void look_through(std::unique_lock<std::mutex>& lock);
  bool wanted(const Record& record, WallTime now) const;
  void finished(const std::shared_ptr<State>& self, const Record& record, Result<UploadOutcome> outcome);
};

bool Uploader::State::wanted(const Record& record, WallTime now) const {
  using recording::State;
  if (holds.held(record.summary.recording) || record.summary.state == State::kRecording) return false;
  if (record.summary.state == State::kInterrupted && now - record.changed < settings.interrupted_after) return false;
  if (!record.uploaded) return true;
  return !settings.plan.keep_local && record.summary.local;
}

void Uploader::State::look_through(std::unique_lock<std::mutex>& lock) {
  look = false;
  looking = true;
  next_look = clock.now() + settings.rescan;
  lock.unlock();
  auto all = catalogue.all();
  const WallTime now = clock.wall_now();
  std::erase_if(all, [&](const auto& record) { return !wanted(*record, now); });
  // The oldest first: its room on the disk is needed soonest.
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->changed > b->changed; });
  lock.lock();
  looking = false;
  metrics.set(Metric::kUploadsWaiting, static_cast<double>(all.size()));
  due = std::move(all);
  std::set<std::filesystem::path> present;
  for (const auto& record : due) present.insert(record->folder);
  std::erase_if(patience, [&](const auto& entry) { return !present.contains(entry.first) && !running.contains(entry.first); });
  changed.notify_all();
}

// The next one whose time has come. Called with the lock held.
std::shared_ptr<const Record> Uploader::State::next() {
  const MonotonicTime now = clock.now();
  for (auto record = due.rbegin(); record != due.rend(); ++record) {
    const auto known = patience.find((*record)->folder);
    if (known != patience.end() && known->second.not_before > now) continue;
    if (running.contains((*record)->folder)) continue;
    auto chosen = *record;
    due.erase(std::next(record).base());
    return chosen;
  }
  return nullptr;
}

void Uploader::State::work(const std::shared_ptr<State>& self) {
  const auto store = make_store();
  std::unique_lock lock(mutex);
  stores.push_back(store.get());
  while (!ending) {
    if (!looking && (look || clock.now() >= next_look)) {
      look_through(lock);
      continue;
    }
    const auto record = next();
    if (!record) {
      MonotonicTime wake = next_look;
      for (const auto& one : due) {
        const auto known = patience.find(one->folder);
        if (known != patience.end() && !running.contains(one->folder)) wake = std::min(wake, known->second.not_before);
      }
      const auto wait = std::max<Duration>(wake - clock.now(), std::chrono::milliseconds{1});
      changed.wait_for(lock, wait);
      continue;
    }
    running.insert(record->folder);
    lock.unlock();
    UploadPlan plan = settings.plan;
    plan.needed_here = [this, &record] { return holds.held(record->summary.recording); };
    auto outcome = upload_recording(record->folder, plan, *store);
    lock.lock();
    running.erase(record->folder);
    finished(self, *record, std::move(outcome));
  }
  stores.erase(std::find(stores.begin(), stores.end(), store.get()));
}

// Called with the lock held.
void Uploader::State::finished(const std::shared_ptr<State>& self, const Record& record, Result<UploadOutcome> outcome) {
  if (ending && !outcome) return;
  // Somebody else's attempt is no failure of ours.
  const bool elsewhere = !outcome && outcome.error().code == Errc::kConflict;
  UploadNews news;
  news.recording = record.summary.recording;
  news.meeting = record.summary.meeting;
  news.tenant = record.summary.tenant;
  auto& known = patience[record.folder];
  news.attempts = ++known.attempts;
  if (outcome) {
    news.done = true;
    news.outcome = *outcome;
    metrics.add(Metric::kUploads, {"done"});
    metrics.add(Metric::kUploadedBytes, {}, static_cast<double>(outcome->bytes));
    observe::log_info("recording_uploaded", {{"recording", news.recording}, {"files", outcome->files}, {"bytes", outcome->bytes}});
    patience.erase(record.folder);
  } else {
    news.failure = outcome.error().message;
    known.backoff = known.backoff.count() == 0 ? settings.first_backoff : std::min(known.backoff * 2, settings.max_backoff);
    known.not_before = clock.now() + known.backoff;
    due.insert(due.begin(), std::make_shared<Record>(record));
    if (elsewhere) return;
    metrics.add(Metric::kUploads, {"failed"});
    observe::log_warn("recording_upload_failed", {{"recording", news.recording}, {"attempts", news.attempts}, {"reason", news.failure}});
  }
  loop.post([self, news = std::move(news)] {
    if (self->listener) self->listener(news);
  });
}

Uploader::Uploader(Loop& loop, Catalogue& catalogue, recording::Holds& holds, observe::Metrics& metrics, const Clock& clock,
                   MakeObjectStore make_store, UploaderSettings settings, Listener listener)
    : state_(std::make_shared<State>(loop, catalogue, holds, metrics, clock, std::move(make_store), std::move(settings),
                                     std::move(listener))) {
  for (unsigned i = 0; i < state_->settings.threads; ++i) {
    state_->threads.emplace_back([state = state_] { state->work(state); });
  }
}

Uploader::~Uploader() {
  state_->listener = {};
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
    for (ObjectStore* store : state_->stores) store->cancel();
  }
  state_->changed.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

void Uploader::nudge() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->look = true;
  }
  state_->changed.notify_all();
}

}  // namespace dd::shelf
