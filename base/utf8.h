// UTF-8, read strictly: no overlong forms, no surrogates, nothing above U+10FFFF. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace belfry {

// Takes the first character off `text`. Empty, with one byte taken, if the bytes there are not UTF-8.
// REQUIRES: text is not empty.
std::optional<char32_t> take_utf8(std::string_view& text);

bool is_utf8(std::string_view text);

}  // namespace belfry
