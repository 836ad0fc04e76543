// The run ids that begin with a prefix, as a range: ids sort like their texts, so an ordered index finds them.
#pragma once

#include <optional>
#include <string_view>

#include <belfry/names.h>

namespace belfry {

struct RunIdRange {
  RunId first;
  RunId last;  // included
};

// `prefix`: of the 26 characters, either case. None: no id begins like this. The empty prefix is every id's.
std::optional<RunIdRange> run_ids_with_prefix(std::string_view prefix);

}  // namespace belfry
