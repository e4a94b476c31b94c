// SPDX-License-Identifier: MIT
// A decoded picture turned by quarter turns: phones send theirs as the sensor has it and say in a header how it has to be held.
// It scales nothing; what is not turned costs nothing.
// Used from the composing thread.
#pragma once

#include "composer/gst_pointers.hpp"

namespace dd::composer {

// Clockwise by 90, 180 or 270 degrees. The picture itself when it is in no format that decoders of ours give (8 bits, planar, 4:2:0).
SamplePtr turned(SamplePtr picture, int degrees);

}  // namespace dd::composer
