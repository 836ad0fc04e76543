#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

#include <base/ascii.h>
#include <base/param_values.h>
#include <base/pattern.h>
#include <base/placeholders.h>
#include <base/text.h>
#include <base/verify.h>
#include <base/words.h>

namespace belfry {

namespace {

constexpr std::size_t shown_max = 60;

std::string quoted(std::string_view text) {
  const bool is_long = text.size() > shown_max;
  return "'" + std::string(text.substr(0, shown_max)) + (is_long ? "...'" : "'");
}

// ---- Numbers and dates ------------------------------------------------------------------------------------------

bool is_plain_whole(std::string_view digits) {
  return are_digits(digits) && (digits.size() == 1 || digits.front() != '0');  // 010 is 8 to some programs
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  if (!is_plain_whole(text.substr(text.starts_with('-') ? 1 : 0))) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Decimal digits, perhaps with a fraction: no exponents, no infinity.
std::optional<double> parse_number(std::string_view text) {
  const std::string_view magnitude = text.substr(text.starts_with('-') ? 1 : 0);
  const auto point = magnitude.find('.');
  const bool has_fraction = point != std::string_view::npos;
  if (!is_plain_whole(magnitude.substr(0, point))) return std::nullopt;
  if (has_fraction && !are_digits(magnitude.substr(point + 1))) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// 2026-11-19, a day that the calendar has.
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = parse_unsigned(text.substr(0, 4));
  const auto month = parse_unsigned(text.substr(5, 2));
  const auto day = parse_unsigned(text.substr(8, 2));
  if (!year || !month || !day) return false;
  return std::chrono::year_month_day{std::chrono::year{static_cast<int>(*year)},
                                     std::chrono::month{static_cast<unsigned>(*month)},
                                     std::chrono::day{static_cast<unsigned>(*day)}}
      .ok();
}

bool is_of_type(const ParamDefinition& definition, std::string_view value) {
  switch (definition.type) {
    case ParamType::string:
      return true;
    case ParamType::integer:
      return parse_integer(value).has_value();
    case ParamType::number:
      return parse_number(value).has_value();
    case ParamType::boolean:
      return value == "true" || value == "false";
    case ParamType::date:
      return is_date(value);
    case ParamType::choice:
      return std::ranges::find(definition.options, value) != definition.options.end();
  }
  return false;
}

bool fits(const std::string& pattern, std::string_view value) {
  const auto whole = Pattern::compile("^(" + pattern + ")$");
  return whole && whole->is_found_in(std::string(value));
}

std::optional<std::string> why_out_of_range(const ParamDefinition& definition, std::string_view value) {
  if (definition.min && is_below(definition.type, value, *definition.min)) {
    return quoted(value) + " is below " + *definition.min;
  }
  if (definition.max && is_below(definition.type, *definition.max, value)) {
    return quoted(value) + " is above " + *definition.max;
  }
  return std::nullopt;
}

// ---- What to write ----------------------------------------------------------------------------------------------

std::string example_of(const ParamDefinition& definition) {
  switch (definition.type) {
    case ParamType::string:
      return "TEXT";
    case ParamType::integer:
    case ParamType::number:
      return definition.min.value_or(definition.max.value_or("1"));
    case ParamType::boolean:
      return "true";
    case ParamType::date:
      return definition.min.value_or(definition.max.value_or("2026-11-19"));
    case ParamType::choice:
      return definition.options.empty() ? "" : definition.options.front();
  }
  return "";
}

std::string to_write(const ParamDefinition& definition, std::string_view wrong) {
  const auto nearest_option = [&]() -> std::optional<std::string_view> {
    const std::vector<std::string_view> options(definition.options.begin(), definition.options.end());
    return nearest(wrong, options);
  };
  const auto near = nearest_option();
  return definition.name + "=" + (near ? std::string(*near) : example_of(definition));
}

ParamProblem unknown(const std::vector<ParamDefinition>& definitions, const std::string& name) {
  std::vector<std::string_view> names;
  std::vector<std::string> all;
  for (const ParamDefinition& definition : definitions) {
    names.push_back(definition.name);
    all.push_back(definition.name);
  }
  std::string what = "there is no parameter " + quoted(name);
  const auto near = nearest(name, names);
  if (near) what += "; did you mean '" + std::string(*near) + "'?";
  if (!near) what += all.empty() ? ": the job takes none" : ": the job takes " + joined(all);
  return {.name = name, .what = std::move(what), .write = ""};
}

std::string missing_words(const ParamDefinition& definition) {
  return "parameter '" + definition.name + "' is missing: " + describe_values(definition) +
         (definition.description.empty() ? "" : " (" + definition.description + ")");
}

std::size_t bytes_of(const std::vector<Param>& params) {
  std::size_t bytes = 0;
  for (const Param& param : params) bytes += param.name.size() + param.value.size();
  return bytes;
}

}  // namespace

std::string_view word_of(ParamType type) {
  switch (type) {
    case ParamType::string:
      return "string";
    case ParamType::integer:
      return "integer";
    case ParamType::number:
      return "number";
    case ParamType::boolean:
      return "boolean";
    case ParamType::date:
      return "date";
    case ParamType::choice:
      break;
  }
  return "choice";
}

bool is_below(ParamType type, std::string_view a, std::string_view b) {
  switch (type) {
    case ParamType::integer:
      return *parse_integer(a) < *parse_integer(b);
    case ParamType::number:
      return *parse_number(a) < *parse_number(b);
    default:
      return a < b;  // dates have years of four digits
  }
}

std::string describe_values(const ParamDefinition& definition) {
  std::string range;
  if (definition.min) range += " from " + *definition.min;
  if (definition.max) range += " up to " + *definition.max;
  switch (definition.type) {
    case ParamType::string:
      return definition.pattern.empty() ? "a text" : "a text that fits " + definition.pattern;
    case ParamType::integer:
      return "a whole number" + range;
    case ParamType::number:
      return "a number such as 2 or 1.5" + range;
    case ParamType::boolean:
      return "true or false";
    case ParamType::date:
      return "a date such as 2026-11-19" + range;
    case ParamType::choice:
      break;
  }
  return "one of " + joined(definition.options);
}

// As it stands: `a)|(b` is none, although it is one within parentheses.
std::optional<std::string> why_no_pattern(const std::string& pattern) {
  const auto compiled = Pattern::compile(pattern);
  return compiled ? std::nullopt : std::optional(compiled.error().what);
}

std::optional<std::string> why_no_value(const ParamDefinition& definition, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) return "it contains a NUL, which no program can be told";
  if (!is_of_type(definition, value)) return quoted(value) + " is not " + describe_values(definition);
  if (!definition.pattern.empty() && !fits(definition.pattern, value)) {
    return quoted(value) + " is not " + describe_values(definition);
  }
  if (!definition.may_begin_with_dash && value.starts_with('-')) {
    return quoted(value) + " begins with '-', and the program could take it for an option";
  }
  return why_out_of_range(definition, value);
}

SettledParams settle_params(const std::vector<ParamDefinition>& definitions, const std::vector<Param>& given) {
  SettledParams settled;
  std::vector<Param> params;
  const auto is_called = [](const std::string& name) { return [&name](const auto& one) { return one.name == name; }; };
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string& name = given[i].name;
    if (std::ranges::none_of(definitions, is_called(name))) settled.problems.push_back(unknown(definitions, name));
    const auto earlier = given.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(given.begin(), earlier, is_called(name))) {
      settled.problems.push_back({.name = name, .what = "parameter '" + name + "' is given twice", .write = ""});
    }
  }
  for (const ParamDefinition& definition : definitions) {
    const auto found = std::ranges::find_if(given, is_called(definition.name));
    if (found == given.end()) {
      if (definition.fallback) params.push_back({.name = definition.name, .value = *definition.fallback});
      if (!definition.fallback && definition.is_required) {
        settled.problems.push_back(
            {.name = definition.name, .what = missing_words(definition), .write = to_write(definition, "")});
      }
    } else if (auto why = why_no_value(definition, found->value)) {
      settled.problems.push_back({.name = definition.name,
                                  .what = "parameter '" + definition.name + "': " + *why,
                                  .write = to_write(definition, found->value)});
    } else {
      params.push_back(*found);
    }
  }
  if (const std::size_t bytes = bytes_of(given); bytes > Params::bytes_max) {
    settled.problems.push_back({.name = "",
                                .what = "the parameters have " + std::to_string(bytes) + " bytes; together they may " +
                                        "have " + std::to_string(Params::bytes_max),
                                .write = ""});
  }
  settled.params = Params(std::move(params));
  return settled;
}

}  // namespace belfry
