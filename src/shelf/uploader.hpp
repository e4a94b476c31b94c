// SPDX-License-Identifier: MIT
// Uploader: brings every finished recording to a bucket. Its queue is the recordings' folders themselves, looked through at
// the start, when it is nudged and once in a while; what fails is tried again, ever more rarely, for as long as it takes.
// It has threads of its own; all calls are for the control loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "observe/metrics.hpp"
#include "recording/holds.hpp"
#include "shelf/catalogue.hpp"
#include "shelf/object_store.hpp"
#include "shelf/upload.hpp"

namespace dd::shelf {

struct UploaderSettings {
  UploadPlan plan;
  unsigned threads = 2;  // recordings that are uploaded at a time; each holds one part in memory
  std::chrono::milliseconds first_backoff{1'000};
  std::chrono::milliseconds max_backoff{300'000};
  std::chrono::milliseconds rescan{30'000};
  std::chrono::seconds interrupted_after{3'600};  // a recording nothing went on with for so long counts as finished
};

struct UploadNews {
  std::string recording;
  std::string meeting;
  std::string tenant;
  bool done = false;  // false: an attempt failed, and another follows
  UploadOutcome outcome;
  std::string failure;
  unsigned attempts = 0;
};

class Uploader {
 public:
  using Listener = std::function<void(const UploadNews&)>;  // called on the loop

  // The catalogue, the holds, the metrics and the loop outlive it.
  Uploader(Loop& loop, Catalogue& catalogue, recording::Holds& holds, observe::Metrics& metrics, const Clock& clock,
           MakeObjectStore make_store, UploaderSettings settings, Listener listener);
  ~Uploader();  // breaks off what runs; the next start goes on with it

  // Something is finished: look now.
  void nudge();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::shelf
