// SPDX-License-Identifier: MIT
#include "recording/protocol.hpp"

#include <gtest/gtest.h>

namespace dd::recording {
namespace {

AddTrack camera() {
  AddTrack it;
  it.track = "p1-video-0c7e9a41";
  it.participant = "p1";
  it.kind = "video";
  it.producer = "0c7e9a41-1";
  it.codec = "vp8";
  it.clock_rate = 90'000;
  it.payload_type = 96;
  it.ssrc = 4'294'967'295U;
  it.rtx_payload_type = 97;
  it.rtx_ssrc = 7;
  it.nack = true;
  it.extensions = {{"urn:x:abs-capture-time", 12}};
  it.source_port = 40'000;
  it.paused = true;
  it.preview = true;
  return it;
}

TEST(RecorderProtocol, EveryMessageToTheRecorderSurvivesTheChannel) {
  const ToRecorder messages[] = {OpenRecording{"/rec/a", "r-1", "acme", "m-1", Fill::kImage, "/etc/logo.png", 1'000'000},
                                 AddParticipant{"p1", "Asha"},
                                 camera(),
                                 PauseTrack{"t", true},
                                 RemoveTrack{"t", "closed", true},
                                 NoteSpeaker{""},
                                 NoteLayout{"grid", "{\"a\":1}"},
                                 FinishRecording{"api"}};
  ASSERT_EQ(std::size(messages), std::variant_size_v<ToRecorder>);
  for (const ToRecorder& message : messages) {
    auto read = parse_to_recorder(encode(message));
    ASSERT_TRUE(read) << encode(message) << read.error().message;
    EXPECT_EQ(read->index(), message.index());
    EXPECT_EQ(encode(*read), encode(message));
  }
}

TEST(RecorderProtocol, EveryMessageFromTheRecorderSurvivesTheChannel) {
  const FromRecorder messages[] = {Opened{5000, 2},           FileStarted{"t", "tracks/t.001.mkv"},
                                   Trouble{"disk_full", "x"}, TroubleOver{},
                                   Progress{1, 2, 3, 4, 5},   Finished{9},
                                   Failed{"no such folder"}};
  ASSERT_EQ(std::size(messages), std::variant_size_v<FromRecorder>);
  for (const FromRecorder& message : messages) {
    auto read = parse_from_recorder(encode(message));
    ASSERT_TRUE(read) << encode(message) << read.error().message;
    EXPECT_EQ(read->index(), message.index());
    EXPECT_EQ(encode(*read), encode(message));
  }
}

TEST(RecorderProtocol, ARefusalNamesTheField) {
  auto with = [](const char* from, const char* to) {
    std::string text = encode(ToRecorder(camera()));
    return text.replace(text.find(from), std::string_view(from).size(), to);
  };
  const std::pair<std::string, std::string> wrong[] = {
      {with("\"payloadType\":96", "\"payloadType\":128"), "payloadType"},
      {with("\"clockRate\":90000", "\"clockRate\":0"), "clockRate"},
      {with("\"video\"", "\"smell\""), "kind"},
      {with("p1-video-0c7e9a41", "../p1"), "track"},
      {with("abs-capture-time\":12", "abs-capture-time\":256"), "extensions.urn:x:abs-capture-time"},
      {with("addTrack", "eatTrack"), "do"},
      {"[]", ""},
      {"{}", "do"},
  };
  for (const auto& [text, field] : wrong) {
    const auto read = parse_to_recorder(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::kInvalidArgument);
    EXPECT_EQ(read.error().field, field);
  }
  EXPECT_EQ(parse_from_recorder(std::string(1 << 20, ' ')).error().code, Errc::kPayloadTooLarge);
}

}  // namespace
}  // namespace dd::recording
