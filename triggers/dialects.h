// The ways in which other schedulers write a schedule. They are not read, but recognised, so that whoever comes from
// there is told the words that mean the same here.
#pragma once

#include <optional>
#include <string_view>

#include <triggers/parse.h>

namespace belfry {

// What to tell somebody who wrote `text` in the grammar of another system; nothing where it is none that we know.
// REQUIRES: text does not parse here.
std::optional<ParseProblem> foreign_dialect(std::string_view text);

}  // namespace belfry
