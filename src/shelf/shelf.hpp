// SPDX-License-Identifier: MIT
// Shelf: the recordings on this server's disk, for the API, and their removal by age and by bytes, tenant by tenant.
// It records and uploads nothing. Lives on the control loop; all that touches the disk happens on its threads.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "recording/holds.hpp"
#include "recording/library.hpp"
#include "recording/retention.hpp"
#include "shelf/catalogue.hpp"

namespace dd::shelf {

struct ShelfSettings {
  std::filesystem::path root;
  bool upload_wanted = false;
  std::size_t max_waiting = 256;  // calls that may wait for the disk
  std::size_t max_open = 256;     // files that may be read at a time
};

class Shelf final : public recording::Library {
 public:
  // Makes the root when it is absent. `holds` and `loop` outlive it.
  static Result<std::unique_ptr<Shelf>> open(Loop& loop, recording::Holds& holds, ShelfSettings settings);
  ~Shelf() override;

  Task<Result<recording::Page>> list(recording::Query query) override;
  Task<Result<recording::Storage>> storage() override;
  Task<Result<recording::Details>> find(RecordingId recording) override;
  Task<Result<std::string>> manifest_text(RecordingId recording) override;
  Task<Result<void>> remove(RecordingId recording) override;
  Task<Result<recording::OpenedFile>> open(RecordingId recording, std::string file) override;

  // Where it is, for tools that work on it; kConflict when its media are only in a bucket.
  Task<Result<recording::AtRest>> at_rest(RecordingId recording);

  // The rule holds for each tenant by itself. Ids of what was removed.
  Task<Result<std::vector<std::string>>> sweep(recording::RetentionRule rule);

  Catalogue& catalogue();

 private:
  struct State;
  static void sweep_tenant(State& state, const recording::RetentionRule& rule, WallTime now,
                           const std::vector<std::shared_ptr<const Record>>& records, std::vector<std::string>& removed);
  explicit Shelf(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace dd::shelf
