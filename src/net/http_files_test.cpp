// SPDX-License-Identifier: MIT
// Recordings' files over real sockets from a real disk: what a player and a downloading script see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "net/testing/http_fixture.hpp"
#include "shelf/shelf.hpp"
#include "shelf/testing/sample_recording.hpp"

namespace dd::net {
namespace {

using shelf::testing::SampleRoot;
using testing::Client;
using namespace std::chrono_literals;

constexpr std::size_t kVideoBytes = 12'345'678;
constexpr std::string_view kVideo = "/v1/recordings/r-1/files/tracks/p1-video-1c7e9a41.001.mkv";

class HttpFiles : public testing::HttpFixture {
 protected:
  ~HttpFiles() override {
    stop_serving();
    serve_recordings([this](Loop&) {
      shelf_.reset();
      return nullptr;
    });
  }
  void start(HttpSettings settings = {}) {
    HttpFixture::start(settings);
    serve_recordings([this](Loop& loop) {
      shelf::ShelfSettings chosen;
      chosen.root = root_.path();
      shelf_ = shelf::Shelf::open(loop, holds_, chosen).value();
      return shelf_.get();
    });
  }
  static std::string request(std::string_view target, std::string_view headers = {}, std::string_view method = "GET") {
    return fmt::format("{} {} HTTP/1.1\r\nHost: x\r\n{}\r\n", method, target, headers);
  }

  SampleRoot root_;
  const std::filesystem::path folder_ = root_.add({.video_bytes = kVideoBytes});
  const std::string video_ = SampleRoot::bytes(kVideoBytes, 2);
  recording::Holds holds_;
  std::unique_ptr<shelf::Shelf> shelf_;
};

TEST_F(HttpFiles, ALargeFileArrivesWholeWithItsLength) {
  start();
  Client client(port());
  client.send(request(kVideo));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-length"), std::to_string(kVideoBytes));
  EXPECT_EQ(answer.header("transfer-encoding"), "");
  EXPECT_EQ(answer.header("content-type"), "video/x-matroska");
  EXPECT_TRUE(answer.body == video_);
}

TEST_F(HttpFiles, AConnectionServesRangeAfterRange) {
  start();
  Client client(port());
  for (const std::size_t offset : {std::size_t{0}, std::size_t{300'000}, kVideoBytes - 1000}) {
    client.send(request(kVideo, fmt::format("Range: bytes={}-{}\r\n", offset, offset + 999)));
    const auto answer = client.answer();
    EXPECT_EQ(answer.status, 206);
    EXPECT_EQ(answer.header("connection"), "");
    EXPECT_EQ(answer.header("content-range"), fmt::format("bytes {}-{}/{}", offset, offset + 999, kVideoBytes));
    EXPECT_TRUE(answer.body == video_.substr(offset, 1000));
  }
  client.send(request(kVideo, fmt::format("Range: bytes={}-\r\n", kVideoBytes)));
  EXPECT_EQ(client.answer().status, 416);
  client.send(request(kVideo, {}, "HEAD"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), ::testing::HasSubstr(fmt::format("Content-Length: {}\r\n", kVideoBytes)));
  client.send(request("/health"));
  EXPECT_EQ(client.answer().body, R"({"status":"ok"})");
}

TEST_F(HttpFiles, RequestsThatCameEarlyAreAnsweredAfterTheFile) {
  start();
  Client client(port());
  client.send(request(kVideo) + request("/health") + request(kVideo, "Range: bytes=1-3\r\n"));
  EXPECT_TRUE(client.answer().body == video_);
  EXPECT_EQ(client.answer().body, R"({"status":"ok"})");
  EXPECT_EQ(client.answer().body, video_.substr(1, 3));
}

TEST_F(HttpFiles, AnOldClientGetsTheFileAndTheEnd) {
  start();
  Client client(port());
  client.send(fmt::format("GET {} HTTP/1.0\r\n\r\n", kVideo));
  const std::string all = client.read_all();
  EXPECT_TRUE(all.ends_with(video_.substr(kVideoBytes - 1000)));
  EXPECT_EQ(all.size(), all.find("\r\n\r\n") + 4 + kVideoBytes);
}

TEST_F(HttpFiles, AReaderWhoLeavesTakesNobodyAlong) {
  start();
  {
    Client gone(port(), Client::Buffers::kSmall);
    gone.send(request(kVideo));
    gone.read_until("\r\n\r\n");
  }
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
  Client client(port());
  client.send(request(kVideo));
  EXPECT_TRUE(client.answer().body == video_);
}

TEST_F(HttpFiles, AReaderWhoReadsNothingIsCutOff) {
  HttpSettings settings;
  settings.write_timeout = 100ms;
  settings.sweep_interval = 20ms;
  start(settings);
  Client idle(port(), Client::Buffers::kSmall);
  idle.send(request(kVideo));
  EXPECT_THAT(idle.read_until("\r\n\r\n"), ::testing::HasSubstr("200 OK"));
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(HttpFiles, AFileThatIsCutWhileItIsReadEndsTheConnection) {
  start();
  Client client(port(), Client::Buffers::kSmall);
  client.send(request(kVideo));
  client.read_until("\r\n\r\n");
  std::filesystem::resize_file(folder_ / "tracks/p1-video-1c7e9a41.001.mkv", 5'000'000);
  EXPECT_LT(client.read_all().size(), kVideoBytes);
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(HttpFiles, AnEmptyFileHasNoBytes) {
  SampleRoot::write(folder_ / "participants/p1.001.webm", "");
  start();
  Client client(port());
  client.send(request("/v1/recordings/r-1/files/participants/p1.001.webm") + request("/health"));
  const auto answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-length"), "0");
  EXPECT_EQ(client.answer().body, R"({"status":"ok"})");
}

TEST_F(HttpFiles, WhatIsWrittenOutsideTheRecordingIsNotServed) {
  SampleRoot::write(root_.path() / "secret", "secret");
  start();
  Client client(port());
  for (const char* path :
       {"../../../secret", "..%2f..%2f..%2fsecret", "%2e%2e/%2e%2e/%2e%2e/secret", "tracks/%00", "/etc/passwd", "%2fetc%2fpasswd"}) {
    client.send(request(std::string("/v1/recordings/r-1/files/") + path));
    EXPECT_EQ(client.answer().status, 404) << path;
  }
}

}  // namespace
}  // namespace dd::net
