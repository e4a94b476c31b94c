// SPDX-License-Identifier: MIT
#include "media/rtp_observer.hpp"

namespace dd::media {

using Body = FBS::Request::Body;
using Event = FBS::Notification::Event;
using Method = FBS::Request::Method;

void RtpObserver::add(const Producer& producer) {
  if (closed()) return;
  const auto body = FBS::RtpObserver::CreateAddProducerRequestDirect(channel_->builder(), producer.worker_side_id().c_str());
  channel_->post(Method::RTPOBSERVER_ADD_PRODUCER, id_, Body::RtpObserver_AddProducerRequest, body.Union());
}

void RtpObserver::remove(const Producer& producer) {
  if (closed()) return;
  const auto body = FBS::RtpObserver::CreateRemoveProducerRequestDirect(channel_->builder(), producer.worker_side_id().c_str());
  channel_->post(Method::RTPOBSERVER_REMOVE_PRODUCER, id_, Body::RtpObserver_RemoveProducerRequest, body.Union());
}

void RtpObserver::close() {
  if (closed()) return;
  const auto body = FBS::Router::CreateCloseRtpObserverRequestDirect(channel_->builder(), id_.c_str());
  channel_->post(Method::ROUTER_CLOSE_RTPOBSERVER, router_, Body::Router_CloseRtpObserverRequest, body.Union());
  forget();
}

void AudioLevelObserver::listen() {
  subscription_ = channel_->subscribe(id_, [weak = weak_from_this()](const FBS::Notification::Notification& notification) {
    if (auto self = weak.lock()) self->on_notification(notification);
  });
}

void AudioLevelObserver::on_notification(const FBS::Notification::Notification& notification) {
  if (notification.event() == Event::AUDIOLEVELOBSERVER_SILENCE) return on_levels_({});
  if (notification.event() != Event::AUDIOLEVELOBSERVER_VOLUMES) return;
  const auto* body = notification.body_as_AudioLevelObserver_VolumesNotification();
  if (!body) return;
  std::vector<std::pair<std::string, int>> levels;
  for (const auto* volume : *body->volumes()) levels.emplace_back(volume->producerId()->str(), volume->volume());
  on_levels_(levels);
}

void ActiveSpeakerObserver::listen() {
  subscription_ = channel_->subscribe(id_, [weak = weak_from_this()](const FBS::Notification::Notification& notification) {
    if (auto self = weak.lock()) self->on_notification(notification);
  });
}

void ActiveSpeakerObserver::on_notification(const FBS::Notification::Notification& notification) {
  if (notification.event() != Event::ACTIVESPEAKEROBSERVER_DOMINANT_SPEAKER) return;
  const auto* body = notification.body_as_ActiveSpeakerObserver_DominantSpeakerNotification();
  if (body) on_speaker_(body->producerId()->str());
}

}  // namespace dd::media
