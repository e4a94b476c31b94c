// SPDX-License-Identifier: MIT
// What every object inside a worker has: its id there, the channel to command it, and an end that happens once.
// It is not the object's owner and knows no parent: whoever cares asks to be told when it closes. Lives on the control loop.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_function.hpp"
#include "media/channel.hpp"

namespace dd::media {

class WorkerObject {
 public:
  WorkerObject(const WorkerObject&) = delete;
  WorkerObject& operator=(const WorkerObject&) = delete;
  virtual ~WorkerObject() = default;

  const std::string& worker_side_id() const { return id_; }
  bool closed() const { return closed_; }

  // Runs when it closes for any reason, or at once if it has. Must not close the loop of who holds whom.
  void when_closed(UniqueFunction<void()> callback) {
    if (closed_) return callback();
    close_callbacks_.push_back(std::move(callback));
  }

  // It ended together with what it lived in: nothing to tell the worker. Whatever lives in it ends too.
  void forget() {
    if (std::exchange(closed_, true)) return;
    subscription_.cancel();
    forget_children();
    auto callbacks = std::exchange(close_callbacks_, {});
    for (auto& callback : callbacks) callback();
  }

 protected:
  WorkerObject(std::shared_ptr<Channel> channel, std::string id) : channel_(std::move(channel)), id_(std::move(id)) {}

  virtual void forget_children() {}

  // An object that the worker did not confirm in time may exist there all the same.
  static bool may_exist(const Error& error) { return error.code == Errc::kDeadlineExceeded; }

  std::shared_ptr<Channel> channel_;
  std::string id_;
  Channel::Subscription subscription_;

 private:
  bool closed_ = false;
  std::vector<UniqueFunction<void()>> close_callbacks_;
};

}  // namespace dd::media
