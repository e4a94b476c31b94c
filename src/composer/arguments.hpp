// SPDX-License-Identifier: MIT
// What was asked for on the command line, checked: every mistake is answered with the argument's name.
// It touches no file; whether the folder holds a recording is found out when it is read.
// Plain values.
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "composer/composer.hpp"

namespace dd::composer {

enum class Talk { kPlain, kJson };

struct Arguments {
  ComposeRequest compose;
  Talk talk = Talk::kPlain;
  bool live = false;  // the recording is still being made; the output is a folder
  bool help = false;
};

std::string_view usage();

// Without the program's name.
Result<Arguments> parse_arguments(std::span<const std::string_view> arguments);

}  // namespace dd::composer
