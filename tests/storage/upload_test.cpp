// SPDX-License-Identifier: MIT
// Recordings on their way to a real S3 server that checks signatures, is killed and comes back, and to nobody's surprise
// we are killed as well. What arrives is compared byte by byte.
#include "shelf/upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/asio_loop.hpp"
#include "net/s3_store.hpp"
#include "shelf/shelf.hpp"
#include "shelf/testing/sample_recording.hpp"
#include "shelf/uploader.hpp"
#include "tests/storage/s3_server.hpp"

namespace dd::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using shelf::testing::SampleRoot;

constexpr std::size_t kVideoBytes = 12U << 20U;
constexpr std::uint64_t kPartBytes = 1U << 20U;
const std::vector<std::string> kAll{"tracks/p1-audio-0c7e9a41.001.mkv", "tracks/p1-video-1c7e9a41.001.mkv", "participants/p1.001.webm",
                                    "timeline.jsonl", "manifest.json"};

// A real store in front of which a test stands and looks on.
class WatchedStore final : public shelf::ObjectStore {
 public:
  using OnPart = std::function<void(unsigned number)>;
  WatchedStore(net::StorageProfile profile, OnPart before, OnPart after)
      : store_(std::move(profile)), before_(std::move(before)), after_(std::move(after)) {}

  Result<std::string> put(const std::string& key, std::string_view bytes, std::string_view type) override {
    return store_.put(key, bytes, type);
  }
  Result<std::string> begin(const std::string& key, std::string_view type) override { return store_.begin(key, type); }
  Result<std::string> put_part(const std::string& key, const std::string& upload, unsigned number, std::string_view bytes) override {
    if (before_) before_(number);
    auto etag = store_.put_part(key, upload, number, bytes);
    if (after_) after_(number);
    return etag;
  }
  Result<std::optional<std::vector<shelf::ListedPart>>> parts(const std::string& key, const std::string& upload) override {
    return store_.parts(key, upload);
  }
  Result<std::string> complete(const std::string& key, const std::string& upload,
                               const std::vector<recording::UploadedPart>& parts) override {
    return store_.complete(key, upload, parts);
  }
  Result<void> abandon(const std::string& key, const std::string& upload) override { return store_.abandon(key, upload); }
  Result<std::optional<shelf::StoredObject>> look(const std::string& key) override { return store_.look(key); }
  std::optional<bool> proves(std::string_view etag, std::string_view bytes) const override { return store_.proves(etag, bytes); }
  std::optional<bool> proves(std::string_view etag, const std::vector<recording::UploadedPart>& parts) const override {
    return store_.proves(etag, parts);
  }
  void cancel() override { store_.cancel(); }

 private:
  net::S3Store store_;
  OnPart before_;
  OnPart after_;
};

class Storage : public ::testing::Test {
 protected:
  Storage() {
    ::setenv("no_proxy", "*", 1);
    plan_.profile = "main";
    plan_.prefix = "some where/ä+1";  // what has to be encoded and signed the same way
    plan_.part_bytes = kPartBytes;
    for (const auto& file : kAll) contents_[file] = SampleRoot::read(folder_ / file);
  }

  Result<shelf::UploadOutcome> upload(WatchedStore::OnPart before = {}, WatchedStore::OnPart after = {}) {
    WatchedStore store(server_.profile(), std::move(before), std::move(after));
    return shelf::upload_recording(folder_, plan_, store);
  }
  void expect_all_there() const {
    for (const auto& file : kAll) {
      EXPECT_TRUE(server_.object(plan_.prefix + "/acme/m%3A1/r-1/" + file) == contents_.at(file)) << file;
    }
  }

  S3Server server_;
  SampleRoot root_;
  const fs::path folder_ = root_.add({.meeting = "m:1", .audio_bytes = 100'000, .video_bytes = kVideoBytes});
  std::map<std::string, std::string> contents_;
  shelf::UploadPlan plan_;
};

TEST_F(Storage, ARecordingArrivesByteByByte) {
  const auto outcome = upload();
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->files, kAll.size());
  expect_all_there();
}

TEST_F(Storage, AWrongKeyIsRefusedAndNothingIsRemoved) {
  plan_.keep_local = false;
  auto profile = server_.profile();
  profile.secret_key = "wrong";
  net::S3Store store(profile);
  const auto outcome = shelf::upload_recording(folder_, plan_, store);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Errc::kForbidden) << outcome.error().message;
  EXPECT_THAT(outcome.error().message, ::testing::HasSubstr("SignatureDoesNotMatch"));
  for (const auto& file : kAll) EXPECT_TRUE(fs::exists(folder_ / file));
}

TEST_F(Storage, WeAreKilledBetweenAPartsAnswerAndOurNoteOfIt) {
  EXPECT_EXIT((void)upload({},
                           [](unsigned number) {
                             if (number == 5) ::raise(SIGKILL);
                           }),
              ::testing::KilledBySignal(SIGKILL), "");
  unsigned sent = 0;
  const auto outcome = upload([&](unsigned) { ++sent; });
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(sent, 12u - 4u);  // four were noted; this server cannot list parts, so the fifth goes again
  expect_all_there();
}

TEST_F(Storage, TheServerIsKilledTwiceAndTheQueueGoesOn) {
  AsioLoop loop;
  observe::Metrics metrics;
  recording::Holds holds;
  shelf::Catalogue catalogue(root_.path(), true);
  std::atomic<unsigned> sent{0};
  std::atomic<unsigned> kills{0};
  shelf::UploaderSettings settings;
  settings.plan = plan_;
  settings.plan.keep_local = false;
  settings.threads = 2;
  settings.first_backoff = 1ms;
  settings.max_backoff = 200ms;
  const auto make = [&]() -> std::unique_ptr<shelf::ObjectStore> {
    const auto before = [&](unsigned number) {
      ++sent;
      // The second time it dies while the part is on its way: a thread of its own kills it, and whatever happens first is right.
      if (number == 4 && kills.fetch_or(1) % 2 == 0) server_.kill();
      if (number == 9 && (kills.fetch_or(2) & 2U) == 0) std::thread([&] { server_.kill(); }).join();
    };
    return std::make_unique<WatchedStore>(server_.profile(), before, WatchedStore::OnPart{});
  };
  unsigned failures = 0;
  bool done = false;
  std::unique_ptr<shelf::Uploader> uploader;
  Timer guard;
  loop.post([&] {
    guard = loop.after(60s, [&] { loop.stop(); });
    uploader = std::make_unique<shelf::Uploader>(loop, catalogue, holds, metrics, system_clock(), make, settings,
                                                 [&](const shelf::UploadNews& news) {
                                                   if (news.done) {
                                                     done = true;
                                                     EXPECT_TRUE(news.outcome.removed_local);
                                                     loop.stop();
                                                     return;
                                                   }
                                                   // It was killed: everything is still here. It comes back after the second attempt that found nobody.
                                                   EXPECT_TRUE(fs::exists(folder_ / kAll[1]));
                                                   if (++failures % 2 == 0) server_.start();
                                                 });
  });
  loop.run();
  uploader.reset();
  guard.cancel();
  ASSERT_TRUE(done);
  EXPECT_EQ(kills.load(), 3u);
  EXPECT_GE(failures, 2u);
  EXPECT_LE(sent.load(), 12u + 6u);  // no part that was taken went again
  expect_all_there();
  EXPECT_FALSE(fs::exists(folder_ / kAll[1]));
  EXPECT_TRUE(fs::exists(folder_ / "manifest.json"));
}

TEST_F(Storage, AStoppedUploaderGoesOnAtTheNextStart) {
  AsioLoop loop;
  observe::Metrics metrics;
  recording::Holds holds;
  shelf::Catalogue catalogue(root_.path(), true);
  shelf::UploaderSettings settings;
  settings.plan = plan_;
  settings.threads = 1;
  unsigned sent = 0;
  bool done = false;
  Timer guard;
  const auto run = [&](unsigned stop_at) {
    std::unique_ptr<shelf::Uploader> uploader;
    const auto make = [&]() -> std::unique_ptr<shelf::ObjectStore> {
      return std::make_unique<WatchedStore>(
          server_.profile(), [&](unsigned) { ++sent; },
          [&, stop_at](unsigned number) {
            if (number == stop_at) loop.stop();
          });
    };
    loop.post([&] {
      guard = loop.after(60s, [&] { loop.stop(); });
      uploader = std::make_unique<shelf::Uploader>(loop, catalogue, holds, metrics, system_clock(), make, settings,
                                                   [&](const shelf::UploadNews& news) {
                                                     done = news.done;
                                                     loop.stop();
                                                   });
    });
    loop.run();
    uploader.reset();
    guard.cancel();
  };
  run(3);
  EXPECT_FALSE(done);
  run(0);
  EXPECT_TRUE(done);
  EXPECT_LE(sent, 12u + 2u);  // what was on its way when we stopped went again
  expect_all_there();
}

}  // namespace
}  // namespace dd::storage
