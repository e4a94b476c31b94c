// SPDX-License-Identifier: MIT
// Sparing a worker that has too much to do: which pictures lose a layer, and which get it back. overload.hpp decides when.
// Whose picture loses least is asked in this order (ADR 20): a camera of somebody who does not speak before that of who does, and both
// before a shared screen, which is read; of two alike the one of more layers, and then the one whose viewer sees more pictures, each of
// them smaller. Sound has no layers and is not touched. What a viewer has asked for is remembered, and holds again when the load is gone.
#include <algorithm>
#include <fmt/format.h>
#include <tuple>

#include "meeting/gather.hpp"
#include "meeting/state.hpp"
#include "rtp/scalability_mode.hpp"

namespace dd::meeting {
namespace {

// Of all pictures that could: a quarter loses a layer at a time, an eighth of those gets one back.
constexpr std::size_t kLowerPart = 4;
constexpr std::size_t kRaisePart = 8;
// Requests in the engine at a time; the joins of others go between them.
constexpr std::size_t kSetAtOnce = 32;
// When a refused client may ask again: a step is left after 3 s of calm at the earliest.
constexpr std::chrono::seconds kRetryAfter{5};

std::uint8_t highest_layer(const Consumer& consumer) {
  const auto& encodings = consumer.description.parameters.encodings;
  if (consumer.description.kind != rtp::MediaKind::kVideo || consumer.description.type == ProducerType::kSimple || encodings.empty())
    return 0;
  return static_cast<std::uint8_t>(rtp::parse_scalability_mode(encodings[0].scalability_mode.value_or("")).spatial_layers - 1);
}

std::uint8_t wished_layer(const Consumer& consumer) {
  const std::uint8_t highest = highest_layer(consumer);
  return consumer.wish ? std::min(consumer.wish->spatial, highest) : highest;
}

std::uint8_t layer_now(const Consumer& consumer) { return std::min(wished_layer(consumer), consumer.cap.value_or(UINT8_MAX)); }

// What nobody is sent costs nothing.
template <typename Picture>
bool can_lose(const Picture& picture) {
  return picture.flows && layer_now(*picture.consumer) > 0;
}

}  // namespace

// All video of the viewers whose transport is on `worker`.
std::vector<Host::State::Picture> Host::State::pictures_on(const WorkerId& worker) {
  std::vector<Picture> pictures;
  const auto routers = worker_routers_.find(worker);
  if (routers == worker_routers_.end()) return pictures;
  for (const auto& router : routers->second) {
    const auto of = routers_.find(router);
    Meeting* meeting = of == routers_.end() ? nullptr : find_meeting(of->second);
    if (meeting == nullptr) continue;
    for (auto& [id, viewer] : meeting->participants) {
      if (!viewer.consumer_transport || viewer.consumer_transport->router != router) continue;
      const std::size_t begin = pictures.size();
      for (auto& [consumer_id, consumer] : viewer.consumers) {
        if (consumer.description.kind != rtp::MediaKind::kVideo) continue;
        Picture picture{consumer_id, &consumer};
        const Viewer* seen = find_viewer(consumer_id);
        picture.flows = seen != nullptr && !seen->paused && !consumer.description.producer_paused;
        if (consumer.target == meeting->speaker) picture.importance = 1;
        if (kind_key(consumer.kind) == "screenshare") picture.importance = 2;
        pictures.push_back(picture);
      }
      for (std::size_t i = begin; i < pictures.size(); ++i) pictures[i].beside = pictures.size() - begin;
    }
  }
  return pictures;
}

void Host::State::on_worker_load(const WorkerId& worker, std::uint32_t busy_percent) {
  Overload& overload = overloads_.try_emplace(worker, settings_.overload).first->second;
  const OverloadStep before = overload.step();
  std::vector<Picture> pictures;
  const bool busy = settings_.overload.lower_above != 0 && busy_percent >= settings_.overload.lower_above / 2;
  if (busy || before != OverloadStep::kNone) pictures = pictures_on(worker);
  const bool lowered =
      std::any_of(pictures.begin(), pictures.end(), [](const Picture& picture) { return picture.consumer->cap.has_value(); });
  const bool lowerable = std::any_of(pictures.begin(), pictures.end(), [](const Picture& picture) { return can_lose(picture); });
  switch (overload.on_reading(loop_.now(), busy_percent, lowered, lowerable)) {
    case Overload::Change::kKeep: break;
    case Overload::Change::kLower: lower_layers(std::move(pictures)); break;
    case Overload::Change::kRaise: raise_layers(std::move(pictures)); break;
  }
  if (overload.step() != before) emit({}, {}, WorkerOverload{worker, overload.step(), overload.busy_percent()});
}

void Host::State::lower_layers(std::vector<Picture> pictures) {
  std::erase_if(pictures, [](const Picture& picture) { return !can_lose(picture); });
  const auto cost = [](const Picture& picture) {
    return std::tuple(picture.importance, -static_cast<int>(layer_now(*picture.consumer)), -static_cast<std::ptrdiff_t>(picture.beside));
  };
  std::stable_sort(pictures.begin(), pictures.end(), [&](const Picture& a, const Picture& b) { return cost(a) < cost(b); });
  pictures.resize((pictures.size() + kLowerPart - 1) / kLowerPart);
  std::vector<ConsumerId> changed;
  for (const auto& picture : pictures) {
    picture.consumer->cap = static_cast<std::uint8_t>(layer_now(*picture.consumer) - 1);
    changed.push_back(picture.id);
  }
  start(apply_layers(std::move(changed)));
}

// Those first that have lost most.
void Host::State::raise_layers(std::vector<Picture> pictures) {
  std::erase_if(pictures, [](const Picture& picture) { return !picture.consumer->cap; });
  const auto loss = [](const Picture& picture) { return std::tuple(-picture.importance, layer_now(*picture.consumer), picture.beside); };
  std::stable_sort(pictures.begin(), pictures.end(), [&](const Picture& a, const Picture& b) { return loss(a) < loss(b); });
  pictures.resize((pictures.size() + kRaisePart - 1) / kRaisePart);
  std::vector<ConsumerId> changed;
  for (const auto& picture : pictures) {
    Consumer& consumer = *picture.consumer;
    ++*consumer.cap;
    if (*consumer.cap >= wished_layer(consumer)) consumer.cap.reset();
    changed.push_back(picture.id);
  }
  start(apply_layers(std::move(changed)));
}

// What the engine is to send: the viewer's wish, no higher than the cap.
Layers Host::State::layers_of(const Consumer& consumer) {
  Layers layers;
  layers.spatial = layer_now(consumer);
  if (consumer.wish) layers.temporal = consumer.wish->temporal;
  return layers;
}

Task<void> Host::State::apply_layers(std::vector<ConsumerId> consumers) {
  for (std::size_t begin = 0; begin < consumers.size(); begin += kSetAtOnce) {
    const std::size_t end = std::min(consumers.size(), begin + kSetAtOnce);
    std::vector<ConsumerId> asked;
    std::vector<Task<Result<std::optional<Layers>>>> setting;
    for (std::size_t i = begin; i < end; ++i) {
      const Place* place = find_place(consumers_, consumers[i]);
      if (place == nullptr) continue;
      const Consumer& consumer = find_participant(*place)->consumers.at(consumers[i]);
      asked.push_back(consumers[i]);
      setting.push_back(media_.set_preferred_layers(consumers[i], layers_of(consumer)));
    }
    auto gathering = gather(loop_, std::move(setting));
    const auto set = co_await std::move(gathering);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const Place* place = find_place(consumers_, asked[i]);
      if (!set[i] || place == nullptr) continue;
      const Consumer& consumer = find_participant(*place)->consumers.at(asked[i]);
      note_viewer_layers(asked[i], consumer.cap || consumer.wish ? std::optional(layers_of(consumer)) : std::nullopt);
    }
  }
}

Result<void> Host::State::may_consume(const Meeting& meeting, const RouterId& router, const std::vector<PlannedConsumer>& plan) {
  const RouterRow* row = meeting.find_router(router);
  const auto overload = row == nullptr ? overloads_.end() : overloads_.find(row->worker);
  if (overload == overloads_.end() || overload->second.step() < OverloadStep::kRefusingVideo) return ok();
  for (const auto& planned : plan) {
    const bool sound = kind_key(planned.target.kind) == "audio";
    if (!planned.reused.empty() || (sound && overload->second.step() < OverloadStep::kRefusingAll)) continue;
    ++(sound ? audio_refused_ : video_refused_);
    Error error = dd::refused(Errc::kUnavailable, "worker_overloaded",
                              sound ? "the media worker has more to do than it can, and adds no streams for now"
                                    : "the media worker has more to do than it can, and adds no pictures for now; sound can be had");
    error.field = fmt::format("targetParticipants.{}.{}", planned.target.participant.str(), planned.target.kind);
    error.retry_after = kRetryAfter;
    return error;
  }
  return ok();
}

}  // namespace dd::meeting
