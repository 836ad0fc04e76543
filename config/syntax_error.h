// Syntax errors for people. yaml-cpp reports where its scanner was stuck and in the scanner's words: `cron: */5 * * *
// *` is "the referenced anchor is not defined". This looks at the line and says what the person meant to write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <config/source.h>

namespace belfry::config {

// What the parser was about when it gave up.
enum class Stuck : std::uint8_t {
  alias,            // `*`, and no such anchor, or no name
  anchor,           // `&` without a name
  character,        // one that begins nothing: @ ` %
  colon,            // where no value can begin
  map_end,          // something that is no further entry of the map
  list_end,         // something that is no further item of the list
  bracket_end,      // a { or [ that something else came into
  closing_bracket,  // a } or ] without its opening
  list_item,        // `- ` where no list can begin
  question_mark,    // `? ` where no key can begin
  open_quote,       // the file, or its document, ends within quotes
  escape,           // an unknown \ in double quotes
  block_header,     // something behind | or >
  tab,              // in the indentation
  elsewhere,
};

struct SyntaxError {
  Stuck stuck = Stuck::elsewhere;
  std::size_t at = 0;
  std::string message;                     // the parser's own words
  std::optional<std::size_t> open_at;      // the innermost container that is open
  std::optional<std::size_t> last_scalar;  // the newest scalar
};

struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Explanation {
  std::size_t at = 0;
  std::string what;
  std::string hint;
  // A value that would be fine in quotes. With a stand-in in its place the rest of the file can be read.
  std::optional<Extent> unquoted;
};

// Of a quote that the end of the file found open.
Explanation never_closed(std::size_t at);

Explanation explain(const Source& source, const SyntaxError& error);

}  // namespace belfry::config
