// What `belfry import --json` says.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <config/problem.h>

namespace belfry::cli {

// {jobs, schedules, problems}: how many there are, the text of the file, and what is not carried over, errors first.
struct ImportDocument {
  std::size_t jobs = 0;
  std::string schedules;
  std::span<const config::Problem> errors;
  std::span<const config::Problem> warnings;
};
std::string encode_import(const ImportDocument& document);

}  // namespace belfry::cli
