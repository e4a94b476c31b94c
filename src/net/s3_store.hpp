// SPDX-License-Identifier: MIT
// S3Store: a bucket of an S3-compatible store, as uploading needs it (shelf/object_store.hpp).
// It signs with Signature Version 4 and lets the server check each body's SHA-256; it retries nothing.
// Belongs to one thread that may block; only cancel() may come from another.
#pragma once

#include <memory>
#include <string>

#include "net/curl_client.hpp"
#include "shelf/object_store.hpp"

namespace dd::net {

struct StorageProfile {
  std::string endpoint;  // "https://s3.eu-central-1.amazonaws.com", without a path
  std::string region = "us-east-1";
  std::string bucket;
  std::string access_key;
  std::string secret_key;
  bool path_style = true;  // endpoint/bucket/key; otherwise bucket.endpoint/key
};

class S3Store final : public shelf::ObjectStore {
 public:
  explicit S3Store(StorageProfile profile);

  Result<std::string> put(const std::string& key, std::string_view bytes, std::string_view media_type) override;
  Result<std::string> begin(const std::string& key, std::string_view media_type) override;
  Result<std::string> put_part(const std::string& key, const std::string& upload, unsigned number, std::string_view bytes) override;
  Result<std::optional<std::vector<shelf::ListedPart>>> parts(const std::string& key, const std::string& upload) override;
  Result<std::string> complete(const std::string& key, const std::string& upload,
                               const std::vector<recording::UploadedPart>& parts) override;
  Result<void> abandon(const std::string& key, const std::string& upload) override;
  Result<std::optional<shelf::StoredObject>> look(const std::string& key) override;
  std::optional<bool> proves(std::string_view etag, std::string_view bytes) const override;
  std::optional<bool> proves(std::string_view etag, const std::vector<recording::UploadedPart>& parts) const override;
  void cancel() override { client_.cancel(); }

 private:
  std::string url(const std::string& key, std::string_view query) const;
  Result<CurlClient::Answer> call(std::string method, const std::string& key, std::string_view query, std::string_view body,
                                  std::vector<std::string> headers = {});
  Result<std::string> etag_of(const CurlClient::Answer& answer, std::string_view bytes);

  const StorageProfile profile_;
  CurlClient client_;
  bool opaque_etags_ = false;  // the server encrypts with keys that make ETags no checksum
};

}  // namespace dd::net
