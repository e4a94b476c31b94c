// SPDX-License-Identifier: MIT
// The few XML documents of S3 that uploading reads and writes; not an XML parser, and asked about nothing else.
// What comes from the server is untrusted: bounded by its caller, and read without recursion. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "recording/upload_record.hpp"
#include "shelf/object_store.hpp"

namespace dd::net {

// The text of the first element of that name, its entities resolved. Elements inside it are not expected.
std::optional<std::string> xml_text(std::string_view document, std::string_view element);

struct PartsPage {
  std::vector<shelf::ListedPart> parts;
  std::optional<unsigned> next;  // the marker of the page that follows
};
Result<PartsPage> parse_parts_page(std::string_view document);

std::string complete_document(const std::vector<recording::UploadedPart>& parts);

std::string without_quotes(std::string_view etag);

}  // namespace dd::net
