// SPDX-License-Identifier: MIT
#include "composer/live.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <string>
#include <utility>

#include "composer/fragments.hpp"
#include "composer/hls_folder.hpp"
#include "composer/performance.hpp"
#include "composer/timeline_tail.hpp"

namespace dd::composer {
namespace {

constexpr Duration kLook = std::chrono::milliseconds{200};
constexpr Duration kTellEvery = std::chrono::seconds{1};
constexpr std::size_t kMostWishes = 6;  // at a time: names have up to 240 bytes, and a line is read up to 2048 (child/output_lines.hpp)
constexpr Duration kNap = std::chrono::milliseconds{5};
// A change that is younger may still turn out otherwise (a cough, a line written late), so the plan is made anew.
constexpr Time kSettled = std::chrono::seconds{3};

class LiveShow {
 public:
  LiveShow(const ComposeRequest& request, const Clock& clock, const OnWishes& on_wishes, TimelineTail tail, HlsFolder hls,
           std::unique_ptr<Encoder> encoder)
      : request_(request),
        clock_(clock),
        on_wishes_(on_wishes),
        tail_(std::move(tail)),
        hls_(std::move(hls)),
        encoder_(std::move(encoder)),
        fragments_(hls_.seconds()),
        from_(request.from + Time{std::llround(hls_.seconds() * 1e6)}) {}

  Result<Composed> run(const Progress& progress, const std::atomic<bool>& stop) {
    DD_TRY_VOID(plan_anew());
    const std::int64_t fps = request_.fps;
    const std::int64_t first_sample = sample_at(from_);
    for (std::int64_t frame = 0;; ++frame) {
      const Time t = from_ + Time{frame * 1'000'000 / fps};
      DD_TRY_VOID(wait_for(t, stop));
      if (stop || is_over(t)) break;
      const std::int64_t from = first_sample + frame * kSampleRate / fps;
      DD_TRY_VOID(encoder_->push_sound(performance_->sound_of(from, first_sample + (frame + 1) * kSampleRate / fps)));
      DD_TRY_VOID(encoder_->push_frame(performance_->frame_at(t)));
      DD_TRY_VOID(write_out());
      done_ = from_ - request_.from + Time{(frame + 1) * 1'000'000 / fps};
      progress(done_, std::max(done_, tail_.end().value_or(tail_.now()) - request_.from));
    }
    DD_TRY_VOID(encoder_->finish(kNever));
    DD_TRY_VOID(write_out());
    fragments_.finish();
    DD_TRY_VOID(write_segments());
    if (stop) return unavailable("stopped before the recording ended");
    DD_TRY_VOID(hls_.end());
    return Composed{done_, performance_->troubles()};
  }

 private:
  static inline const std::atomic<bool> kNever{false};

  bool is_over(Time t) const {
    if (request_.to && t >= *request_.to) return true;
    return tail_.end() && t >= *tail_.end();
  }

  // Until the recorder has surely written what is needed for `t`, looking at the timeline every now and then.
  Result<void> wait_for(Time t, const std::atomic<bool>& stop) {
    for (;;) {
      if (clock_.now() >= look_at_) {
        look_at_ = clock_.now() + kLook;
        const bool more = tail_.read_more();
        if (more) changed_ = tail_.now();
        if (more || tail_.now() - changed_ < kSettled) {
          DD_TRY_VOID(plan_anew());
        }
        tell_wishes(t);
      }
      if (stop || tail_.end()) return ok();
      const Time behind = tail_.now() - kBehind - t;
      if (behind >= Time{0}) {
        least_behind_ = std::min(least_behind_, behind);
        if (behind - least_behind_ > kTooFarBehind) {
          return unavailable(fmt::format("too slow to compose live: {} s behind", behind.count() / 1'000'000));
        }
        return ok();
      }
      DD_TRY_VOID(encoder_->wait(kNap));
      DD_TRY_VOID(write_out());  // what was encoded meanwhile is wanted now, not with the next frame
    }
  }

  void tell_wishes(Time t) {
    std::vector<Performance::Wish> news;
    for (Performance::Wish& wish : performance_->wishes(t)) {
      const auto known = told_.find(wish.track);
      if (wish.key_frame || known == told_.end() || known->second != wish.smaller) news.push_back(std::move(wish));
    }
    if (news.empty() || !on_wishes_ || clock_.now() < tell_at_) return;
    tell_at_ = clock_.now() + kTellEvery;
    if (news.size() > kMostWishes) news.resize(kMostWishes);  // the others' turn comes
    for (const Performance::Wish& wish : news) told_[wish.track] = wish.smaller;
    on_wishes_(news);
  }

  Result<void> plan_anew() {
    PlanRequest wanted;
    wanted.layout = request_.layout;
    wanted.canvas = request_.size;
    wanted.from = request_.from;
    // One frame at least, so that there is a plan before anything has happened.
    wanted.at_least = tail_.end() ? *tail_.end() : std::max(tail_.now(), from_ + Time{1'000'000});
    DD_TRY(Programme programme, plan(tail_.events(), wanted));
    programme.from = from_;
    if (performance_) {
      performance_->go_on(std::move(programme));
    } else {
      performance_.emplace(request_.folder, std::move(programme), request_.size, request_.fps, Growth::kGrowing);
    }
    return ok();
  }

  Result<void> write_out() {
    const std::string bytes = encoder_->take_output();
    if (bytes.empty()) return ok();
    DD_TRY_VOID(fragments_.push(bytes));
    if (!begun_ && fragments_.has_tracks()) {
      DD_TRY_VOID(hls_.begin(fragments_.beginning()));
      begun_ = true;
    }
    return write_segments();
  }

  Result<void> write_segments() {
    for (const Segment& segment : fragments_.take()) {
      DD_TRY_VOID(hls_.add(segment));
    }
    return ok();
  }

  const ComposeRequest& request_;
  const Clock& clock_;
  const OnWishes& on_wishes_;
  std::map<std::string, unsigned> told_;  // by track
  MonotonicTime tell_at_{};
  TimelineTail tail_;
  HlsFolder hls_;
  std::unique_ptr<Encoder> encoder_;
  Fragments fragments_;
  Time from_;  // on the timeline: where this composer's own output begins
  std::optional<Performance> performance_;
  MonotonicTime look_at_{};
  Time changed_{};
  Time least_behind_ = Time::max();
  Time done_{};
  bool begun_ = false;
};

}  // namespace

Result<Composed> compose_live(const ComposeRequest& request, const Clock& clock, const Progress& progress, const std::atomic<bool>& stop,
                              const OnWishes& on_wishes) {
  DD_TRY(TimelineTail tail, TimelineTail::open(request.folder, clock));
  DD_TRY(HlsFolder hls, HlsFolder::open(request.output, kSegmentSeconds));
  if (hls.has_ended()) return Composed{Time{std::llround(hls.seconds() * 1e6)}, {}};
  DD_TRY(auto encoder, Encoder::open({Format::kFragments, request.size, request.fps}, {}, {}));
  LiveShow show(request, clock, on_wishes, std::move(tail), std::move(hls), std::move(encoder));
  return show.run(progress, stop);
}

}  // namespace dd::composer
