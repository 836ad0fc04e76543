#include <array>

#include <triggers/words.h>

namespace belfry {

std::string join(const std::vector<std::string>& items, std::string_view last_separator) {
  std::string joined;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) joined += i + 1 == items.size() ? last_separator : std::string_view(", ");
    joined += items[i];
  }
  return joined;
}

std::string ordinal(unsigned n) {
  const bool is_teen = n / 10 % 10 == 1;
  const char* suffix = is_teen ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
  return std::to_string(n) + suffix;
}

std::string ordinal_word(unsigned n) {
  constexpr std::array<const char*, 5> words{"first", "second", "third", "fourth", "fifth"};
  return n >= 1 && n <= words.size() ? words[n - 1] : ordinal(n);
}

std::string_view month_name(unsigned month) {
  constexpr std::array<std::string_view, 12> names{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
  return names.at(month - 1);
}

std::string_view weekday_name(unsigned weekday) {
  constexpr std::array<std::string_view, 7> names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};
  return names.at(weekday);
}

std::string duration_words(Millis value) {
  struct Unit {
    std::string_view name;
    Millis length;
  };
  constexpr std::array units{Unit{"day", std::chrono::days{1}}, Unit{"hour", std::chrono::hours{1}},
                             Unit{"minute", std::chrono::minutes{1}}, Unit{"second", std::chrono::seconds{1}},
                             Unit{"millisecond", Millis{1}}};
  std::string text;
  for (const Unit& unit : units) {
    const auto n = value / unit.length;
    if (n == 0) continue;
    value -= n * unit.length;
    text += (text.empty() ? "" : " ") + std::to_string(n) + " " + std::string(unit.name) + (n == 1 ? "" : "s");
  }
  return text;
}

}  // namespace belfry
