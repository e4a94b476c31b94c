// SPDX-License-Identifier: MIT
// Is many participants of a running server at once, and measures what they receive: see bench/load/arguments.cpp for what it takes.
#include <string_view>
#include <vector>

#include "bench/load/run.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  return dd::load::run(words);
}
