// SPDX-License-Identifier: MIT
#include "recording/paths.hpp"

#include <charconv>

#include <algorithm>
#include <fmt/format.h>

namespace dd::recording {
namespace {

constexpr std::size_t kMaxComponent = 240;
constexpr std::size_t kMaxRelativeFile = 600;
constexpr std::size_t kProducerCharacters = 8;

// Not std::isalnum: the answer must not depend on a locale.
bool is_plain(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; }

bool is_file_component(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_plain(c) || c == '%' || c == '.'; });
}

}  // namespace

std::string escape_component(std::string_view id) {
  if (id.empty()) return "%";
  std::string out;
  for (const char c : id) {
    if (is_plain(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string unescape_component(std::string_view name) {
  std::string id;
  id.reserve(name.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    unsigned byte = 0;
    const bool escaped = name[i] == '%' && i + 2 < name.size() &&
                         std::from_chars(name.data() + i + 1, name.data() + i + 3, byte, 16).ptr == name.data() + i + 3;
    if (escaped) {
      id += static_cast<char>(byte);
      i += 2;
    } else if (name[i] != '%') {
      id += name[i];
    }
  }
  return id;
}

bool is_component(std::string_view text) {
  return !text.empty() && text.size() <= kMaxComponent &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_plain(c) || c == '%'; });
}

std::string recording_folder(std::string_view tenant, std::string_view meeting, std::string_view recording) {
  return fmt::format("{}/{}/{}", escape_component(tenant), escape_component(meeting), escape_component(recording));
}

std::string track_id(std::string_view participant, Kind kind, std::string_view producer) {
  return fmt::format("{}-{}-{}", escape_component(participant), to_string(kind), escape_component(producer.substr(0, kProducerCharacters)));
}

std::string track_file(std::string_view track, unsigned number) { return fmt::format("tracks/{}.{:03}.mkv", track, number); }

std::string preview_file(std::string_view track, unsigned number) { return fmt::format("{}/{}.{:03}.mkv", kPreviews, track, number); }

std::string participant_file(std::string_view participant, Kind kind, unsigned number, std::string_view extension) {
  return fmt::format("participants/{}{}.{:03}.{}", escape_component(participant), kind == Kind::kScreenshare ? "-screenshare" : "", number,
                     extension);
}

std::string composite_file(std::string_view name, std::string_view extension) { return fmt::format("composite/{}.{}", name, extension); }

bool is_relative_file(std::string_view path) {
  if (path.size() > kMaxRelativeFile) return false;
  for (int depth = 0; depth < 3; ++depth) {
    const auto slash = path.find('/');
    if (!is_file_component(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

Result<std::filesystem::path> file_within(const std::filesystem::path& folder, std::string_view relative) {
  if (!is_relative_file(relative)) return invalid_field("file", "is not the name of a file of a recording");
  return folder / relative;
}

}  // namespace dd::recording
