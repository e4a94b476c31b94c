// SPDX-License-Identifier: MIT
// FakeBucket: a bucket in memory that fails where a test says, as real ones do: before the work, or after it, losing the answer.
// Its ETags are a toy checksum. The bucket outlives the stores that speak to it; used by one thread at a time.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include <fmt/format.h>

#include "shelf/object_store.hpp"

namespace dd::shelf::testing {

struct FakeBucket {
  struct Object {
    std::string bytes;
    std::string etag;
  };
  struct Upload {
    std::string key;
    std::map<unsigned, std::string> parts;
  };

  std::map<std::string, Object> objects;
  std::map<std::string, Upload> uploads;
  bool lists_parts = true;
  std::map<std::string, int> calls;
  std::size_t bytes_taken = 0;

  // Asked before and after each call's work; an error is answered instead, and before the work it prevents it.
  std::function<Result<void>(const std::string& call, unsigned part)> before;
  std::function<Result<void>(const std::string& call, unsigned part)> after;
};

inline std::string toy_checksum(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
}

class FakeStore final : public ObjectStore {
 public:
  explicit FakeStore(FakeBucket& bucket) : bucket_(bucket) {}

  Result<std::string> put(const std::string& key, std::string_view bytes, std::string_view) override {
    DD_TRY_VOID(begin_call("put", 0));
    bucket_.objects[key] = {std::string(bytes), toy_checksum(bytes)};
    bucket_.bytes_taken += bytes.size();
    DD_TRY_VOID(end_call("put", 0));
    return toy_checksum(bytes);
  }
  Result<std::string> begin(const std::string& key, std::string_view) override {
    DD_TRY_VOID(begin_call("begin", 0));
    const std::string id = "upload-" + std::to_string(bucket_.calls["begin"]);
    bucket_.uploads[id].key = key;
    DD_TRY_VOID(end_call("begin", 0));
    return id;
  }
  Result<std::string> put_part(const std::string&, const std::string& upload, unsigned number, std::string_view bytes) override {
    DD_TRY_VOID(begin_call("put_part", number));
    const auto found = bucket_.uploads.find(upload);
    if (found == bucket_.uploads.end()) return make_error(Errc::kNotFound, "NoSuchUpload");
    found->second.parts[number] = std::string(bytes);
    bucket_.bytes_taken += bytes.size();
    DD_TRY_VOID(end_call("put_part", number));
    return toy_checksum(bytes);
  }
  Result<std::optional<std::vector<ListedPart>>> parts(const std::string&, const std::string& upload) override {
    DD_TRY_VOID(begin_call("parts", 0));
    if (!bucket_.lists_parts) return std::optional<std::vector<ListedPart>>{};
    const auto found = bucket_.uploads.find(upload);
    if (found == bucket_.uploads.end()) return make_error(Errc::kNotFound, "NoSuchUpload");
    std::vector<ListedPart> listed;
    for (const auto& part : found->second.parts) listed.push_back({part.first, part.second.size(), toy_checksum(part.second)});
    return std::optional(std::move(listed));
  }
  Result<std::string> complete(const std::string& key, const std::string& upload,
                               const std::vector<recording::UploadedPart>& parts) override {
    DD_TRY_VOID(begin_call("complete", 0));
    const auto found = bucket_.uploads.find(upload);
    if (found == bucket_.uploads.end()) return make_error(Errc::kNotFound, "NoSuchUpload");
    std::string bytes;
    for (const auto& part : parts) {
      const auto stored = found->second.parts.find(part.number);
      if (stored == found->second.parts.end() || toy_checksum(stored->second) != part.etag)
        return make_error(Errc::kInvalidArgument, "InvalidPart");
      bytes += stored->second;
    }
    const std::string etag = composite(parts);
    bucket_.objects[key] = {std::move(bytes), etag};
    bucket_.uploads.erase(found);
    DD_TRY_VOID(end_call("complete", 0));
    return etag;
  }
  Result<void> abandon(const std::string&, const std::string& upload) override {
    ++bucket_.calls["abandon"];
    bucket_.uploads.erase(upload);
    return ok();
  }
  Result<std::optional<StoredObject>> look(const std::string& key) override {
    DD_TRY_VOID(begin_call("look", 0));
    const auto found = bucket_.objects.find(key);
    if (found == bucket_.objects.end()) return std::optional<StoredObject>{};
    return std::optional(StoredObject{found->second.bytes.size(), found->second.etag});
  }
  std::optional<bool> proves(std::string_view etag, std::string_view bytes) const override { return etag == toy_checksum(bytes); }
  std::optional<bool> proves(std::string_view etag, const std::vector<recording::UploadedPart>& parts) const override {
    return etag == composite(parts);
  }
  void cancel() override {}

 private:
  static std::string composite(const std::vector<recording::UploadedPart>& parts) {
    std::string all;
    for (const auto& part : parts) all += part.etag;
    return toy_checksum(all) + "-" + std::to_string(parts.size());
  }
  Result<void> begin_call(const std::string& call, unsigned part) {
    ++bucket_.calls[call];
    return bucket_.before ? bucket_.before(call, part) : ok();
  }
  Result<void> end_call(const std::string& call, unsigned part) { return bucket_.after ? bucket_.after(call, part) : ok(); }

  FakeBucket& bucket_;
};

}  // namespace dd::shelf::testing
