// SPDX-License-Identifier: MIT
// What uploading needs of a bucket: objects put whole or in parts, looked at, and what a broken upload left, listed.
// It retries nothing and remembers nothing. Calls block; one object belongs to one thread, only cancel() may come from another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "recording/upload_record.hpp"

namespace dd::shelf {

struct ListedPart {
  unsigned number = 0;
  std::uint64_t bytes = 0;
  std::string etag;
};

struct StoredObject {
  std::uint64_t bytes = 0;
  std::string etag;
};

// An ETag is returned only when it proves the content (the MD5 of what was sent), or when the server says that its ETags
// prove nothing (encryption with keys of its own). Every request carries the SHA-256 of its body in its signature.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual Result<std::string> put(const std::string& key, std::string_view bytes, std::string_view media_type) = 0;

  virtual Result<std::string> begin(const std::string& key, std::string_view media_type) = 0;  // the upload's id
  virtual Result<std::string> put_part(const std::string& key, const std::string& upload, unsigned number, std::string_view bytes) = 0;
  // Nothing: this server cannot list them. kNotFound: it knows no such upload (any more).
  virtual Result<std::optional<std::vector<ListedPart>>> parts(const std::string& key, const std::string& upload) = 0;
  // kNotFound as above; the object may be there all the same, when an earlier answer was lost.
  virtual Result<std::string> complete(const std::string& key, const std::string& upload,
                                       const std::vector<recording::UploadedPart>& parts) = 0;
  virtual Result<void> abandon(const std::string& key, const std::string& upload) = 0;

  virtual Result<std::optional<StoredObject>> look(const std::string& key) = 0;

  // Do these bytes have this ETag? Nothing: it is of a kind that does not tell.
  virtual std::optional<bool> proves(std::string_view etag, std::string_view bytes) const = 0;
  // As above, of an object and its parts.
  virtual std::optional<bool> proves(std::string_view etag, const std::vector<recording::UploadedPart>& parts) const = 0;

  // The running call and every later one end at once with kUnavailable.
  virtual void cancel() = 0;
};

using MakeObjectStore = std::function<std::unique_ptr<ObjectStore>()>;

}  // namespace dd::shelf
