// SPDX-License-Identifier: MIT
#include "recorder/sender_clock.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include "recorder/testing/simulated_sender.hpp"

namespace dd::recorder {
namespace {

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;
constexpr std::int64_t kHour = 3600 * kSecond;

// The largest error of frames, in microseconds.
struct Worst {
  std::int64_t least = INT64_MAX;
  std::int64_t most = INT64_MIN;
  void operator()(std::int64_t error) {
    least = std::min(least, error);
    most = std::max(most, error);
  }
  std::int64_t magnitude() const { return std::max(std::abs(least), std::abs(most)); }
};

TEST(SenderClock, FollowsReportsOfASkewedClockForHoursThroughTheWrap) {
  for (const double skew : {-100e-6, 100e-6}) {
    SimulatedSender sender({.first_rtp = 0xFFFF0000U, .skew = skew, .loss = 0.05, .report_noise_us = 2000});
    sender.run(20 * kSecond, [](std::int64_t) {});
    Worst worst;
    sender.run(4 * kHour, std::ref(worst));
    EXPECT_LT(worst.magnitude(), 4 * kMs) << "skew " << skew;
    EXPECT_EQ(sender.clock().restarts(), 0U);
  }
}

TEST(SenderClock, SoundAndPictureWithOppositeSkewStayTogether) {
  SimulatedSender sound(
      {.clock_rate = 48000, .first_rtp = 7, .skew = 100e-6, .interval_us = 20000, .delay_us = 20000, .report_noise_us = 3000});
  SimulatedSender picture(
      {.first_rtp = 0x80000000U, .skew = -100e-6, .delay_us = 90000, .jitter_us = 15000, .report_noise_us = 3000, .seed = 2});
  sound.run(10 * kSecond, [](std::int64_t) {});
  picture.run(10 * kSecond, [](std::int64_t) {});
  for (int minute = 0; minute < 60; ++minute) {
    std::int64_t sound_error = 0;
    std::int64_t picture_error = 0;
    sound.run(60 * kSecond, [&](std::int64_t error) { sound_error = error; });
    picture.run(60 * kSecond, [&](std::int64_t error) { picture_error = error; });
    EXPECT_LT(std::abs(sound_error - picture_error), 5 * kMs) << "minute " << minute;
  }
}

TEST(SenderClock, WithoutReportsTheFastestArrivalLeadsAndSkewIsStillFollowed) {
  SimulatedSender sender({.skew = 100e-6, .loss = 0.05, .reports = false});
  sender.run(20 * kSecond, [](std::int64_t) {});
  Worst worst;
  sender.run(2 * kHour, std::ref(worst));
  EXPECT_GT(worst.least, 26 * kMs) << "the 30 ms of the network cannot be known";
  EXPECT_LT(worst.most, 33 * kMs);
}

TEST(SenderClock, AFirstKeyFrameThatTookLongDoesNotSetTheClock) {
  SenderClock clock(90000);
  const auto at = [](std::int64_t us) { return MonotonicTime{std::chrono::microseconds{kSecond + us}}; };
  clock.on_packet(0, at(80 * kMs));
  EXPECT_TRUE(clock.undecided(at(80 * kMs)));
  for (std::uint32_t i = 1; i < 9; ++i) clock.on_packet(3000 * i, at(i * kSecond / 30 + 35 * kMs));
  EXPECT_TRUE(clock.undecided(at(379 * kMs)));
  EXPECT_FALSE(clock.undecided(at(380 * kMs)));
  EXPECT_EQ(clock.time_of(0, at(380 * kMs)), at(35 * kMs));
}

TEST(SenderClock, FirstPicturesByArrivalConvergeOnTheFirstReports) {
  SimulatedSender sender({.delay_us = 60000, .jitter_us = 1000, .reports = false});
  Worst before;
  sender.run(2 * kSecond, std::ref(before));
  EXPECT_GT(before.least, 55 * kMs);
  sender.settings().reports = true;
  std::int64_t last = kSecond;
  sender.run(3 * kSecond, [&](std::int64_t error) {
    EXPECT_LE(error, last + 2 * kMs) << "slewed, not stepped";
    last = error;
  });
  EXPECT_LT(std::abs(last), 3 * kMs);
}

TEST(SenderClock, ReportsThatFallSilentLeaveTheirKnowledgeBehind) {
  SimulatedSender sender({.skew = 100e-6});
  sender.run(60 * kSecond, [](std::int64_t) {});
  sender.settings().reports = false;
  Worst worst;
  sender.run(kHour, std::ref(worst));
  EXPECT_LT(worst.magnitude(), 6 * kMs);
}

TEST(SenderClock, WildReportsMoveNothing) {
  SimulatedSender sender({.report_noise_us = 1000});
  sender.run(60 * kSecond, [](std::int64_t) {});
  Worst worst;
  for (int i = 0; i < 60; ++i) {
    sender.run(4 * kSecond, std::ref(worst));
    const auto now = SimulatedSender::at(sender.now_us() + 30 * kMs);
    (void)sender.clock().on_report(3900000000000000 + sender.now_us() + 30 * kMs, sender.rtp_at(sender.now_us() + (i % 7 - 5) * 100 * kMs),
                                   now);
  }
  EXPECT_LT(worst.magnitude(), 5 * kMs);
}

TEST(SenderClock, AReportFromTheFutureOrTheDistantPastIsNotBelieved) {
  SenderClock clock(90000);
  clock.on_packet(0, SimulatedSender::at(10 * kSecond));
  EXPECT_FALSE(clock.on_report(3900 * kSecond, 0U - 90000U * 10U, SimulatedSender::at(10 * kSecond)));
  EXPECT_FALSE(clock.on_report(3900 * kSecond, 90000U * 10U, SimulatedSender::at(10 * kSecond)));
  EXPECT_EQ(clock.time_of(0, SimulatedSender::at(10 * kSecond)), SimulatedSender::at(10 * kSecond));
}

TEST(SenderClock, ANetworkThatStallsForTenSecondsChangesNothing) {
  SimulatedSender sender({.skew = 100e-6, .report_noise_us = 1000});
  sender.run(60 * kSecond, [](std::int64_t) {});
  sender.be_silent(10 * kSecond, false);
  Worst worst;
  sender.run(10 * kSecond, std::ref(worst));
  EXPECT_LT(worst.magnitude(), 4 * kMs);
  EXPECT_EQ(sender.clock().restarts(), 0U);
}

TEST(SenderClock, PacketsHeldUpForSecondsKeepTheTimesOfTheirCapture) {
  SimulatedSender sender({});
  sender.run(60 * kSecond, [](std::int64_t) {});
  sender.settings().delay_us = 4 * kSecond;  // the network holds everything back
  sender.settings().reports = false;
  sender.settings().jitter_us = 1;
  Worst worst;
  sender.run(33333, std::ref(worst));
  sender.settings().delay_us = 30 * kMs;  // and lets it go in a rush: the simulation keeps packets in order
  sender.run(8 * kSecond, std::ref(worst));
  EXPECT_LT(worst.magnitude(), 5 * kMs);
  EXPECT_EQ(sender.clock().restarts(), 0U);
}

TEST(SenderClock, AClockThatStoodStillWhileMutedIsTakenUpWhereItIs) {
  for (const std::int64_t silence : {3 * kSecond, 10 * kSecond, 300 * kSecond}) {
    SimulatedSender sender({.clock_rate = 48000, .interval_us = 20000});
    sender.run(60 * kSecond, [](std::int64_t) {});
    sender.be_silent(silence, true);
    Worst worst;
    sender.run(20 * kSecond, std::ref(worst));
    EXPECT_LT(worst.magnitude(), 20 * kMs) << silence;
    EXPECT_EQ(sender.clock().restarts(), 1U) << silence;
  }
}

// A microphone of a busy machine drops pieces, and its timestamps go on as if there had been none: Chromium's lost 10 ms a second.
TEST(SenderClock, ASoundCardThatLosesTimeIsFollowed) {
  for (const std::int64_t piece : {2 * kMs, 10 * kMs}) {
    SimulatedSender sender({.clock_rate = 48000, .interval_us = 20000, .delay_us = 2000, .jitter_us = 3000, .report_noise_us = 3000});
    Worst worst;
    const auto check = [&](std::int64_t error) {
      if (sender.now_us() > 5 * kSecond) worst(error);
    };
    for (int second = 0; second < 10 * 60; ++second) {
      sender.run(kSecond, check);
      if (second % 60 < 30) sender.lose_time(piece);  // busy for half a minute, then calm
    }
    EXPECT_LT(worst.magnitude(), 50 * kMs) << "loses " << piece << ": three reports pass before it is noticed";
  }
}

TEST(SenderClock, TimeThatASoundCardLosesAtOnceIsMadeUpForInSeconds) {
  for (const std::int64_t lost : {40 * kMs, 150 * kMs, 400 * kMs}) {
    SimulatedSender sender({.clock_rate = 48000, .interval_us = 20000, .delay_us = 5000, .jitter_us = 3000, .report_noise_us = 3000});
    sender.run(60 * kSecond, [](std::int64_t) {});
    sender.lose_time(lost);
    sender.run(10 * kSecond, [](std::int64_t) {});
    Worst worst;
    sender.run(60 * kSecond, std::ref(worst));
    EXPECT_LT(worst.magnitude(), 15 * kMs) << "lost " << lost;
  }
}

TEST(SenderClock, ASenderMayBeginWithOtherTimestampsAtAnyTime) {
  for (const std::uint32_t first : {0U, 0x7FFFFFFFU, 0xC0000000U}) {
    SimulatedSender sender({.first_rtp = 0x40000000U});
    sender.run(60 * kSecond, [](std::int64_t) {});
    sender.be_silent(2 * kSecond, false);
    sender.restart_timestamps(first);
    Worst worst;
    sender.run(30 * kSecond, std::ref(worst));
    EXPECT_LT(worst.magnitude(), 20 * kMs) << first;
  }
}

}  // namespace
}  // namespace dd::recorder
