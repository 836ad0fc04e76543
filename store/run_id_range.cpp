#include <string>

#include <store/run_id_range.h>

namespace belfry {

namespace {

constexpr std::string_view greatest = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";  // 128 bits leave two of the 130 unused
constexpr std::string_view least = "00000000000000000000000000";

// Fills the prefix up with the end of `filler`.
std::optional<RunId> filled(std::string_view prefix, std::string_view filler) {
  return RunId::parse(std::string(prefix) + std::string(filler.substr(prefix.size())));
}

}  // namespace

std::optional<RunIdRange> run_ids_with_prefix(std::string_view prefix) {
  if (prefix.size() > RunId::text_length) return std::nullopt;
  const auto first = filled(prefix, least);
  const auto last = filled(prefix, greatest);
  if (!first || !last) return std::nullopt;
  return RunIdRange{.first = *first, .last = *last};
}

}  // namespace belfry
