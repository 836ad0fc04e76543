// The ways in which other schedulers write a schedule. They are not read, but recognised, so that whoever comes from
// there is told the words that mean the same here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <triggers/parse.h>

namespace belfry {

// A duration as people and other systems write one, in our form: "5 minutes" is "5m", "1.5h" is "1h30m", "00:05:00" and
// "PT5M" are "5m". REQUIRES: text does not parse as one.
std::optional<std::string> duration_in_our_form(std::string_view text);

// What to tell somebody who wrote `text` in the grammar of another system; nothing where it is none that we know.
// REQUIRES: text does not parse here.
std::optional<ParseProblem> foreign_dialect(std::string_view text);

}  // namespace belfry
