#include <algorithm>

#include <base/text.h>
#include <config/crontab_line.h>

namespace belfry::config {

namespace {

constexpr std::string_view blanks = " \t";

// A name or a value in quotes, which are taken off, or a bare one.
std::optional<std::string_view> take_name(std::string_view& rest) {
  std::string_view name;
  if (rest.starts_with('"') || rest.starts_with('\'')) {
    const std::size_t close = rest.find(rest.front(), 1);
    if (close == std::string_view::npos) return std::nullopt;
    name = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else {
    const std::size_t end = std::min(rest.find_first_of(" \t="), rest.size());
    name = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  return name.empty() ? std::nullopt : std::optional(name);
}

std::string_view unquoted(std::string_view value) {
  const bool is_quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

// OpenBSD and cronie: `10~50` is some minute between the two, here the same one each time; `~` is any.
std::string in_our_spelling(std::string_view field) {
  const std::size_t tilde = field.find('~');
  if (tilde == std::string_view::npos || field.contains(',')) return std::string(field);
  if (field.starts_with('~')) return "H" + std::string(field.substr(1));
  const std::size_t step = std::min(field.find('/', tilde), field.size());
  std::string range(field.substr(0, step));
  range[tilde] = '-';
  return "H(" + range + ")" + std::string(field.substr(step));
}

std::string nickname(std::string_view name) {
  if (name == "@every_minute") return "* * * * *";
  return std::string(name);
}

}  // namespace

std::optional<EnvironmentVariable> read_assignment(std::string_view line) {
  const auto name = take_name(line);
  line = trim(line);
  if (!name || !line.starts_with('=')) return std::nullopt;
  return EnvironmentVariable{std::string(*name), std::string(unquoted(trim(line.substr(1))))};
}

std::size_t CrontabLine::place_of(std::size_t offset) const {
  const auto behind = std::ranges::find_if(fields, [&](const Field& field) { return field.in_schedule > offset; });
  const Field& field = behind == fields.begin() ? fields.front() : *(behind - 1);
  return field.in_line + (offset - field.in_schedule);
}

std::optional<CrontabLine> cut_crontab_line(std::string_view line) {
  CrontabLine out;
  std::size_t at = 0;
  const auto take_field = [&]() -> std::string_view {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    const std::string_view field = line.substr(at, end - at);
    at = std::min(line.find_first_not_of(blanks, end), line.size());
    return field;
  };
  if (line.starts_with('@')) {
    out.schedule = nickname(take_field());
  } else {
    if (line.starts_with('-')) at = 1;  // cronie: not worth a line of its log
    for (CrontabLine::Field& field : out.fields) {
      if (!out.schedule.empty()) out.schedule += ' ';
      field = {.in_schedule = out.schedule.size(), .in_line = at};
      out.schedule += in_our_spelling(take_field());
    }
  }
  if (at >= line.size()) return std::nullopt;
  out.rest_at = at;
  return out;
}

CommandAndInput split_at_percent(std::string_view text) {
  CommandAndInput out;
  std::string* part = &out.command;
  bool is_escaped = false;
  for (const char c : text) {
    if (c == '%' && is_escaped) {
      part->back() = '%';
    } else if (c == '%') {
      if (out.input) {
        *part += '\n';
      } else {
        part = &out.input.emplace();
      }
    } else {
      *part += c;
    }
    is_escaped = c == '\\' && !is_escaped;
  }
  if (out.input && !out.input->empty() && !out.input->ends_with('\n')) *out.input += '\n';
  return out;
}

}  // namespace belfry::config
