// Text that came from anywhere, made fit to be shown: as a JSON string, or on a terminal (F77).
#pragma once

#include <string>
#include <string_view>

namespace belfry {

// In quotes, with everything escaped that a reader of JSON, or of lines, could take for something else. What is not
// UTF-8 becomes U+FFFD.
std::string json_quote(std::string_view text);

// Control characters become visible escapes (\x1b), but for line ends and tabs; all else stays as it is.
std::string visible(std::string_view text);

}  // namespace belfry
