// SPDX-License-Identifier: MIT
// What the recordings on this disk take, tenant by tenant, and which disk that is.
// It keeps no count: the manifests are the count. Blocks, so not for the control loop; safe from any other thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "recording/library.hpp"
#include "shelf/catalogue.hpp"

namespace dd::shelf {

// The id in `<root>/.root-id`, made when there is none; of several servers that make it at once, one wins.
Result<std::string> root_id(const std::filesystem::path& root);

// As the manifests say, and of what has been begun and has none yet the sizes of its files.
recording::Storage storage_of(std::string root, const std::vector<std::shared_ptr<const Record>>& records,
                              const std::vector<std::filesystem::path>& begun);

}  // namespace dd::shelf
