// SPDX-License-Identifier: MIT
// The rows as people read them: the page docs/configuration.md, the sample config/local.env.example, --print-config.
// It writes no file; a test compares the committed ones with these texts. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace dd::config {

std::string configuration_page();                     // Markdown
std::string example_file();                           // an environment file with everything commented out
std::string settings_text(const Settings& settings);  // an environment file that load() reads back; secrets as ***
std::string plain_text(std::string_view markdown);    // without the backticks

}  // namespace dd::config
