// SPDX-License-Identifier: MIT
// Previews against a recorder that only writes down what it is told; that pictures come of it is an end-to-end test's affair.
#include "studio/session.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "base/asio_loop.hpp"

namespace dd::studio {
namespace {

using namespace std::chrono_literals;
using recording::TapId;

class FakeTaps final : public recording::TapPort {
 public:
  std::vector<std::string> calls;
  bool simulcast = true;

  Task<Result<recording::TapDescription>> open_tap(TapId tap, std::uint16_t, unsigned smaller, UniqueFunction<void()> on_closed) override {
    note("open", tap, smaller);
    if (tap.preview && !simulcast) co_return make_error(Errc::kInvalidArgument, "the producer has no smaller layer");
    if (tap.preview) preview_closed_ = std::move(on_closed);
    recording::TapDescription description;
    description.kind = rtp::MediaKind::kVideo;
    description.source_port = 41'000;
    rtp::CodecParameters vp8;
    vp8.mime_type = "video/VP8";
    vp8.payload_type = 101;
    vp8.clock_rate = 90'000;
    description.parameters.codecs = {vp8};
    rtp::EncodingParameters encoding;
    encoding.ssrc = tap.preview ? 2222 : 1111;
    description.parameters.encodings = {encoding};
    co_return description;
  }
  Task<Result<void>> start_tap(TapId tap) override {
    note("start", tap);
    co_return ok();
  }
  Task<Result<void>> choose_layer(TapId tap, unsigned smaller) override {
    note("choose", tap, smaller);
    co_return ok();
  }
  Task<Result<void>> request_key_frame(TapId tap) override {
    note("key", tap);
    co_return ok();
  }
  void close_tap(const TapId& tap) override { note("close", tap); }

  void end_preview() { preview_closed_(); }

 private:
  void note(const char* what, const TapId& tap, unsigned smaller = 0) {
    calls.push_back(fmt::format("{}{}{}", what, tap.preview ? " preview" : "", smaller > 0 ? fmt::format(" {}", smaller) : ""));
  }
  UniqueFunction<void()> preview_closed_;
};

class Previews : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    const std::string program = folder_ + "/recorder";
    const std::string opened = recording::encode(recording::FromRecorder(recording::Opened{.port = 9, .part = 1}));
    std::ofstream(program) << "#!/bin/sh\nprintf '" << fmt::format("\\{:03o}\\000\\000\\000", opened.size()) << "%s' '" << opened
                           << "' >&4\nexec cat <&3 >" << folder_ << "/told\n";
    ASSERT_EQ(::chmod(program.c_str(), 0700), 0);
    Session::Events events;
    events.on_part = [](unsigned) {};
    events.on_recorded = [](const ProducerId&, bool) {};
    events.on_recorder_died = [](const std::string&) {};
    SessionSettings settings;
    settings.program = program;
    recording::OpenRecording orders;
    orders.folder = folder_;
    orders.recording = "r-1";
    session_ = std::make_shared<Session>(loop_, settings, taps_, orders, "grid", std::move(events));
    session_->start();
    session_->add({ProducerId("0c7e9a41-1"), ParticipantId("asha"), "video", false, ""});
    until([&] { return called("start"); });
  }
  void TearDown() override {
    session_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  bool called(const std::string& call) const { return std::count(taps_.calls.begin(), taps_.calls.end(), call) > 0; }
  void until(const std::function<bool()>& holds) {
    const auto give_up = loop_.after(10s, [&] { loop_.stop(); });
    std::function<void()> look = [&] {
      if (holds()) return loop_.stop();
      look_again_ = loop_.after(2ms, look);
    };
    loop_.post(look);
    loop_.run();
    look_again_.cancel();
    EXPECT_TRUE(holds());
  }
  std::string told() const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/told", std::ios::binary).rdbuf();
    return text.str();
  }

  std::string folder_ = "/tmp/dd-previews-XXXXXX";
  AsioLoop loop_;
  Timer look_again_;
  FakeTaps taps_;
  std::shared_ptr<Session> session_;
  static constexpr const char* kTrack = "asha-video-0c7e9a41";
};

TEST_F(Previews, ComeChangeAndGoAsTheyAreWanted) {
  session_->want_preview(kTrack, 1);
  until([&] { return called("start preview"); });
  session_->want_preview(kTrack, 2);
  until([&] { return called("choose preview 2"); });
  session_->want_key_frame(kTrack);
  until([&] { return called("key"); });
  session_->want_preview(kTrack, 0);
  until([&] { return called("close preview"); });
  EXPECT_EQ(taps_.calls,
            (std::vector<std::string>{"open", "start", "open preview 1", "start preview", "choose preview 2", "key", "close preview"}));
  until([&] { return told().find("not_wanted") != std::string::npos; });
  EXPECT_NE(told().find(R"("preview":true)"), std::string::npos);
  session_->want_preview("somebody-else", 1);
  EXPECT_EQ(taps_.calls.size(), 7U);
}

TEST_F(Previews, WhatHasNoSmallerLayerIsAskedOnce) {
  taps_.simulcast = false;
  session_->want_preview(kTrack, 1);
  session_->want_preview(kTrack, 1);
  until([&] { return called("open preview 1"); });
  EXPECT_EQ(taps_.calls.size(), 3U);
}

TEST_F(Previews, EndWithTheirTrackAndAreNoNewsOfIt) {
  session_->want_preview(kTrack, 1);
  until([&] { return called("start preview"); });
  taps_.end_preview();
  until([&] { return told().find("source_gone") != std::string::npos; });
  EXPECT_FALSE(called("close")) << "its track goes on";
  session_->want_preview(kTrack, 2);
  until([&] { return called("open preview 2"); });
  session_->remove(ProducerId("0c7e9a41-1"), "closed");
  EXPECT_TRUE(called("close"));
  EXPECT_TRUE(called("close preview"));
}

}  // namespace
}  // namespace dd::studio
