// Small pieces of English.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <belfry/time.h>

namespace belfry {

std::string join(const std::vector<std::string>& items, std::string_view last_separator = " and ");  // "a, b and c"
std::string ordinal(unsigned n);                                                                     // "1st", "22nd"
std::string ordinal_word(unsigned n);             // "first" to "fifth"
std::string_view month_name(unsigned month);      // 1: "January"
std::string_view weekday_name(unsigned weekday);  // 0: "Sunday"
std::string duration_words(Millis value);         // "15 minutes", "1 hour 30 minutes"

}  // namespace belfry
