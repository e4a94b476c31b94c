// SPDX-License-Identifier: MIT
// Taps: for each recorded producer a PlainTransport on its own router and one paused consumer, aimed at a recorder's port.
// It decides nothing about recordings and restarts nothing: a tap ends with its producer or its worker.
// Lives on the control loop, beside the engine, which outlives it.
#pragma once

#include <memory>
#include <unordered_map>

#include "media/engine.hpp"
#include "recording/tap_port.hpp"

namespace dd::media {

class PlainTransport;

class RecordingTaps final : public recording::TapPort {
 public:
  explicit RecordingTaps(Engine& engine) : engine_(engine) {}
  ~RecordingTaps() override;

  Task<Result<recording::TapDescription>> open_tap(ProducerId producer, std::uint16_t recorder_port,
                                                   UniqueFunction<void()> on_closed) override;
  Task<Result<void>> start_tap(ProducerId producer) override;
  void close_tap(const ProducerId& producer) override;

 private:
  struct Tap {
    std::shared_ptr<PlainTransport> transport;
    std::shared_ptr<Consumer> consumer;
    UniqueFunction<void()> on_closed;
  };

  void on_end(const ProducerId& producer, const PlainTransport* transport);

  Engine& engine_;
  std::unordered_map<ProducerId, Tap> taps_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // objects of the engine may end after us
};

}  // namespace dd::media
