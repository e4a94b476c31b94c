// SPDX-License-Identifier: MIT
// The three names of ankerl::unordered_dense that mediasoup's worker uses (map, set, hash), over the standard containers,
// since Debian has no package of it. The standard ones promise more about iterators, so the worker's code stays valid.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense {

template <typename T, typename Enable = void>
struct hash : std::hash<T> {};

// libstdc++ hashes an integer to itself, and the worker's TransportTuple relies on every bit being mixed
// (the finalizer of splitmix64).
template <typename T>
struct hash<T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>>> {
  std::uint64_t operator()(T value) const noexcept {
    auto x = static_cast<std::uint64_t>(value);
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
  }
};

template <typename K, typename V, typename H = hash<K>, typename E = std::equal_to<K>>
using map = std::unordered_map<K, V, H, E>;

template <typename K, typename H = hash<K>, typename E = std::equal_to<K>>
using set = std::unordered_set<K, H, E>;

}  // namespace ankerl::unordered_dense
