// SPDX-License-Identifier: MIT
// gather: runs tasks side by side and answers when all have ended, in their order; nothing is cancelled when one fails.
// The caller bounds how many it hands over. Lives on the loop of its caller.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/completion.hpp"
#include "base/task.hpp"

namespace dd::meeting {

namespace gather_detail {

template <typename T>
struct Answers {
  explicit Answers(Loop& loop, std::size_t count) : values(count), left(count), done(loop) {}
  std::vector<std::optional<T>> values;
  std::size_t left;
  Completion<bool> done;
};

template <typename T>
Task<void> run_one(Task<T> task, std::shared_ptr<Answers<T>> answers, std::size_t position) {
  answers->values[position].emplace(co_await std::move(task));
  if (--answers->left == 0) answers->done.resolve(true);
}

}  // namespace gather_detail

template <typename T>
Task<std::vector<T>> gather(Loop& loop, std::vector<Task<T>> tasks) {
  std::vector<T> values;
  if (tasks.empty()) co_return values;
  auto answers = std::make_shared<gather_detail::Answers<T>>(loop, tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto running = gather_detail::run_one(std::move(tasks[i]), answers, i);
    spawn(std::move(running));
  }
  co_await answers->done;
  values.reserve(answers->values.size());
  for (auto& value : answers->values) values.push_back(std::move(*value));
  co_return values;
}

}  // namespace dd::meeting
