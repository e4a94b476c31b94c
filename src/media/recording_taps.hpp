// SPDX-License-Identifier: MIT
// Taps: for each recorded producer a PlainTransport on its own router and one paused consumer, aimed at a recorder's port; a
// second such pair when a smaller layer is wanted, too.
// It decides nothing about recordings and restarts nothing: a tap ends with its producer or its worker.
// Lives on the control loop, beside the engine, which outlives it.
#pragma once

#include <map>
#include <memory>

#include "media/engine.hpp"
#include "recording/tap_port.hpp"

namespace dd::media {

class PlainTransport;

class RecordingTaps final : public recording::TapPort {
 public:
  explicit RecordingTaps(Engine& engine) : engine_(engine) {}
  ~RecordingTaps() override;

  Task<Result<recording::TapDescription>> open_tap(recording::TapId id, std::uint16_t recorder_port, unsigned smaller,
                                                   UniqueFunction<void()> on_closed) override;
  Task<Result<void>> start_tap(recording::TapId id) override;
  Task<Result<void>> choose_layer(recording::TapId id, unsigned smaller) override;
  Task<Result<void>> request_key_frame(recording::TapId id) override;
  void close_tap(const recording::TapId& id) override;

 private:
  struct Tap {
    std::shared_ptr<PlainTransport> transport;
    std::shared_ptr<Consumer> consumer;
    std::size_t layers = 1;  // of the producer's simulcast
    UniqueFunction<void()> on_closed;
  };

  void on_end(const recording::TapId& id, const PlainTransport* transport);

  Engine& engine_;
  std::map<recording::TapId, Tap> taps_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // objects of the engine may end after us
};

}  // namespace dd::media
