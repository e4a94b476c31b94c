// SPDX-License-Identifier: MIT
// Who speaks, as the worker hears it: the loudest producers of a router, and the one that leads.
// They hear only the producers they are given. Live on the control loop; made by Router.
#pragma once

#include "media/audio_level_settings.hpp"
#include "media/producer.hpp"
#include "media/worker_object.hpp"
#include "meeting/media_port.hpp"

namespace dd::media {

class RtpObserver : public WorkerObject {
 public:
  // The worker drops a producer by itself when it closes.
  void add(const Producer& producer);
  void remove(const Producer& producer);
  void close();

 protected:
  RtpObserver(std::shared_ptr<Channel> channel, std::string id, std::string router)
      : WorkerObject(std::move(channel), std::move(id)), router_(std::move(router)) {}

 private:
  std::string router_;
};

class AudioLevelObserver final : public RtpObserver, public std::enable_shared_from_this<AudioLevelObserver> {
 public:
  using OnLevels = UniqueFunction<void(const std::vector<std::pair<std::string, int>>& levels)>;  // producers' ids; empty: silence
  AudioLevelObserver(std::shared_ptr<Channel> channel, std::string id, std::string router, OnLevels on_levels)
      : RtpObserver(std::move(channel), std::move(id), std::move(router)), on_levels_(std::move(on_levels)) {}
  void listen();

 private:
  void on_notification(const FBS::Notification::Notification& notification);
  OnLevels on_levels_;
};

class ActiveSpeakerObserver final : public RtpObserver, public std::enable_shared_from_this<ActiveSpeakerObserver> {
 public:
  using OnSpeaker = UniqueFunction<void(const std::string& producer)>;
  ActiveSpeakerObserver(std::shared_ptr<Channel> channel, std::string id, std::string router, OnSpeaker on_speaker)
      : RtpObserver(std::move(channel), std::move(id), std::move(router)), on_speaker_(std::move(on_speaker)) {}
  void listen();

 private:
  void on_notification(const FBS::Notification::Notification& notification);
  OnSpeaker on_speaker_;
};

}  // namespace dd::media
