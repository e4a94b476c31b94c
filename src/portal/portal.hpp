// SPDX-License-Identifier: MIT
// Portal: everything HTTP of the control plane's port - kendra's API, recordings, administration, pages. It finds the route, lets in whom
// the route wants, and answers; what a meeting is, is control's, and what a recording is, the media servers'. WebSockets are not
// its affair. Lives on the control loop, from before the first request until after the last answer.
#pragma once

#include <memory>

#include "api/http.hpp"
#include "api/http_handler.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "control/control_store.hpp"
#include "control/fleet.hpp"
#include "control/meetings.hpp"
#include "control/signal_bus.hpp"
#include "control/tenant_store.hpp"
#include "control/tenants.hpp"
#include "observe/metrics.hpp"
#include "portal/settings.hpp"

namespace dd::portal {

class Portal final : public api::HttpHandler {
 public:
  // kInvalidArgument for settings that make no sense (an unreadable network). Missing folders of pages are logged only. Everything
  // given outlives it.
  static Result<std::unique_ptr<Portal>> open(Loop& loop, control::Meetings& meetings, control::Tenants& tenants,
                                              control::RecordingQuota& recording_quota, control::TenantStore& tenant_store,
                                              control::ControlStore& store, control::Fleet& fleet, control::SignalBus& bus,
                                              observe::Metrics& metrics, PortalSettings settings);
  ~Portal() override;

  // Looks at the servers every second from now on, and keeps samples of their load; before, none of them is known to live.
  void start();

  Task<api::HttpResponse> handle(api::HttpRequest request) override;
  api::HttpResponse refuse(int status, std::string_view code, std::string_view message, std::string_view reason) override;

 private:
  struct State;
  explicit Portal(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace dd::portal
