// SPDX-License-Identifier: MIT
// The three names of ankerl::unordered_dense that mediasoup's worker uses (map, set, hash), since Debian has no package of it:
// over Abseil's flat hash tables, which are dense as well, or with DD_MS_DENSE_MAPS=OFF over the standard containers. The worker is
// written for containers whose elements move when they grow, so both keep its code valid.
#pragma once

#include <cstdint>
#include <functional>
#include <type_traits>

#ifdef DD_MS_DENSE_MAPS
#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#else
#include <unordered_map>
#include <unordered_set>
#endif

namespace ankerl::unordered_dense {

template <typename T, typename Enable = void>
struct hash : std::hash<T> {};

// libstdc++ hashes an integer and a pointer to themselves. The worker's TransportTuple relies on every bit being mixed, and Abseil's
// tables take seven low bits apart from the rest (the finalizer of splitmix64).
template <typename T>
struct hash<T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T> || std::is_pointer_v<T>>> {
  std::uint64_t operator()(T value) const noexcept {
    std::uint64_t x = 0;
    if constexpr (std::is_pointer_v<T>) {
      x = reinterpret_cast<std::uintptr_t>(value);
    } else {
      x = static_cast<std::uint64_t>(value);
    }
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
  }
};

#ifdef DD_MS_DENSE_MAPS

// Abseil's erase(iterator) returns nothing; the worker wants the next element. Erasing moves no other element there, so the next
// iterator may be taken before.
template <typename Table>
struct with_erase : Table {
  using Table::erase;
  using Table::Table;
  typename Table::iterator erase(typename Table::iterator at) {
    auto next = at;
    ++next;
    Table::erase(at);
    return next;
  }
};

template <typename K, typename V, typename H = hash<K>, typename E = std::equal_to<K>>
using map = with_erase<absl::flat_hash_map<K, V, H, E>>;

template <typename K, typename H = hash<K>, typename E = std::equal_to<K>>
using set = with_erase<absl::flat_hash_set<K, H, E>>;

#else

template <typename K, typename V, typename H = hash<K>, typename E = std::equal_to<K>>
using map = std::unordered_map<K, V, H, E>;

template <typename K, typename H = hash<K>, typename E = std::equal_to<K>>
using set = std::unordered_set<K, H, E>;

#endif

}  // namespace ankerl::unordered_dense
