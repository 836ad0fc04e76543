#include <algorithm>
#include <string>

#include <api/query.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry::api {

namespace {

Error bad_parameter(std::string_view name, const std::string& why) {
  return Error::bad_input("parameter '" + std::string(name) + "': " + why);
}

Error unknown_parameter(std::string_view name, const std::vector<std::string_view>& known) {
  std::string what = "unknown parameter '" + std::string(name) + "'";
  if (known.empty()) return Error::bad_input(what + "; this address takes none");
  if (const auto near = nearest(name, known))
    return Error::bad_input(what + "; did you mean '" + std::string(*near) + "'?");
  what += "; this address takes";
  for (const std::string_view word : known) what += " " + std::string(word);
  return Error::bad_input(what);
}

}  // namespace

Result<void> check_parameters(const std::vector<Parameter>& query, std::string_view names) {
  const auto known = names.empty() ? std::vector<std::string_view>{} : split(names, ' ');
  for (auto it = query.begin(); it != query.end(); ++it) {
    if (std::find(known.begin(), known.end(), it->name) == known.end()) {
      return std::unexpected(unknown_parameter(it->name, known));
    }
    const auto same = [&](const Parameter& other) { return other.name == it->name; };
    if (std::any_of(query.begin(), it, same)) return std::unexpected(bad_parameter(it->name, "it is given twice"));
  }
  return {};
}

std::optional<std::string_view> Query::text(std::string_view name) const {
  const auto it = std::find_if(parameters_.begin(), parameters_.end(), [&](const auto& p) { return p.name == name; });
  if (it == parameters_.end()) return std::nullopt;
  return it->value;
}

Result<std::optional<std::uint64_t>> Query::number(std::string_view name, Range range) const {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = parse_unsigned(*given);
  if (!value) return std::unexpected(bad_parameter(name, "'" + std::string(*given) + "' is not a whole number"));
  if (*value < range.min) return std::unexpected(bad_parameter(name, "it is at least " + std::to_string(range.min)));
  if (*value > range.max) return std::unexpected(bad_parameter(name, "it is at most " + std::to_string(range.max)));
  return *value;
}

Result<std::optional<Millis>> Query::duration(std::string_view name, Millis max) const {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = parse_duration(*given);
  if (!value) return std::unexpected(bad_parameter(name, value.error().what));
  if (*value > max) return std::unexpected(bad_parameter(name, "it is at most " + format_duration(max)));
  return *value;
}

Result<std::optional<WallTime>> Query::instant(std::string_view name) const {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = parse_rfc3339(*given);
  if (!value) return std::unexpected(bad_parameter(name, value.error().what));
  return *value;
}

}  // namespace belfry::api
