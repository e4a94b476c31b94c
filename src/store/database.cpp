// SPDX-License-Identifier: MIT
#include "store/database.hpp"

#include <utility>

namespace dd::store {

Database::Database(Loop& loop, Settings settings, observe::Metrics& metrics)
    : loop_(loop), metrics_(metrics), pool_(loop, std::move(settings), metrics) {
  pool_.on_available([this] {
    for (const auto& waiter : std::exchange(waiting_, {})) waiter.resolve(ok());
    // Looked up anew after each call, which may end another listener.
    for (auto listener = listeners_.begin(); listener != listeners_.end();) {
      const auto id = listener->first;
      listener->second();
      listener = listeners_.upper_bound(id);
    }
  });
}

Task<Result<void>> Database::wait_until_available(std::chrono::milliseconds limit) {
  if (available()) co_return ok();
  Completion<Result<void>> answer(loop_);
  waiting_.push_back(answer);
  answer.resolve_after(limit, unavailable("the database cannot be reached"));
  auto result = co_await answer;
  co_return result;
}

Database::Listener Database::on_available(UniqueFunction<void()> callback) {
  loop_.assert_current();
  const auto id = next_listener_++;
  listeners_.emplace(id, std::move(callback));
  return {*this, id};
}

}  // namespace dd::store
