// SPDX-License-Identifier: MIT
#include "recording/upload_record.hpp"

#include <algorithm>

#include "recording/fields.hpp"
#include "recording/paths.hpp"

namespace dd::recording {
namespace {

constexpr std::uint64_t kMaxParts = 10'000;
constexpr std::size_t kMaxFiles = 100'000;
constexpr std::uint64_t kMebibyte = 1024 * 1024;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}
template <typename Number>
Number number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<Number>() : Number{};
}
bool flag_of(const Json& object, const char* name, bool absent) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : absent;
}

Result<UploadedFile> parse_file(const Json& json) {
  UploadedFile file;
  if (!json.is_object()) return invalid_field("files", "files has an entry that is no object");
  file.file = text_of(json, "file");
  if (!is_relative_file(file.file)) return invalid_field("file", "file is no name within the recording");
  file.key = text_of(json, "key");
  file.bytes = number_of<std::uint64_t>(json, "bytes");
  file.modified_ns = number_of<std::int64_t>(json, "modifiedNs");
  file.done = flag_of(json, "done", false);
  file.etag = text_of(json, "etag");
  file.upload_id = text_of(json, "uploadId");
  file.part_bytes = number_of<std::uint64_t>(json, "partBytes");
  file.refused = number_of<unsigned>(json, "refused");
  const auto parts = json.find("parts");
  if (file.part_bytes == 0 || file.part_bytes > file.bytes || file.bytes / file.part_bytes > kMaxParts) {  // nothing to go on with
    file.upload_id.clear();
    file.part_bytes = 0;
    return file;
  }
  if (parts == json.end()) return file;
  if (!parts->is_array() || parts->size() > kMaxParts) return invalid_field("parts", "parts is no list of at most 10000");
  for (const Json& part : *parts) {
    if (!part.is_object()) return invalid_field("parts", "parts has an entry that is no object");
    file.parts.push_back({number_of<unsigned>(part, "number"), text_of(part, "etag")});
    if (file.parts.back().number < 1 || file.parts.back().number > kMaxParts) return invalid_field("number", "number is no part's");
  }
  return file;
}

}  // namespace

UploadedFile* UploadRecord::find(std::string_view file) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const UploadedFile& entry) { return entry.file == file; });
  return found == files.end() ? nullptr : &*found;
}

const UploadedFile* UploadRecord::find(std::string_view file) const { return const_cast<UploadRecord*>(this)->find(file); }

std::string encode(const UploadRecord& record) {
  Json json;
  json["version"] = 1;
  json["profile"] = record.profile;
  json["complete"] = record.complete;
  json["local"] = record.local;
  json["files"] = Json::array();
  for (const UploadedFile& file : record.files) {
    Json entry;
    entry["file"] = file.file;
    entry["key"] = file.key;
    entry["bytes"] = file.bytes;
    entry["modifiedNs"] = file.modified_ns;
    entry["done"] = file.done;
    if (!file.etag.empty()) entry["etag"] = file.etag;
    if (!file.upload_id.empty()) {
      entry["uploadId"] = file.upload_id;
      entry["partBytes"] = file.part_bytes;
      if (file.refused > 0) entry["refused"] = file.refused;
      entry["parts"] = Json::array();
      for (const UploadedPart& part : file.parts) entry["parts"].push_back({{"number", part.number}, {"etag", part.etag}});
    }
    json["files"].push_back(std::move(entry));
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<UploadRecord> parse_upload_record(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || number_of<int>(json, "version") != 1) return invalid_field("version", "this is no upload.json of version 1");
  UploadRecord record;
  record.profile = text_of(json, "profile");
  record.complete = flag_of(json, "complete", false);
  record.local = flag_of(json, "local", true);
  const auto files = json.find("files");
  if (files == json.end() || !files->is_array() || files->size() > kMaxFiles) return invalid_field("files", "files is no list");
  for (const Json& entry : *files) {
    DD_TRY(auto file, parse_file(entry));
    record.files.push_back(std::move(file));
  }
  return record;
}

std::uint64_t part_size(std::uint64_t file_bytes, std::uint64_t wished) {
  const std::uint64_t needed = (file_bytes + kMaxParts - 1) / kMaxParts;
  if (needed <= wished) return wished;
  return (needed + kMebibyte - 1) / kMebibyte * kMebibyte;
}

}  // namespace dd::recording
