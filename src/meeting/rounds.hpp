// SPDX-License-Identifier: MIT
// Rounds: visits the members of a set again and again, each once a period, with the visits spread over time: a crowd that came at
// once is not asked at once. When visits take long the rounds take longer; nothing queues up. It knows nothing of what a visit does.
// Lives on the loop of its owner; a visit that is under way when the rounds stop ends by itself.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "base/loop.hpp"
#include "base/task.hpp"

namespace dd::meeting {

template <typename IdType>
class Rounds {
 public:
  using Visit = std::function<Task<void>(IdType)>;
  static constexpr std::size_t kAtOnce = 20;              // visits under way
  static constexpr std::chrono::milliseconds kPause{20};  // between two such groups

  // `visit` is called until stop().
  Rounds(Loop& loop, Duration period, Visit visit) : core_(std::make_shared<Core>(loop, period, std::move(visit))) {}
  ~Rounds() { stop(); }
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  // The first visit comes after a period.
  void add(const IdType& id) {
    if (core_->stopped || !core_->members.emplace(id, core_->next_stay).second) return;
    core_->stand_in_line(id, core_->next_stay++);
    arm(core_);
  }
  void remove(const IdType& id) { core_->members.erase(id); }
  void stop() {
    core_->stopped = true;
    core_->timer.cancel();
    core_->members.clear();
    core_->line.clear();
  }

 private:
  struct Waiting {
    MonotonicTime due;
    IdType id;
    std::uint64_t stay;
  };
  struct Core {
    Core(Loop& home, Duration each, Visit what) : loop(home), period(each), visit(std::move(what)) {}

    void stand_in_line(IdType id, std::uint64_t stay) { line.push_back({loop.now() + period, std::move(id), stay}); }
    // Somebody who left and came again stands in line anew; the older place is nobody's.
    bool is_member(const IdType& id, std::uint64_t stay) const {
      auto found = members.find(id);
      return found != members.end() && found->second == stay;
    }

    Loop& loop;
    const Duration period;
    const Visit visit;
    bool stopped = false;
    std::uint64_t next_stay = 0;
    std::unordered_map<IdType, std::uint64_t> members;
    std::deque<Waiting> line;  // the first is due first, because everyone waits equally long; members, and who left within a period
    std::size_t visiting = 0;
    MonotonicTime resume_at{};
    bool armed = false;
    Timer timer;
  };

  static void arm(const std::shared_ptr<Core>& core) {
    if (core->stopped || core->armed || core->line.empty() || core->visiting >= kAtOnce) return;
    core->armed = true;
    const auto at = std::max(core->line.front().due, core->resume_at);
    std::weak_ptr<Core> weak = core;
    core->timer = core->loop.after(std::max(Duration{0}, at - core->loop.now()), [weak] {
      auto strong = weak.lock();
      if (!strong) return;
      strong->armed = false;
      go_round(strong);
    });
  }

  static void go_round(const std::shared_ptr<Core>& core) {
    const auto now = core->loop.now();
    core->resume_at = now + kPause;
    std::size_t begun = 0;
    while (!core->stopped && !core->line.empty() && core->line.front().due <= now && core->visiting < kAtOnce && begun < kAtOnce) {
      Waiting next = std::move(core->line.front());
      core->line.pop_front();
      if (!core->is_member(next.id, next.stay)) continue;
      ++begun;
      ++core->visiting;
      auto visit = core->visit(next.id);
      auto visiting = see_through(core, std::move(next), std::move(visit));
      spawn(std::move(visiting));
    }
    arm(core);
  }

  static Task<void> see_through(std::shared_ptr<Core> core, Waiting member, Task<void> visit) {
    co_await std::move(visit);
    --core->visiting;
    if (core->is_member(member.id, member.stay)) core->stand_in_line(member.id, member.stay);
    arm(core);
  }

  std::shared_ptr<Core> core_;
};

}  // namespace dd::meeting
