// SPDX-License-Identifier: MIT
// Heart: tells the database every few seconds that this server lives, on a connection and a thread of its own, so that
// no queue, slow query or error elsewhere can make kendra give the server up. It never ends by an error.
// It also sweeps the rows of this host's earlier starts. Commanded from the control loop; age() from any thread.
#pragma once

#include <memory>
#include <optional>

#include "base/loop.hpp"
#include "base/task.hpp"
#include "observe/metrics.hpp"
#include "store/pool.hpp"
#include "store/server_load.hpp"
#include "store/server_rows.hpp"
#include "store/settings.hpp"

namespace dd::store {

class Heart {
 public:
  // All three outlive the heart.
  Heart(Loop& loop, Settings settings, observe::Metrics& metrics, Pool& pool);
  ~Heart();  // joins the thread: at worst one statement's timeout

  void start(ServerRow server);  // begins at once; again replaces the row
  // Written with each beat from now on. A change of `draining` is written at once, even by a heart that is paused.
  void set_load(ServerLoad load);
  void resume();
  // No beat is written after this has ended. Kendra moves the meetings elsewhere 10 s later.
  Task<void> pause();

  // Since the last beat that the database confirmed; empty before the first.
  std::optional<Duration> age() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::store
