// SPDX-License-Identifier: MIT
#include "shelf/storage.hpp"

#include <unistd.h>

#include <cerrno>
#include <map>
#include <system_error>

#include "base/durable_file.hpp"
#include "base/random.hpp"
#include "recording/paths.hpp"

namespace dd::shelf {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kIdLength = 22;
constexpr std::size_t kMaxFiles = 100'000;  // of one recording

std::uint64_t bytes_now(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::size_t files = 0;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator() && files < kMaxFiles; entry.increment(error), ++files) {
    if (const auto stamp = stamp_of(entry->path())) bytes += stamp->bytes;
  }
  return bytes;
}

}  // namespace

Result<std::string> root_id(const fs::path& root) {
  const fs::path file = root / ".root-id";
  auto known = read_small_file(file, kIdLength);
  if (known || known.error().code != Errc::kNotFound) return known;
  const std::string made = random_token(kIdLength);
  const fs::path draft = root / (".root-id-" + made);
  DD_TRY_VOID(replace_file(draft, made));
  // A link, unlike a rename, does not replace what another server has made meanwhile.
  const int failure = ::link(draft.c_str(), file.c_str()) == 0 ? 0 : errno;
  ::unlink(draft.c_str());
  if (failure != 0 && failure != EEXIST) return file_error("make", file, failure);
  return read_small_file(file, kIdLength);
}

recording::Storage storage_of(std::string root, const std::vector<std::shared_ptr<const Record>>& records,
                              const std::vector<fs::path>& begun) {
  std::map<std::string, recording::Storage::OfTenant> tenants;
  const auto add = [&tenants](std::string name, std::uint64_t bytes) {
    auto& tenant = tenants[name];
    tenant.tenant = std::move(name);
    tenant.bytes += bytes;
    ++tenant.recordings;
  };
  for (const auto& record : records) add(record->summary.tenant, record->summary.bytes);
  for (const auto& folder : begun) {
    add(recording::unescape_component(folder.parent_path().parent_path().filename().string()), bytes_now(folder));
  }
  recording::Storage storage;
  storage.root = std::move(root);
  for (auto& [name, tenant] : tenants) storage.tenants.push_back(std::move(tenant));
  return storage;
}

}  // namespace dd::shelf
