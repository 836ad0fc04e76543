// TRY: the value of a Result, or an early return of its error.
//
//   const std::string text = TRY(read_file(path));
//   TRY(make_directories(path));
#pragma once

#include <utility>

#include <belfry/error.h>

#define TRY(expression)                                                       \
  __extension__({                                                             \
    auto try_result_ = (expression);                                          \
    if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
    std::move(try_result_).value();                                           \
  })
