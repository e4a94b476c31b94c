// SPDX-License-Identifier: MIT
// FleetPort: the media servers of the fleet behind control::Fleet - this process's own without a socket, the others over HTTP.
// It knows no route and gives no answer a meaning beyond its status. Lives on the control loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/http.hpp"
#include "app/local_media.hpp"
#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/fleet.hpp"
#include "net/http_client.hpp"

namespace dd::app {

class FleetPort final : public control::Fleet {
 public:
  // `own` and `local` name this process's media server; an empty id and null where it carries none. Blocks while it reads the
  // authorities that https servers are believed by.
  static Result<std::unique_ptr<FleetPort>> open(AsioLoop& loop, net::HttpClientSettings settings, ContainerId own, LocalMedia* local);
  ~FleetPort() override;

  void know(const ContainerId& server, std::string origin) override;
  Task<Result<std::string>> call(ContainerId server, std::string path, std::string body) override;
  Task<Result<api::HttpResponse>> forward(ContainerId server, api::HttpRequest request) override;
  void follow(const ContainerId& server) override;
  void unfollow(const ContainerId& server) override;
  void add_listener(control::MediaEvents* listener) override;

 private:
  class Followed;
  FleetPort(AsioLoop& loop, std::unique_ptr<net::HttpClient> client, ContainerId own, LocalMedia* local);

  bool is_own(const ContainerId& server) const { return local_ != nullptr && server == own_; }
  void begin(const ContainerId& server, Followed& followed);
  void tell(const ContainerId& server, std::string json);
  void tell_resync(const ContainerId& server);

  AsioLoop& loop_;
  std::unique_ptr<net::HttpClient> client_;
  ContainerId own_;
  LocalMedia* local_;
  std::map<ContainerId, std::string> origins_;
  std::map<ContainerId, std::unique_ptr<Followed>> followed_;
  std::vector<control::MediaEvents*> listeners_;
};

}  // namespace dd::app
