// SPDX-License-Identifier: MIT
// SseParser: server-sent events (WHATWG HTML section 9.2) out of bytes that arrive in any pieces.
// It keeps one unfinished event, up to a bound, and opens no connection. Lives with whoever feeds it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/unique_function.hpp"

namespace dd::net {

struct SseEvent {
  std::string type;  // "message" when it was not said
  std::string data;  // lines joined by line feeds
};

class SseParser {
 public:
  explicit SseParser(std::size_t max_event_bytes = 1024 * 1024) : max_event_bytes_(max_event_bytes) {}

  // False when an event is larger than the bound; nothing sensible can follow then.
  bool feed(std::string_view bytes, UniqueFunction<void(const SseEvent&)>& on_event);

  const std::string& last_id() const { return last_id_; }  // where to resume

 private:
  void take_line(UniqueFunction<void(const SseEvent&)>& on_event);

  std::size_t max_event_bytes_;
  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  std::string id_;
  std::string last_id_;
  bool first_line_ = true;
  bool after_carriage_return_ = false;
};

}  // namespace dd::net
