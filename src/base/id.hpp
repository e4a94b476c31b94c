// SPDX-License-Identifier: MIT
// Typed ids: a MeetingId and a ParticipantId are both short strings and can never be swapped.
// An id holds no meaning beyond equality; it is validated once, where it enters (parse_id), and trusted afterwards.
// Plain values; may cross threads by copy.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace dd {

inline constexpr std::size_t kMaxIdLength = 64;  // the reference's schema keeps ids in varchar(64)

template <typename Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string value_;
};

using MeetingId = Id<struct MeetingTag>;
using ParticipantId = Id<struct ParticipantTag>;
using InstanceId = Id<struct InstanceTag>;    // one session of one client; a reload makes a new one
using ContainerId = Id<struct ContainerTag>;  // one run of one media server; the compatibility spec's word
using WorkerId = Id<struct WorkerTag>;
using RouterId = Id<struct RouterTag>;
using TransportId = Id<struct TransportTag>;
using ProducerId = Id<struct ProducerTag>;
using ConsumerId = Id<struct ConsumerTag>;
using DataProducerId = Id<struct DataProducerTag>;
using DataConsumerId = Id<struct DataConsumerTag>;
using RecordingId = Id<struct RecordingTag>;
using TenantId = Id<struct TenantTag>;
using KeyId = Id<struct KeyTag>;  // of a tenant's signing key; a token's `kid`

// 1 to 64 characters of A-Z a-z 0-9 - _ . : @ (the alphabet in docs/api.md). Nothing in it needs escaping in a path,
// a URL or a log line, except that "." and ".." are refused because they would be path components.
bool is_valid_id(std::string_view text);
Result<std::string> checked_id(std::string_view field, std::string_view text);

template <typename IdType>
Result<IdType> parse_id(std::string_view field, std::string_view text) {
  DD_TRY(auto value, checked_id(field, text));
  return IdType(std::move(value));
}

}  // namespace dd

template <typename Tag>
struct std::hash<dd::Id<Tag>> {
  std::size_t operator()(const dd::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
