#include <algorithm>

#include <belfry/callable.h>

#include <base/placeholders.h>
#include <base/text.h>
#include <base/words.h>

namespace belfry {

namespace {

using Type = Parameter::Type;

const std::string* text_in(const Value& value) { return std::get_if<std::string>(&value.held); }

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const auto digits = parse_unsigned(is_negative ? text.substr(1) : text);
  if (!digits || *digits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const auto number = static_cast<std::int64_t>(*digits);
  return is_negative ? -number : number;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  return text == "false" ? std::optional(false) : std::nullopt;
}

std::optional<std::int64_t> parse_milliseconds(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration ? std::optional(duration->count()) : std::nullopt;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

const char* words_for(Type type) {
  switch (type) {
    case Type::integer:
      return "a whole number";
    case Type::boolean:
      return "true or false";
    case Type::duration:
      return "a duration such as 90s or 1h30m";
    case Type::size:
      return "a size such as 512M or 1GiB";
    case Type::texts:
      return "a text, or a list of texts";
    case Type::text_map:
      return "a map of names to texts";
    case Type::text:
    case Type::any:
      break;
  }
  return "a text";
}

class Checker {
 public:
  std::vector<Complaint> take() && { return std::move(complaints_); }

  void check(const Callable& callable, const Arguments& arguments) {
    for (const Member& argument : arguments) check_name(callable, argument);
    for (const Parameter& parameter : callable.parameters) {
      const Value* value = find_argument(arguments, parameter.name);
      if (value != nullptr) {
        if (!may_have_placeholders(*value)) check_value(parameter, *value);
      } else if (parameter.needed == Parameter::Needed::yes) {
        complain("", quoted(callable.name) + " needs the parameter " + quoted(parameter.name), parameter.summary);
      }
    }
    if (!complaints_.empty() || !callable.check) return;
    const Arguments known = without_placeholders(arguments);
    for (Complaint& complaint : callable.check(known)) {
      // What the call as a whole lacks may be what a placeholder will say.
      if (!complaint.parameter.empty() || known.size() == arguments.size()) complaints_.push_back(std::move(complaint));
    }
  }

 private:
  void complain(std::string parameter, std::string what, std::string hint = {}) {
    complaints_.push_back({.parameter = std::move(parameter), .what = std::move(what), .hint = std::move(hint)});
  }

  void check_name(const Callable& callable, const Member& argument) {
    std::vector<std::string_view> names;
    for (const Parameter& parameter : callable.parameters) names.push_back(parameter.name);
    if (std::ranges::find(names, argument.name) != names.end()) return;
    const auto near = nearest(argument.name, names);
    complain(argument.name, quoted(callable.name) + " has no parameter " + quoted(argument.name),
             near            ? "did you mean " + quoted(*near) + "?"
             : names.empty() ? ""
                             : "it knows " + joined(names));
  }

  void wrong_type(const Parameter& parameter) {
    complain(parameter.name, quoted(parameter.name) + " must be " + words_for(parameter.type));
  }

  void check_value(const Parameter& parameter, const Value& value) {
    const std::string* text = text_in(value);
    switch (parameter.type) {
      case Type::any:
        return;
      case Type::texts:
        return check_texts(parameter, value);
      case Type::text_map:
        return check_map(parameter, value);
      case Type::text:
        return text != nullptr ? check_option(parameter, *text) : wrong_type(parameter);
      case Type::boolean:
        if (text == nullptr || !parse_boolean(*text)) wrong_type(parameter);
        return;
      case Type::integer:
        return check_number(parameter, text, parse_integer);
      case Type::duration:
        return check_number(parameter, text, parse_milliseconds);
      case Type::size:
        return check_number(parameter, text, parse_size);
    }
  }

  void check_number(const Parameter& parameter, const std::string* text,
                    std::optional<std::int64_t> (*parse)(std::string_view)) {
    const auto number = text != nullptr ? parse(*text) : std::nullopt;
    if (!number) return wrong_type(parameter);
    const bool is_low = *number < parameter.min;
    if (!is_low && *number <= parameter.max) return;
    complain(parameter.name, quoted(parameter.name) + " must be " + (is_low ? "at least " : "at most ") +
                                 in_its_unit(parameter.type, is_low ? parameter.min : parameter.max) + ", not " +
                                 quoted(*text));
  }

  static std::string in_its_unit(Type type, std::int64_t number) {
    if (type == Type::duration) return format_duration(Millis{number});
    return std::to_string(number) + (type == Type::size ? " bytes" : "");
  }

  void check_option(const Parameter& parameter, const std::string& text) {
    const auto& options = parameter.options;
    if (options.empty() || std::ranges::find(options, text) != options.end()) return;
    complain(parameter.name, quoted(parameter.name) + " must be one of " + joined(options) + ", not " + quoted(text));
  }

  void check_texts(const Parameter& parameter, const Value& value) {
    const auto* list = std::get_if<Value::List>(&value.held);
    const bool are_texts = list != nullptr && std::ranges::all_of(*list, [](const Value& v) { return text_in(v); });
    if (text_in(value) == nullptr && !are_texts) wrong_type(parameter);
  }

  void check_map(const Parameter& parameter, const Value& value) {
    const auto* map = std::get_if<Value::Map>(&value.held);
    if (map == nullptr || !std::ranges::all_of(*map, [](const Member& m) { return text_in(m.value); })) {
      wrong_type(parameter);
    }
  }

  static Arguments without_placeholders(const Arguments& arguments) {
    Arguments plain;
    for (const Member& argument : arguments) {
      if (!may_have_placeholders(argument.value)) plain.push_back(argument);
    }
    return plain;
  }

  std::vector<Complaint> complaints_;
};

template <class T>
std::optional<T> parsed(const Arguments& arguments, std::string_view name,
                        std::optional<T> (*parse)(std::string_view)) {
  const auto value = argument::text(arguments, name);
  return value ? parse(*value) : std::nullopt;
}

}  // namespace

std::vector<Complaint> check_arguments(const Callable& callable, const Arguments& arguments) {
  Checker checker;
  checker.check(callable, arguments);
  return std::move(checker).take();
}

namespace argument {

std::optional<std::string> text(const Arguments& arguments, std::string_view name) {
  const Value* value = find_argument(arguments, name);
  const std::string* held = value != nullptr ? text_in(*value) : nullptr;
  return held != nullptr ? std::optional(*held) : std::nullopt;
}

std::optional<std::int64_t> integer(const Arguments& arguments, std::string_view name) {
  return parsed(arguments, name, parse_integer);
}

std::optional<bool> boolean(const Arguments& arguments, std::string_view name) {
  return parsed(arguments, name, parse_boolean);
}

std::optional<Millis> duration(const Arguments& arguments, std::string_view name) {
  const auto milliseconds = parsed(arguments, name, parse_milliseconds);
  return milliseconds ? std::optional(Millis{*milliseconds}) : std::nullopt;
}

std::optional<std::int64_t> size(const Arguments& arguments, std::string_view name) {
  return parsed(arguments, name, parse_size);
}

std::vector<std::string> texts(const Arguments& arguments, std::string_view name) {
  std::vector<std::string> all;
  const Value* value = find_argument(arguments, name);
  if (value == nullptr) return all;
  if (const std::string* one = text_in(*value)) return {*one};
  if (const auto* list = std::get_if<Value::List>(&value->held)) {
    for (const Value& item : *list) {
      if (const std::string* one = text_in(item)) all.push_back(*one);
    }
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> text_map(const Arguments& arguments, std::string_view name) {
  std::vector<std::pair<std::string, std::string>> all;
  const Value* value = find_argument(arguments, name);
  const auto* map = value != nullptr ? std::get_if<Value::Map>(&value->held) : nullptr;
  if (map == nullptr) return all;
  for (const Member& member : *map) {
    if (const std::string* one = text_in(member.value)) all.emplace_back(member.name, *one);
  }
  return all;
}

}  // namespace argument

}  // namespace belfry
