#include <base/text.h>
#include <base/verify.h>
#include <base/version.h>

namespace belfry {

std::string_view version() { return BELFRY_VERSION; }

// Of "Nov  6 2026", as the compiler writes it.
WallTime built_on() {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::string_view date = __DATE__;
  const auto month = months.find(date.substr(0, 3));
  const auto day = parse_unsigned(trim(date.substr(4, 2)));
  const auto year = parse_unsigned(date.substr(7));
  VERIFY(month != std::string_view::npos && day && year);
  return std::chrono::sys_days{std::chrono::year{static_cast<int>(*year)} /
                               std::chrono::month{static_cast<unsigned>(month / 3 + 1)} /
                               std::chrono::day{static_cast<unsigned>(*day)}};
}

}  // namespace belfry
