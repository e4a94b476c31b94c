// SPDX-License-Identifier: MIT
#include "base/task.hpp"

#include <cstdio>

namespace dd {
namespace {

EscapedExceptionHandler& escaped_exception_handler() {
  static EscapedExceptionHandler handler = [](std::exception_ptr) { std::fputs("an exception escaped a task\n", stderr); };
  return handler;
}

}  // namespace

namespace task_detail {

Detached run_detached(Task<void> task) {
  try {
    co_await std::move(task);
  } catch (...) {
    escaped_exception_handler()(std::current_exception());
  }
}

}  // namespace task_detail

void spawn(Task<void> task) { task_detail::run_detached(std::move(task)); }

void set_escaped_exception_handler(EscapedExceptionHandler handler) { escaped_exception_handler() = std::move(handler); }

}  // namespace dd
