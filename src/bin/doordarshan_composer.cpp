// SPDX-License-Identifier: MIT
// Makes a programme of a recording: see composer/arguments.cpp for what it takes.
#include "composer/main.hpp"

int main(int argc, char** argv) { return dd::composer::run(argc, argv); }
