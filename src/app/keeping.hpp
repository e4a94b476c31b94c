// SPDX-License-Identifier: MIT
// Keeping: what becomes of recordings beside their making - the shelf, uploads, retention, webhooks -, made from the settings and
// tied together. It decides nothing those parts do not. It stands between the studio and the event stream, to hear what
// happens to recordings. Lives on the control loop.
#pragma once

#include <filesystem>
#include <memory>

#include "api/event_stream.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "config/settings.hpp"
#include "meeting/event.hpp"
#include "net/webhooks.hpp"
#include "observe/metrics.hpp"
#include "recording/holds.hpp"
#include "shelf/shelf.hpp"
#include "shelf/sweeper.hpp"
#include "shelf/uploader.hpp"

namespace dd::app {

class Keeping final : public meeting::EventSink {
 public:
  // Everything given outlives it.
  static Result<std::unique_ptr<Keeping>> open(Loop& loop, observe::Metrics& metrics, const config::Settings& settings,
                                               meeting::EventSink& next);
  ~Keeping() override;

  // When the studio knows what it still has to do with the recordings of an earlier run; uploads and retention begin.
  void start();
  // Something was finished that may have to go to the bucket.
  void nudge();
  // Webhooks and uploads end; what is left of them goes on at the next start. Blocks for as long as a write may take.
  void close();

  void on_event(const meeting::Event& event) override;

  recording::Holds& holds() { return holds_; }
  recording::Library& library() { return *shelf_; }
  Task<Result<recording::AtRest>> at_rest(RecordingId recording) { return shelf_->at_rest(std::move(recording)); }

 private:
  Keeping(Loop& loop, observe::Metrics& metrics, const config::Settings& settings, meeting::EventSink& next)
      : loop_(loop), metrics_(metrics), settings_(settings), next_(next) {}
  void on_upload(const shelf::UploadNews& news);

  Loop& loop_;
  observe::Metrics& metrics_;
  const config::Settings& settings_;
  meeting::EventSink& next_;
  recording::Holds holds_;
  std::unique_ptr<net::Webhooks> webhooks_;  // null: nobody is told
  std::unique_ptr<shelf::Shelf> shelf_;
  std::unique_ptr<shelf::Sweeper> sweeper_;
  std::unique_ptr<shelf::Uploader> uploader_;  // null: nothing is uploaded
};

}  // namespace dd::app
