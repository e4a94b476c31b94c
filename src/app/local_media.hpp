// SPDX-License-Identifier: MIT
// LocalMedia: this process's own media server as the control plane sees any other - calls and events, without a socket between.
// It translates nothing: requests go to the media API as if they had come over HTTP, events leave as the event stream writes them.
// Lives on the control loop; owned by Server, before and after the media role it speaks to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "api/application.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "control/fleet.hpp"
#include "meeting/event.hpp"

namespace dd::app {

class LocalMedia final : public meeting::EventSink {
 public:
  explicit LocalMedia(Loop& loop);
  ~LocalMedia() override;

  void serve(api::Application& application);  // before the first request

  Task<api::HttpResponse> handle(api::HttpRequest request);

  using Hear = std::function<void(std::string json)>;
  void follow(Hear hear);  // from now on, each event in a turn of its own; nullptr ends it

  void on_event(const meeting::Event& event) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::app
