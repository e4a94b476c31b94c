// SPDX-License-Identifier: MIT
// An HTTP request and its answer as values, between net/ (which owns the bytes) and Application (which owns the meaning).
// They hold no socket, no parser and no timer. Made and used on the control loop.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_function.hpp"

namespace dd::api {

// An IPv6 address, or an IPv4 one in its mapped form (::ffff:a.b.c.d).
using PeerAddress = std::array<std::uint8_t, 16>;

struct HttpRequest {
  std::string method;                                        // as sent, upper case by custom
  std::string target;                                        // origin form: path and query, still percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  PeerAddress peer{};
  bool internal = false;  // made by this process itself: no peer whose right to ask could be judged
  std::string id;         // the caller's X-Request-ID when it is acceptable, ours otherwise; filled by Application

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
  }
  std::optional<std::string_view> header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers) {
      if (name == lower_case_name) return value;
    }
    return std::nullopt;
  }
  // The percent-decoded value of the first query parameter of that name.
  std::optional<std::string> query_parameter(std::string_view name) const;
};

// Of one piece of a path; a plus sign stays one.
std::string percent_decoded_path(std::string_view text);

// A body that goes on: the connection reads what is ready, sends it, and reads again when woken. The reader's own speed
// is the only flow control, so a stream keeps no more for a slow reader than its source keeps anyway.
class BodyStream {
 public:
  enum class State { kOpen, kEnded, kFailed };

  virtual ~BodyStream() = default;

  // Appends what is ready to `out`, about `limit` bytes at most. kEnded: nothing will follow what was appended.
  // kFailed: what should follow will not come; the connection is cut, so that the reader can tell.
  virtual State read(std::string& out, std::size_t limit) = 0;

  // `wake` is called in a turn of its own after a read that appended nothing, once more may be ready. Set once.
  virtual void on_ready(UniqueFunction<void()> wake) = 0;
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";  // a literal; empty for no body
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of `body`: a file that many connections may be sending
  std::unique_ptr<BodyStream> stream;              // instead of either
  std::optional<std::uint64_t> length;             // of what the stream will give in all, where that is known; also for HEAD
  bool head_only = false;                          // the answer to HEAD: the length is said, the body is not sent

  std::string_view content() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

}  // namespace dd::api
