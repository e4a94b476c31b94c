// SPDX-License-Identifier: MIT
// MediaRole: what a process is that carries meetings - workers, recordings, the meetings' host and the media API in front of them.
// It decides nothing about media or rows; it makes the parts in the order in which they need each other.
// Lives on the control loop; owned by Server, which also owns the store it is given.
#pragma once

#include <memory>

#include "api/application.hpp"
#include "api/event_stream.hpp"
#include "app/shutdown.hpp"
#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "config/settings.hpp"
#include "meeting/event.hpp"
#include "observe/metrics.hpp"
#include "store/store.hpp"

namespace dd::app {

class MediaRole final {
 public:
  // Everything given outlives it. `listener` hears every event that /v1/events tells, after it was numbered.
  MediaRole(AsioLoop& loop, observe::Metrics& metrics, const config::Settings& settings, ContainerId container, store::Store& store,
            meeting::EventSink& listener);
  ~MediaRole();

  // Workers, recordings, rows, HTTP; when it has ended the server takes meetings, or as soon as its database is there.
  Task<Result<void>> start(WallTime started);

  const ContainerId& container() const;
  api::Application& application();
  meeting::HostStatus status() const;
  std::uint16_t port() const;

  // The list of shutdown.hpp. hurry() ends a drain that is under way.
  Task<void> stop(Patience patience);
  void hurry();
  // After the loop has ended: what blocks for as long as a last write may take.
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace dd::app
