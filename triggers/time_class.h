// The two kinds of times that people mean (S13).
#pragma once

#include <cstdint>

namespace belfry {

enum class TimeClass : std::uint8_t {
  fixed,      // "at 02:30": one intention each; decided by the DST policy where the clock is changed
  recurring,  // "every five minutes": minute or hour begins with *; due wherever the reading is real
};

}  // namespace belfry
