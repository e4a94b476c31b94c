// SPDX-License-Identifier: MIT
#include "batch.hpp"

#include <uv.h>

#include <memory>
#include <vector>

#include "DepLibUV.hpp"
#include "RTC/Consumer.hpp"
#include "RTC/Router.hpp"
#include "RTC/RtpObserver.hpp"
#include "RTC/RTP/SharedPacket.hpp"
#include "send_queue.hpp"
#include "stream_queue.hpp"

namespace dd {
namespace {

struct Kept {
  RTC::Router* router;
  RTC::Producer* producer;
  RTC::RTP::Packet* packet;
};

thread_local bool open = false;
thread_local bool forwarding = false;
thread_local std::vector<Kept> kept;

#ifdef DD_MS_SEND_QUEUE
thread_local uv_prepare_t* before_wait = nullptr;
thread_local uv_check_t* after_wait = nullptr;

void flush_and_complete() {
  SendQueue& queue = SendQueue::of_this_loop();
  queue.flush();
  queue.complete();
  queue.flush();  // what the callbacks sent
#ifdef DD_MS_STREAM_QUEUE
  StreamQueue::of_this_loop().flush();
#endif
}
#endif

struct alignas(64) Slot {
  std::uint8_t bytes[Batch::kSlot];
};

}  // namespace

std::uint8_t* Batch::slot(std::size_t index) {
  static thread_local const std::unique_ptr<Slot[]> slots(new Slot[kDatagrams]);
  return slots[index].bytes;
}

Batch::Batch() { open = true; }

Batch::~Batch() {
  forward();
  open = false;
#ifdef DD_MS_SEND_QUEUE
  flush_and_complete();
#endif
}

bool Batch::keep(RTC::Router* router, RTC::Producer* producer, RTC::RTP::Packet* packet) {
  if (!open || forwarding) return false;
  kept.push_back({router, producer, packet});
  return true;
}

bool Batch::keeps(const RTC::RTP::Packet* packet) { return !kept.empty() && kept.back().packet == packet; }

void Batch::forward() {
  if (kept.empty() || forwarding) return;
  forwarding = true;
  static thread_local std::vector<RTC::RTP::Packet*> packets;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i].packet) continue;
    // All of this producer's, in their order.
    packets.clear();
    for (std::size_t j = i; j < kept.size(); ++j) {
      if (kept[j].packet && kept[j].producer == kept[i].producer) {
        packets.push_back(kept[j].packet);
        if (j != i) kept[j].packet = nullptr;
      }
    }
    kept[i].router->ForwardRtpPackets(kept[i].producer, packets);
    for (RTC::RTP::Packet* packet : packets) delete packet;
  }
  kept.clear();
  forwarding = false;
}

void start_loop_hooks() {
#ifdef DD_MS_SEND_QUEUE
  before_wait = new uv_prepare_t;
  after_wait = new uv_check_t;
  uv_prepare_init(DepLibUV::GetLoop(), before_wait);
  uv_check_init(DepLibUV::GetLoop(), after_wait);
  uv_prepare_start(before_wait, [](uv_prepare_t*) { flush_and_complete(); });
  uv_check_start(after_wait, [](uv_check_t*) { flush_and_complete(); });
  // They keep no loop running.
  uv_unref(reinterpret_cast<uv_handle_t*>(before_wait));
  uv_unref(reinterpret_cast<uv_handle_t*>(after_wait));
#endif
}

void stop_loop_hooks() {
#ifdef DD_MS_SEND_QUEUE
  if (!before_wait) return;
  flush_and_complete();
  uv_close(reinterpret_cast<uv_handle_t*>(before_wait), [](uv_handle_t* handle) { delete reinterpret_cast<uv_prepare_t*>(handle); });
  uv_close(reinterpret_cast<uv_handle_t*>(after_wait), [](uv_handle_t* handle) { delete reinterpret_cast<uv_check_t*>(handle); });
  before_wait = nullptr;
  after_wait = nullptr;
  uv_run(DepLibUV::GetLoop(), UV_RUN_NOWAIT);
#endif
}

}  // namespace dd

namespace RTC {

// The consumers' loop outside, the packets' loop inside; for the rest what OnTransportProducerRtpPacketReceived() does for one packet.
void Router::ForwardRtpPackets(RTC::Producer* producer, const std::vector<RTC::RTP::Packet*>& packets) {
  const auto found = this->mapProducerConsumers.find(producer);
  if (found == this->mapProducerConsumers.end()) return;

  if (!found->second.empty()) {
    // Of each packet one clone at most, made by the first consumer that has to keep it.
    std::vector<RTC::RTP::SharedPacket> shared(packets.size());
    for (auto* consumer : found->second) {
      const auto& mid = consumer->GetRtpParameters().mid;
      for (std::size_t i = 0; i < packets.size(); ++i) {
        if (!mid.empty()) packets[i]->UpdateMid(mid);
        consumer->SendRtpPacket(packets[i], shared[i]);
        if (shared[i].HasPacket()) shared[i].AssertSamePacket(packets[i]);
      }
    }
  }

  const auto observers = this->mapProducerRtpObservers.find(producer);
  if (observers == this->mapProducerRtpObservers.end()) return;
  for (auto* packet : packets) {
    for (auto* observer : observers->second) observer->ReceiveRtpPacket(producer, packet);
  }
}

}  // namespace RTC
