// SPDX-License-Identifier: MIT
#include "net/sse_parser.hpp"

namespace dd::net {

bool SseParser::feed(std::string_view bytes, UniqueFunction<void(const SseEvent&)>& on_event) {
  while (!bytes.empty()) {
    // A line ends with CR, LF or both, and both may arrive apart.
    if (after_carriage_return_) {
      after_carriage_return_ = false;
      if (bytes.front() == '\n') bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + event_.data.size() + part.size() > max_event_bytes_) return false;
    line_ += part;
    if (end == std::string_view::npos) return true;
    after_carriage_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    take_line(on_event);
    line_.clear();
  }
  return true;
}

void SseParser::take_line(UniqueFunction<void(const SseEvent&)>& on_event) {
  std::string_view line = line_;
  if (first_line_ && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  first_line_ = false;
  if (line.empty()) {
    last_id_ = id_;
    const bool whole = std::exchange(has_data_, false);
    if (whole) {
      event_.data.pop_back();  // the line feed after the last line
      if (event_.type.empty()) event_.type = "message";
    }
    const SseEvent event = std::exchange(event_, SseEvent{});
    if (whole) on_event(event);
    return;
  }
  const auto colon = line.find(':');
  if (colon == 0) return;  // a comment, which keeps the connection open
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    event_.data += value;
    event_.data += '\n';
    has_data_ = true;
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  }
}

}  // namespace dd::net
