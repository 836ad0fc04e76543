// How a scalar is spelled in the file, against the text it stands for: quotes, escapes, folded lines, indentation.
// Only needed to point into a scalar, and to see whether a quote was closed.
#pragma once

#include <cstddef>
#include <string_view>

#include <config/tree.h>

namespace belfry::config {

struct Spelling {
  std::size_t at = 0;
  Style style = Style::plain;
};

// Where an anchor and a tag before a node end and its content begins: `&name !tag "text"`.
std::size_t skip_properties(std::string_view source, std::size_t at);

// How the scalar whose content begins at `at` is written, by its first character. REQUIRES: the parser does not say
// plain.
Style style_at(std::string_view source, std::size_t at);

// Where the byte `offset` of `text` stands in the source. Falls back to the beginning of the scalar.
std::size_t locate_in_spelling(std::string_view source, Spelling spelling, std::string_view text, std::size_t offset);

// Whether the quoted scalar at `at` has its closing quote: yaml-cpp takes the end of the file for one, so that half a
// file would pass as a whole one.
bool is_closed(std::string_view source, Spelling spelling);

}  // namespace belfry::config
