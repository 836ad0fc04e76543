// Parameters as one text, for the ledger and for comparing them. Pure.
#pragma once

#include <string>
#include <string_view>

#include <belfry/params.h>

namespace belfry {

// One line for each: `date=2026-11-19`. A backslash in a value is written \\, a line end \n. Empty: there are none.
std::string encode_params(const Params& params);

// The way back. What is no such line is left out.
Params decode_params(std::string_view text);

}  // namespace belfry
