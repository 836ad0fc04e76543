// Why some fields never match (S7).
#pragma once

#include <string>

#include <triggers/fields.h>

namespace belfry {

// "February has no 31st". REQUIRES: !fields.ever_matches().
std::string why_never(const Fields& fields);

}  // namespace belfry
