// SPDX-License-Identifier: MIT
// FileBody: a piece of an opened file as the body of an answer, read ahead by one chunk while the one before is being sent.
// It never holds more than two chunks, whatever the reader's speed and the file's size. Lives on the control loop.
#pragma once

#include <memory>

#include "api/http.hpp"
#include "base/loop.hpp"
#include "recording/library.hpp"

namespace dd::api {

std::unique_ptr<BodyStream> file_body(Loop& loop, std::shared_ptr<recording::FileReader> file, std::uint64_t offset, std::uint64_t length);

// By the name's ending; a literal.
std::string_view media_type_of(std::string_view file);

}  // namespace dd::api
