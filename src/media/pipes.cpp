// SPDX-License-Identifier: MIT
#include "media/pipes.hpp"

#include "base/random.hpp"

namespace dd::media {
namespace {

// An id is unique within a worker, so a copy has its original's only where the worker does not know it yet.
std::string copy_id(const Router& to, const std::string& original) { return to.channel()->subscribed(original) ? random_uuid() : original; }

}  // namespace

std::shared_ptr<Pipes::Link> Pipes::link_between(const std::shared_ptr<Router>& from, const std::shared_ptr<Router>& to) {
  const Key key = std::minmax(from->worker_side_id(), to->worker_side_id());
  auto& link = (*links_)[key];
  if (link) return link;
  link = std::make_shared<Link>(loop_);
  for (const auto& router : {from, to}) {
    router->when_closed([links = std::weak_ptr(links_), weak = std::weak_ptr(link), key] {
      auto all = links.lock();
      if (!all) return;
      auto found = all->find(key);
      if (found != all->end() && found->second == weak.lock()) all->erase(found);
    });
  }
  return link;
}

Task<Result<void>> Pipes::open(std::shared_ptr<Link> link, std::shared_ptr<Router> first, std::shared_ptr<Router> second) {
  PipeTransportSettings settings;
  settings.listen = listen_;
  settings.id = random_uuid();
  PipeTransportSettings other_settings = settings;
  other_settings.id = random_uuid();
  DD_CO_TRY(auto one, co_await first->create_pipe_transport(settings));
  auto made = co_await second->create_pipe_transport(other_settings);
  if (!made) {
    one->close();
    co_return std::move(made.error());
  }
  auto other = std::move(*made);
  // Wired before they are connected, so that a worker's death in between leaves no single end.
  one->when_closed([weak = std::weak_ptr(other)] {
    if (auto end = weak.lock()) end->close();
  });
  other->when_closed([weak = std::weak_ptr(one)] {
    if (auto end = weak.lock()) end->close();
  });
  auto connected = co_await one->connect(other->tuple().local_address, other->tuple().local_port, other->srtp());
  if (connected) connected = co_await other->connect(one->tuple().local_address, one->tuple().local_port, one->srtp());
  if (!connected) {
    one->close();
    co_return std::move(connected.error());
  }
  link->ends[0] = End{one, {}, {}};
  link->ends[1] = End{other, {}, {}};
  co_return ok();
}

// Opens the link when it is not; the caller has its turn.
Task<Result<Pipes::Way>> Pipes::open_way(std::shared_ptr<Link> link, std::shared_ptr<Router> from, std::shared_ptr<Router> to) {
  const bool in_order = from->worker_side_id() < to->worker_side_id();
  if (!link->open()) {
    auto first = in_order ? from : to;
    auto second = in_order ? to : from;
    DD_CO_TRY_VOID(co_await open(link, first, second));
  }
  const std::size_t far_end = in_order ? 1 : 0;
  co_return Way{link->ends[1 - far_end].transport, link->ends[far_end].transport, far_end};
}

Task<Result<std::shared_ptr<Producer>>> Pipes::pipe(std::shared_ptr<Router> from, std::shared_ptr<Router> to,
                                                    std::shared_ptr<Producer> producer) {
  auto link = link_between(from, to);
  DD_CO_TRY(auto turn, co_await link->mutex.acquire());
  DD_CO_TRY(auto way, co_await open_way(link, from, to));
  const std::string original = producer->worker_side_id();
  auto& copies = link->ends[way.far_end].copies;
  if (auto found = copies.find(original); found != copies.end() && !found->second->closed()) co_return found->second;

  auto copy = std::make_shared<std::weak_ptr<Producer>>();  // filled below; until then nobody can hear of a change
  Consumer::Events events;
  events.on_producer_paused = [copy](bool paused) {
    if (auto piped = copy->lock()) piped->set_paused(paused);
  };
  DD_CO_TRY(auto consumer, co_await way.near->consume_all(random_uuid(), producer, std::move(events)));
  ProduceSettings settings;
  settings.id = copy_id(*to, original);
  settings.kind = producer->kind();
  settings.parameters = consumer->parameters();
  settings.paused = consumer->producer_paused();
  auto made = co_await way.far->produce(std::move(settings), Producer::Events{});
  if (!made) {
    consumer->close();
    co_return std::move(made.error()).during("pipe producer");
  }
  auto piped = std::move(*made);
  *copy = piped;
  piped->set_paused(consumer->producer_paused());
  copies[original] = piped;
  piped->when_closed([weak = std::weak_ptr(consumer), weak_link = std::weak_ptr(link), far_end = way.far_end, original] {
    if (auto end = weak.lock()) end->close();
    if (auto holder = weak_link.lock()) holder->ends[far_end].copies.erase(original);
  });
  consumer->when_closed([weak = std::weak_ptr(piped)] {
    if (auto end = weak.lock()) end->close();
  });
  if (piped->closed()) co_return not_found("producer", original);
  co_return piped;
}

Task<Result<std::shared_ptr<DataProducer>>> Pipes::pipe(std::shared_ptr<Router> from, std::shared_ptr<Router> to,
                                                        std::shared_ptr<DataProducer> producer) {
  auto link = link_between(from, to);
  DD_CO_TRY(auto turn, co_await link->mutex.acquire());
  DD_CO_TRY(auto way, co_await open_way(link, from, to));
  const std::string original = producer->worker_side_id();
  auto& copies = link->ends[way.far_end].data_copies;
  if (auto found = copies.find(original); found != copies.end() && !found->second->closed()) co_return found->second;

  DD_CO_TRY(auto consumer, co_await way.near->consume_data(random_uuid(), producer, DataConsumer::Events{}));
  ProduceDataSettings settings;
  // A data producer has no notifications, so whether its worker knows the id cannot be seen; two routers of one worker may both have it.
  settings.id = random_uuid();
  settings.stream = consumer->stream().value_or(rtp::SctpStreamParameters{});
  settings.label = producer->label();
  settings.protocol = producer->protocol();
  auto made = co_await way.far->produce_data(std::move(settings));
  if (!made) {
    consumer->close();
    co_return std::move(made.error()).during("pipe data producer");
  }
  auto piped = std::move(*made);
  copies[original] = piped;
  piped->when_closed([weak = std::weak_ptr(consumer), weak_link = std::weak_ptr(link), far_end = way.far_end, original] {
    if (auto end = weak.lock()) end->close();
    if (auto holder = weak_link.lock()) holder->ends[far_end].data_copies.erase(original);
  });
  consumer->when_closed([weak = std::weak_ptr(piped)] {
    if (auto end = weak.lock()) end->close();
  });
  if (piped->closed()) co_return not_found("data producer", original);
  co_return piped;
}

}  // namespace dd::media
