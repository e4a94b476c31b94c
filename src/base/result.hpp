// SPDX-License-Identifier: MIT
// Result<T>: either a value or an Error, and dropping one is a compiler error.
// It is not an alias of tl::expected, because tl::expected 1.0.0 is not [[nodiscard]] and a dropped one compiles in silence.
// Plain value, owned by whoever holds it.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.hpp"

namespace dd {

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Base base) : Base(std::move(base)) {}                          // NOLINT: converts by design
  Result(Error error) : Base(tl::make_unexpected(std::move(error))) {}  // NOLINT: converts by design
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
 public:
  using Base = tl::expected<void, Error>;
  using Base::Base;
  Result(Base base) : Base(std::move(base)) {}                          // NOLINT: converts by design
  Result(Error error) : Base(tl::make_unexpected(std::move(error))) {}  // NOLINT: converts by design
};

inline Result<void> ok() { return {}; }

}  // namespace dd

#define DD_CONCAT_INNER(a, b) a##b
#define DD_CONCAT(a, b) DD_CONCAT_INNER(a, b)

// `DD_TRY(auto port, parse_port(text));` binds the value or returns the error. The second form drops a Result<void>'s nothing.
// In coroutines use DD_CO_TRY; the expression may then be a `co_await`.
#define DD_TRY_WITH(ret, temporary, declaration, expression) \
  auto temporary = (expression);                             \
  if (!temporary.has_value()) {                              \
    ret ::dd::Error(std::move(temporary.error()));           \
  }                                                          \
  declaration = std::move(*temporary)
#define DD_CHECKED_WITH(ret, temporary, expression) \
  auto temporary = (expression);                    \
  if (!temporary.has_value()) {                     \
    ret ::dd::Error(std::move(temporary.error()));  \
  }
#define DD_TRY(declaration, expression) DD_TRY_WITH(return, DD_CONCAT(dd_try_, __LINE__), declaration, expression)
#define DD_CO_TRY(declaration, expression) DD_TRY_WITH(co_return, DD_CONCAT(dd_try_, __LINE__), declaration, expression)
#define DD_TRY_VOID(expression) DD_CHECKED_WITH(return, DD_CONCAT(dd_try_, __LINE__), expression)
#define DD_CO_TRY_VOID(expression) DD_CHECKED_WITH(co_return, DD_CONCAT(dd_try_, __LINE__), expression)
