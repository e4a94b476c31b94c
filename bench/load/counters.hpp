// SPDX-License-Identifier: MIT
// Sums and differences of counters: structs of nothing but 64-bit numbers that list them in members(). Pure functions.
#pragma once

#include <concepts>
#include <cstdint>

namespace dd::load {

template <typename T>
concept Counters = requires {
  { T::members().size() } -> std::convertible_to<std::size_t>;
};

template <Counters T>
T& operator+=(T& left, const T& right) {
  static_assert(sizeof(T) == T::members().size() * sizeof(std::uint64_t), "every counter is listed");
  for (const auto member : T::members()) left.*member += right.*member;
  return left;
}

template <Counters T>
T operator-(T left, const T& right) {
  static_assert(sizeof(T) == T::members().size() * sizeof(std::uint64_t), "every counter is listed");
  for (const auto member : T::members()) left.*member -= right.*member;
  return left;
}

}  // namespace dd::load
