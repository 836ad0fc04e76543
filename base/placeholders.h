// Placeholders in the texts of a job: `${param:date}` and `${secret:token}`. Pure. Everything else with a dollar sign
// stays as it is, `${HOME}` too; a second dollar before a placeholder makes it a plain text: `$${param:date}` is
// `${param:date}` in the end.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/value.h>

namespace belfry {

struct Placeholder {
  enum class Kind { param, secret };
  Kind kind = Kind::param;
  std::string_view name;   // part of the text
  std::size_t at = 0;      // where it begins in the text
  std::size_t length = 0;  // with its dollar and its braces
};

// What is wrong with a placeholder, and at which byte of the text.
struct PlaceholderError {
  std::size_t at = 0;
  std::string what;
};

// Whether a text, or any text of a value, may hold one: the quick question.
bool may_have_placeholders(std::string_view text);
bool may_have_placeholders(const Value& value);

// Those of a text, in their order. An error: one has no name, or no end, or a name that nothing can have.
std::expected<std::vector<Placeholder>, PlaceholderError> find_placeholders(std::string_view text);

// [A-Za-z][A-Za-z0-9_-]{0,63}: the name of a parameter or of a secret.
bool is_placeholder_name(std::string_view name);

// The text with each placeholder replaced by what `value_of` gives; the values are not looked at again. The first error
// of `value_of` is the answer. REQUIRES: find_placeholders has accepted the text.
Result<std::string> fill_in(std::string_view text,
                            const std::function<Result<std::string>(const Placeholder&)>& value_of);

// `BELFRY_PARAM_DRY_RUN` for dry-run: the environment variable that tells a job the value of a parameter.
std::string param_variable(std::string_view name);

}  // namespace belfry
