// SPDX-License-Identifier: MIT
// One life of one mediasoup-worker process: its channel, the server on its ports, and its routers' births.
// It is not restarted here (worker_slot.hpp does that). Lives on the control loop; ends once, with the process.
#pragma once

#include <memory>
#include <string>

#include "base/task.hpp"
#include "child/frame_connection.hpp"
#include "child/spawn.hpp"
#include "media/channel.hpp"
#include "media/router.hpp"

namespace dd::media {

struct WorkerSettings {
  std::string name;    // in log lines
  std::string binary;  // path of mediasoup-worker
  std::string log_level = "error";
  std::uint16_t rtc_min_port = 41'000;  // for plain and pipe transports
  std::uint16_t rtc_max_port = 49'999;
  ListenAddress listen;  // of its WebRtcServer, UDP and TCP
  ChannelSettings channel;
};

class Worker : public std::enable_shared_from_this<Worker> {
 public:
  struct Events {
    UniqueFunction<void()> on_running;                      // it takes requests
    UniqueFunction<void(const std::string& how)> on_ended;  // the process is gone; called once
  };

  static Result<std::shared_ptr<Worker>> open(Loop& loop, observe::Metrics& metrics, WorkerSettings settings, Events events);
  ~Worker();

  // One UDP and one TCP port for all WebRtcTransports of the worker. kUnavailable says which port is taken.
  Task<Result<void>> create_webrtc_server();
  Task<Result<std::shared_ptr<Router>>> create_router(std::string id);
  // All at once rather than one round trip after another: a worker that comes back may have thousands.
  Task<Result<std::vector<std::shared_ptr<Router>>>> create_routers(std::vector<std::string> ids);
  Task<Result<void>> ping();

  void kill();                   // for one that misbehaves
  void stop(Duration patience);  // asks it to end, and kills it after `patience`

  pid_t pid() const { return process_ ? process_->pid() : -1; }
  MonotonicTime last_heard() const { return channel_->last_heard(); }

 private:
  Worker(Loop& loop, observe::Metrics& metrics, WorkerSettings settings, Events events);
  Result<void> start();
  void on_exit(child::Exit exit);
  Completion<Reply> request_router(const std::string& id);

  Loop& loop_;
  WorkerSettings settings_;
  Events events_;
  std::unique_ptr<child::Process> process_;
  std::unique_ptr<child::FrameConnection> connection_;
  std::shared_ptr<Channel> channel_;
  Channel::Subscription running_;
};

}  // namespace dd::media
