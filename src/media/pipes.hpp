// SPDX-License-Identifier: MIT
// Producers made consumable on another router, of the same worker or another: one pair of PipeTransports for each pair of routers,
// one copy of each producer at the other end. A copy pauses, resumes and ends with its original.
// It keeps no router alive. Lives on the control loop; owned by the engine.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/async_mutex.hpp"
#include "base/task.hpp"
#include "media/router.hpp"

namespace dd::media {

class Pipes {
 public:
  // `listen` is where the ends meet: loopback, since all workers are on this machine.
  Pipes(Loop& loop, ListenAddress listen) : loop_(loop), listen_(std::move(listen)) {}

  // The copy of `producer` (which is on `from`) on `to`; the same one each time while it lives.
  Task<Result<std::shared_ptr<Producer>>> pipe(std::shared_ptr<Router> from, std::shared_ptr<Router> to,
                                               std::shared_ptr<Producer> producer);
  Task<Result<std::shared_ptr<DataProducer>>> pipe(std::shared_ptr<Router> from, std::shared_ptr<Router> to,
                                                   std::shared_ptr<DataProducer> producer);

  std::size_t link_count() const { return links_->size(); }

 private:
  struct End {
    std::shared_ptr<PipeTransport> transport;
    std::unordered_map<std::string, std::shared_ptr<Producer>> copies;  // on this end's router, by the original's id
    std::unordered_map<std::string, std::shared_ptr<DataProducer>> data_copies;
  };
  struct Link {
    explicit Link(Loop& loop) : mutex(loop, 8192) {}
    AsyncMutex mutex;  // its pair is opened once, and a producer is copied once
    std::array<End, 2> ends;
    bool open() const { return ends[0].transport && !ends[0].transport->closed() && !ends[1].transport->closed(); }
  };
  using Key = std::pair<std::string, std::string>;  // the routers' ids, in order
  using Links = std::map<Key, std::shared_ptr<Link>>;

  // From one router of a link to the other.
  struct Way {
    std::shared_ptr<PipeTransport> near;
    std::shared_ptr<PipeTransport> far;
    std::size_t far_end = 0;  // of Link::ends
  };

  std::shared_ptr<Link> link_between(const std::shared_ptr<Router>& from, const std::shared_ptr<Router>& to);
  Task<Result<void>> open(std::shared_ptr<Link> link, std::shared_ptr<Router> first, std::shared_ptr<Router> second);
  Task<Result<Way>> open_way(std::shared_ptr<Link> link, std::shared_ptr<Router> from, std::shared_ptr<Router> to);

  Loop& loop_;
  ListenAddress listen_;
  std::shared_ptr<Links> links_ = std::make_shared<Links>();
};

}  // namespace dd::media
