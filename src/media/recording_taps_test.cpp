// SPDX-License-Identifier: MIT
// On a real worker; that media arrives through a tap is an end-to-end test's affair.
#include "media/recording_taps.hpp"

#include "media/testing/engine_fixture.hpp"
#include "rtp/header_extension.hpp"

namespace dd::media {
namespace {

class RecordingTapsTest : public testing::EngineTest {
 protected:
  ProducerId make_producer(bool simulcast = false) {
    auto transport = make_transport(make_router());
    return make_video(transport, simulcast);
  }
};

constexpr std::uint16_t kRecorderPort = 9;  // nobody has to listen

TEST_F(RecordingTapsTest, DescribesOneStreamThatCanBeRepairedAndIsNotThrottled) {
  open();
  RecordingTaps taps(*engine_);
  const auto tap = must(taps.open_tap({make_producer(true)}, kRecorderPort, 0, {}));
  EXPECT_EQ(tap.kind, rtp::MediaKind::kVideo);
  EXPECT_NE(tap.source_port, 0);
  ASSERT_EQ(tap.parameters.encodings.size(), 1U) << "one layer of the simulcast at a time";
  EXPECT_TRUE(tap.parameters.encodings[0].ssrc);
  EXPECT_TRUE(tap.parameters.encodings[0].rtx_ssrc);
  EXPECT_FALSE(rtp::contains_extension(tap.parameters.header_extensions, rtp::kTransportWideCcUri));
  EXPECT_FALSE(rtp::contains_extension(tap.parameters.header_extensions, rtp::kAbsSendTimeUri));
}

TEST_F(RecordingTapsTest, AProducerHasOneTapAtATime) {
  open();
  RecordingTaps taps(*engine_);
  const auto producer = make_producer();
  must(taps.open_tap({producer}, kRecorderPort, 0, {}));
  EXPECT_EQ(run(taps.open_tap({producer}, kRecorderPort, 0, {})).error().code, Errc::kConflict);
  must(taps.start_tap({producer}));
  taps.close_tap({producer});
  must(taps.open_tap({producer}, kRecorderPort, 0, {}));
}

TEST_F(RecordingTapsTest, TellsOfAnEndThatNobodyAskedFor) {
  open();
  RecordingTaps taps(*engine_);
  const auto kept = make_producer();
  const auto closed = make_producer();
  int ends = 0;
  must(taps.open_tap({kept}, kRecorderPort, 0, [&] { ends += 100; }));
  must(taps.open_tap({closed}, kRecorderPort, 0, [&] { ++ends; }));
  engine_->close_producer(closed);
  EXPECT_TRUE(wait_until([&] { return ends == 1; })) << ends;
  taps.close_tap({kept});
  EXPECT_EQ(ends, 1) << "a tap that is closed on purpose is no news";
  EXPECT_EQ(run(taps.open_tap({closed}, kRecorderPort, 0, {})).error().code, Errc::kNotFound);
}

TEST_F(RecordingTapsTest, APreviewIsBesideTheTapAndOnlyOfSimulcast) {
  open();
  RecordingTaps taps(*engine_);
  const auto simple = make_producer();
  EXPECT_EQ(run(taps.open_tap({simple, true}, kRecorderPort, 1, {})).error().code, Errc::kInvalidArgument);
  const auto simulcast = make_producer(true);
  const auto whole = must(taps.open_tap({simulcast}, kRecorderPort, 0, {}));
  const auto preview = must(taps.open_tap({simulcast, true}, kRecorderPort, 1, {}));
  ASSERT_EQ(preview.parameters.encodings.size(), 1U);
  EXPECT_NE(preview.parameters.encodings[0].ssrc, whole.parameters.encodings[0].ssrc) << "the recorder tells them apart by it";
  must(taps.start_tap({simulcast, true}));
  must(taps.choose_layer({simulcast, true}, 9));
  must(taps.request_key_frame({simulcast}));
  taps.close_tap({simulcast, true});
  EXPECT_EQ(run(taps.choose_layer({simulcast, true}, 1)).error().code, Errc::kNotFound);
  must(taps.start_tap({simulcast}));
}

TEST_F(RecordingTapsTest, EndsWithItsWorker) {
  open();
  RecordingTaps taps(*engine_);
  int ends = 0;
  must(taps.open_tap({make_producer()}, kRecorderPort, 0, [&] { ++ends; }));
  ::kill(static_cast<pid_t>(engine_->workers()[0].pid), SIGKILL);
  EXPECT_TRUE(wait_until([&] { return ends == 1; }));
}

}  // namespace
}  // namespace dd::media
