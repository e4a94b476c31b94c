// SPDX-License-Identifier: MIT
// upload.json: how far a recording has come on its way to a bucket; enough to go on after a kill at any moment.
// It moves no byte and knows no server. Plain values and pure functions; shelf/ keeps the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dd::recording {

inline constexpr std::string_view kUploadFile = "upload.json";

struct UploadedPart {
  unsigned number = 0;  // from 1
  std::string etag;     // as the server gave it, without quotes
};

struct UploadedFile {
  std::string file;  // relative to the recording's folder
  std::string key;   // in the bucket
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  // of the local file when it was looked at; another one means another content
  bool done = false;             // it is there, and size and checksum were verified
  std::string etag;              // of the whole, when it is done
  // Of a multipart upload under way.
  std::string upload_id;
  std::uint64_t part_bytes = 0;
  std::vector<UploadedPart> parts;
  unsigned refused = 0;  // how often the server did not put the parts together
};

struct UploadRecord {
  std::string profile;
  std::vector<UploadedFile> files;
  bool complete = false;  // everything that the manifest lists is there
  bool local = true;      // false: the media files here were, or are being, removed

  UploadedFile* find(std::string_view file);
  const UploadedFile* find(std::string_view file) const;
};

std::string encode(const UploadRecord& record);
// kInvalidArgument for what is damaged: the upload then begins anew.
Result<UploadRecord> parse_upload_record(std::string_view text);

// Bytes of a part for a file of that size: at least `wished`, and so many that 10,000 parts (S3's bound) suffice.
std::uint64_t part_size(std::uint64_t file_bytes, std::uint64_t wished);

}  // namespace dd::recording
