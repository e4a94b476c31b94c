// SPDX-License-Identifier: MIT
// A picture file (PNG, JPEG) as a decoded picture, for tiles whose camera sends nothing.
// Pure but for reading the file.
#pragma once

#include <filesystem>

#include "composer/gst_pointers.hpp"

namespace dd::composer {

// kInvalidArgument when it is no picture or takes longer than five seconds.
Result<SamplePtr> load_image(const std::filesystem::path& file);

}  // namespace dd::composer
