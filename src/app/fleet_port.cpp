// SPDX-License-Identifier: MIT
#include "app/fleet_port.hpp"

#include <algorithm>
#include <utility>

#include "api/error_mapping.hpp"
#include "net/event_follower.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kCallDeadline = 5s;

}  // namespace

// One server's events, for however many who follow it.
class FleetPort::Followed final : public net::EventListener {
 public:
  Followed(FleetPort& fleet, ContainerId server) : fleet_(fleet), server_(std::move(server)) {}

  void on_event(std::string_view json) override { fleet_.tell(server_, std::string(json)); }
  void on_resync() override { fleet_.tell_resync(server_); }

  std::size_t followers = 0;
  std::unique_ptr<net::EventFollower> stream;

 private:
  FleetPort& fleet_;
  ContainerId server_;
};

Result<std::unique_ptr<FleetPort>> FleetPort::open(AsioLoop& loop, net::HttpClientSettings settings, ContainerId own, LocalMedia* local) {
  DD_TRY(auto client, net::HttpClient::open(loop, std::move(settings)));
  return std::unique_ptr<FleetPort>(new FleetPort(loop, std::move(client), std::move(own), local));
}

FleetPort::FleetPort(AsioLoop& loop, std::unique_ptr<net::HttpClient> client, ContainerId own, LocalMedia* local)
    : loop_(loop), client_(std::move(client)), own_(std::move(own)), local_(local) {}

FleetPort::~FleetPort() {
  if (local_ != nullptr) local_->follow(nullptr);
}

void FleetPort::know(const ContainerId& server, std::string origin) {
  if (is_own(server)) return;
  auto& known = origins_[server];
  if (known == origin) return;
  known = std::move(origin);
  if (const auto found = followed_.find(server); found != followed_.end()) begin(server, *found->second);
}

Task<Result<std::string>> FleetPort::call(ContainerId server, std::string path, std::string body) {
  if (is_own(server)) {
    api::HttpRequest request;
    request.method = "POST";
    request.target = std::move(path);
    request.body = std::move(body);
    auto response = co_await local_->handle(std::move(request));
    if (response.status / 100 == 2) co_return std::string(response.content());
    co_return api::error_of(response.status, response.content());
  }
  const auto origin = origins_.find(server);
  if (origin == origins_.end()) co_return not_found("media server", server.str());
  net::HttpCall call;
  call.method = "POST";
  call.origin = origin->second;
  call.target = std::move(path);
  call.body = std::move(body);
  call.deadline = kCallDeadline;
  DD_CO_TRY(auto answer, co_await client_->send(std::move(call)));
  if (answer.status / 100 == 2) co_return std::move(answer.body);
  co_return api::error_of(answer.status, answer.body);
}

Task<Result<api::HttpResponse>> FleetPort::forward(ContainerId server, api::HttpRequest request) {
  if (is_own(server)) {
    auto response = co_await local_->handle(std::move(request));
    co_return std::move(response);
  }
  const auto origin = origins_.find(server);
  if (origin == origins_.end()) co_return not_found("media server", server.str());
  net::HttpCall call;
  call.method = request.method;
  call.origin = origin->second;
  call.target = request.target;
  call.headers = std::move(request.headers);
  call.body = std::move(request.body);
  call.answer = net::HttpCall::Body::kStreamed;
  DD_CO_TRY(auto answer, co_await client_->send(std::move(call)));
  co_return net::as_response(std::move(answer));
}

void FleetPort::follow(const ContainerId& server) {
  auto& followed = followed_[server];
  if (!followed) followed = std::make_unique<Followed>(*this, server);
  if (followed->followers++ == 0) begin(server, *followed);
}

void FleetPort::begin(const ContainerId& server, Followed& followed) {
  if (is_own(server)) {
    local_->follow([this, server](std::string json) { tell(server, std::move(json)); });
    return;
  }
  const auto origin = origins_.find(server);
  if (origin == origins_.end()) return;  // begins when it is known
  followed.stream = std::make_unique<net::EventFollower>(loop_, *client_, origin->second, followed);
}

void FleetPort::unfollow(const ContainerId& server) {
  const auto found = followed_.find(server);
  if (found == followed_.end() || --found->second->followers > 0) return;
  if (is_own(server)) local_->follow(nullptr);
  followed_.erase(found);
}

void FleetPort::add_listener(control::MediaEvents* listener) { listeners_.push_back(listener); }

void FleetPort::tell(const ContainerId& server, std::string json) {
  const control::MediaEvent event{server, std::move(json)};
  for (auto* listener : listeners_) listener->on_media_event(event);
}

void FleetPort::tell_resync(const ContainerId& server) {
  for (auto* listener : listeners_) listener->on_media_resync(server);
}

}  // namespace dd::app
