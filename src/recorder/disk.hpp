// SPDX-License-Identifier: MIT
// A thread that writes files, so that a slow disk delays no packet: appends and patches in the order given, and one fdatasync
// for each file that a turn of it touched. It decides nothing: the first thing that fails it reports, cuts every file back to
// what is known to be whole, and drops what is asked of it until restart(). Called from the recorder's loop only.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"

namespace dd::recorder {

using FileId = std::uint64_t;

enum class Folder { kAsItWas, kMadeAnew };

struct DiskTrouble {
  std::string reason;                     // as docs/recording-format.md spells it
  std::string detail;                     // without a path
  std::map<FileId, std::uint64_t> whole;  // bytes of each open file that reached the disk
};

class Disk {
 public:
  using OnTrouble = UniqueFunction<void(DiskTrouble)>;

  // Waiting bytes beyond this are trouble too: a disk that is too slow would otherwise take all memory.
  static constexpr std::size_t kMaxQueued = 64U << 20;

  Disk(Loop& loop, OnTrouble on_trouble);
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  ~Disk();  // finishes what is queued, for as long as the disk takes

  // Where the folder must be, and how much must stay free there; judged by every check().
  void watch(std::filesystem::path folder, std::uint64_t stop_below_free_bytes);
  void check();

  FileId create(std::filesystem::path path);  // fails if there is one
  FileId extend(std::filesystem::path path);  // made if there is none
  void append(FileId file, std::vector<std::uint8_t> bytes);
  void patch(FileId file, std::uint64_t at, std::vector<std::uint8_t> bytes);
  void close(FileId file);
  void make_folder(std::filesystem::path path);  // unless it is there
  void remove(std::filesystem::path path);       // best effort

  // After trouble: whether a file can be written in the folder again; the folder is made anew when only it is gone, but
  // nothing above the tenant's folder is. `answer` runs on the loop; ok() means that create() and the rest work again.
  void restart(UniqueFunction<void(Result<Folder>)> answer);

  // While one lives, the thread is not woken: what is asked for meanwhile is done in one turn, with one sync for each file.
  class Gathered {
   public:
    explicit Gathered(Disk& disk) : disk_(disk) { disk_.gathering_ = true; }
    Gathered(const Gathered&) = delete;
    Gathered& operator=(const Gathered&) = delete;
    ~Gathered() {
      disk_.gathering_ = false;
      if (std::exchange(disk_.waiting_, false)) disk_.wake_.notify_one();
    }

   private:
    Disk& disk_;
  };

  // Runs `done` on the loop when all that was asked before is on the disk, or lost in trouble.
  void after_all(Loop::Callback done);

  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }

 private:
  enum class Action { kCreate, kExtend, kAppend, kPatch, kClose, kMakeFolder, kRemove, kCheck, kRestart, kAnswer, kWatch };
  struct Job {
    Action action = Action::kAnswer;
    FileId file = 0;
    std::uint64_t at = 0;
    std::filesystem::path path = {};
    std::vector<std::uint8_t> bytes = {};
    UniqueFunction<void(Result<Folder>)> answer = {};
    Loop::Callback done = {};
  };
  struct Open {
    int fd = -1;
    std::uint64_t size = 0;
    std::uint64_t whole = 0;  // up to here it is synced
    bool dirty = false;
  };

  void enqueue(Job job);
  void run();
  void carry_out(Job& job);
  void sync();
  Result<Folder> reopen_folder();
  void fail(int error, const char* what);
  void report(std::string reason, std::string detail);
  bool write_at(Open& file, std::uint64_t at, const std::vector<std::uint8_t>& bytes);

  Loop& loop_;
  std::shared_ptr<OnTrouble> on_trouble_;  // shared with the posts that are under way
  FileId next_ = 1;
  bool gathering_ = false;
  bool waiting_ = false;  // for the thread to be woken

  // The hand-off to the thread. Held to move jobs, never while writing.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;
  std::size_t queued_bytes_ = 0;
  bool overflowed_ = false;
  bool stopping_ = false;

  // The thread's own.
  std::map<FileId, Open> files_;
  std::filesystem::path folder_;
  std::uint64_t folder_inode_ = 0;
  std::uint64_t stop_below_ = 0;
  bool broken_ = false;
  std::atomic<std::uint64_t> written_{0};
  std::thread thread_;
};

}  // namespace dd::recorder
