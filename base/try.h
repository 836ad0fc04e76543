// TRY: the value of a Result, or an early return of its error.
//
//   const std::string text = TRY(read_file(path));
//   TRY(make_directories(path));
//
// REQUIRES: the value goes into a variable of its own, or nothing before it in the same expression has a destructor.
// The return leaves the expression in its middle, and g++ does not destroy what was made so far: Pair{.a = TRY(f()),
// .b = TRY(g())} leaks a when g() fails.
#pragma once

#include <utility>

#include <belfry/error.h>

#define TRY(expression)                                                       \
  __extension__({                                                             \
    auto try_result_ = (expression);                                          \
    if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
    std::move(try_result_).value();                                           \
  })
