// SPDX-License-Identifier: MIT
// The orders: what was asked of each recording that is not finished yet, kept on disk so that a crash forgets none.
// One small file for each, in `<root>/.open/`, removed when everything asked for has been made. It holds no media.
// Lives on the control loop; the files are touched on the thread it is given.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/background_thread.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "recording/command.hpp"

namespace dd::studio {

struct Order {
  enum class Stage { kRecording, kFinishing };  // kFinishing: nothing is added any more, the tools have work to do

  RecordingId recording;
  std::string tenant;
  MeetingId meeting;
  std::vector<recording::Mode> modes;
  recording::Programme programme;
  recording::Fill fill = recording::Fill::kBlack;
  bool live = false;      // the programme is also made while the meeting runs
  bool everyone = false;  // all producers of the meeting, not only those that asked
  Stage stage = Stage::kRecording;
  std::int64_t seen_ms = 0;  // wall clock, milliseconds since 1970: when it was last known to run

  bool wants(recording::Mode mode) const;
  std::string folder() const;  // below the root
};

std::string encode(const Order& order);
Result<Order> parse_order(std::string_view text);

class OrderBook {
 public:
  OrderBook(std::filesystem::path root, BackgroundThread& disk) : folder_(std::move(root) / ".open"), disk_(disk) {}

  // Also makes the folder. A file that is damaged is set aside (`.damaged`) and logged.
  Task<Result<std::vector<Order>>> read_all();
  Task<Result<void>> put(Order order);  // synced before it answers
  Task<Result<void>> remove(RecordingId recording);

 private:
  std::filesystem::path file_of(const RecordingId& recording) const;

  std::filesystem::path folder_;
  BackgroundThread& disk_;
};

}  // namespace dd::studio
