// Texts to throw at the parsers.
#pragma once

#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace belfry::tests {

// Half of them nearly right: made of the pieces of cron lines.
inline std::string random_text(std::mt19937_64& random) {
  static constexpr std::string_view pieces[]{"*",   "0", "59",     "*/5",    " ",   " ", " ",          " ",
                                             "1-5", "L", "W",      "#",      "MON", ",", "/",          "-",
                                             "?",   "H", "@daily", "every ", "31",  "2", "99999999999"};
  std::string text;
  const bool nearly_right = random() % 2 == 0;
  for (auto n = random() % 24; n > 0; --n) {
    if (nearly_right) {
      text += pieces[random() % std::size(pieces)];
    } else {
      text += static_cast<char>(random() % 256);
    }
  }
  return text;
}

}  // namespace belfry::tests
