// SPDX-License-Identifier: MIT
// UniqueFunction<R(Args...)>: a callable that owns what it captured and can only be moved.
// Stands in for C++23's std::move_only_function, which gcc 12 in C++20 mode lacks.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace dd {

template <typename Signature>
class UniqueFunction;

template <typename R, typename... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  template <typename F>
    requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
  UniqueFunction(F&& callable)  // NOLINT: converts by design
      : target_(std::make_unique<Model<std::decay_t<F>>>(std::forward<F>(callable))) {}

  explicit operator bool() const { return target_ != nullptr; }
  R operator()(Args... args) { return target_->call(std::forward<Args>(args)...); }

 private:
  struct Callable {
    virtual ~Callable() = default;
    virtual R call(Args... args) = 0;
  };
  template <typename F>
  struct Model final : Callable {
    explicit Model(F callable) : callable_(std::move(callable)) {}
    R call(Args... args) override { return callable_(std::forward<Args>(args)...); }
    F callable_;
  };

  std::unique_ptr<Callable> target_;
};

}  // namespace dd
