// What may be a parameter's value, and what to make of those that somebody gives (S38). Not pure: see pattern.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/params.h>

namespace belfry {

// Why a text is no value of this parameter, in the words of a person: "'31.12.2026' is not a date such as 2026-11-19".
// None: it is one.
std::optional<std::string> why_no_value(const ParamDefinition& definition, std::string_view value);

// Why a text is no pattern. None: it is one.
std::optional<std::string> why_no_pattern(const std::string& pattern);

// Which of two values comes first: of integers, numbers and dates. REQUIRES: both are values of that type.
bool is_below(ParamType type, std::string_view a, std::string_view b);

// "a date such as 2026-11-19", "one of staging, production".
std::string describe_values(const ParamDefinition& definition);

std::string_view word_of(ParamType type);

// One thing that is wrong with the parameters of a request, and what to write: `date=2026-11-19`.
struct ParamProblem {
  std::string name;
  std::string what;
  std::string write;
};

struct SettledParams {
  Params params;  // each definition that has a value, in their order: a given one, or its fallback
  std::vector<ParamProblem> problems;
};

// All problems at once: unknown names, names that stand twice, values that are none, those that are missing.
SettledParams settle_params(const std::vector<ParamDefinition>& definitions, const std::vector<Param>& given);

}  // namespace belfry
