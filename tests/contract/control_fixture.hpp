// SPDX-License-Identifier: MIT
// What the contract tests of the control plane's stores share: they stand beside a media server's store, on one database.
#pragma once

#include <string>
#include <vector>

#include "store/control_store.hpp"
#include "store/tenant_store.hpp"
#include "store_fixture.hpp"

namespace dd::store::testing {

using Rows = std::vector<Row>;
using control::PlacedMeeting;
using control::Reservation;
using control::ServerRecord;
using Outcome = control::Reservation::Outcome;

class ControlContract : public StoreContract {
 protected:
  ControlContract() : control_(store_->database()), tenants_(store_->database()) {}

  static PlacedMeeting place(const std::string& meeting, std::uint32_t size = 25, const std::string& server = "server",
                             const std::string& tenant = "acme");
  // Puts a server's rows there without a store that beats for it.
  void add_server(const std::string& id, WallTime heartbeat);

  Outcome reserve(const PlacedMeeting& meeting, std::uint32_t server_capacity = 1000, std::uint32_t tenant_meetings = 0);
  PlacedMeeting found(const std::string& meeting);
  ServerRecord server(const std::string& id = "server");

  ControlStore control_;
  TenantStore tenants_;
};

}  // namespace dd::store::testing
