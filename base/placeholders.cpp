#include <algorithm>

#include <base/ascii.h>
#include <base/placeholders.h>
#include <base/try.h>

namespace belfry {

namespace {

constexpr std::size_t name_length_max = 64;

struct Opening {
  std::string_view text;
  Placeholder::Kind kind;
};
constexpr Opening openings[] = {{"${param:", Placeholder::Kind::param}, {"${secret:", Placeholder::Kind::secret}};

// The opening that stands at `at`.
const Opening* opening_at(std::string_view text, std::size_t at) {
  const auto found =
      std::ranges::find_if(openings, [&](const Opening& opening) { return text.substr(at).starts_with(opening.text); });
  return found == std::end(openings) ? nullptr : found;
}

// `$${param:x}`: whoever writes that means the text.
bool is_escaped(std::string_view text, std::size_t at) { return at > 0 && text[at - 1] == '$'; }

}  // namespace

bool may_have_placeholders(std::string_view text) {
  return text.find(openings[0].text) != std::string_view::npos || text.find(openings[1].text) != std::string_view::npos;
}

bool may_have_placeholders(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return may_have_placeholders(*text);
  if (const auto* list = std::get_if<Value::List>(&value.held)) {
    return std::ranges::any_of(*list, [](const Value& item) { return may_have_placeholders(item); });
  }
  return std::ranges::any_of(std::get<Value::Map>(value.held),
                             [](const Member& member) { return may_have_placeholders(member.value); });
}

bool is_placeholder_name(std::string_view name) {
  return !name.empty() && name.size() <= name_length_max && is_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

std::expected<std::vector<Placeholder>, PlaceholderError> find_placeholders(std::string_view text) {
  std::vector<Placeholder> found;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    const Opening* opening = opening_at(text, at);
    if (opening == nullptr || is_escaped(text, at)) continue;
    const std::size_t begin = at + opening->text.size();
    const std::size_t end = text.find('}', begin);
    const std::string shown(opening->text);
    if (end == std::string_view::npos) return std::unexpected(PlaceholderError{at, shown + " has no closing brace"});
    const std::string_view name = text.substr(begin, end - begin);
    if (!is_placeholder_name(name)) {
      return std::unexpected(PlaceholderError{
          at, shown + "...} needs a name: a letter, then letters, digits, '_' and '-', 64 characters at most"});
    }
    found.push_back({.kind = opening->kind, .name = name, .at = at, .length = end + 1 - at});
  }
  return found;
}

Result<std::string> fill_in(std::string_view text,
                            const std::function<Result<std::string>(const Placeholder&)>& value_of) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Opening* opening = text[at] == '$' ? opening_at(text, at) : nullptr;
    if (opening != nullptr && is_escaped(text, at)) {
      out.pop_back();  // the dollar before it has done its work
      opening = nullptr;
    }
    if (opening == nullptr) {
      out += text[at++];
      continue;
    }
    const std::size_t begin = at + opening->text.size();
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) return std::unexpected(Error::bad_input("a placeholder has no closing brace"));
    out += TRY(
        value_of({.kind = opening->kind, .name = text.substr(begin, end - begin), .at = at, .length = end + 1 - at}));
    at = end + 1;
  }
  return out;
}

std::string param_variable(std::string_view name) {
  std::string variable = "BELFRY_PARAM_";
  for (const char c : name) variable += c == '-' ? '_' : upper(c);
  return variable;
}

}  // namespace belfry
