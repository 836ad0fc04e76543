// Scalars as a person would write them in schedules.yaml: bare where YAML lets them, in quotes where it does not.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace belfry::config {

// On one line; reading it gives `text` again. Fits behind a key, and inside of [ ] and { }.
// REQUIRES: text is UTF-8 and has no NUL.
std::string yaml_scalar(std::string_view text);

// The text for a place where `${param:x}` and `${secret:x}` would be filled in: they stay what they are.
std::string without_placeholders(std::string_view text);

// [a, 'b c', "d\n"]
std::string yaml_list(std::span<const std::string> texts);

// What follows `key:` for a text that may have lines: a scalar, or a block of its own, indented by `indent`. With its
// line end.
std::string yaml_text(std::string_view text, std::size_t indent);

// A line that begins with #, indented: what cannot be shown in it is a '?'. With its line end.
std::string yaml_comment(std::string_view text, std::size_t indent);

}  // namespace belfry::config
