// Text: numbers, durations and instants, in and out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/time.h>

namespace belfry {

// Decimal digits only: no sign, no spaces, no octal, no overflow.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);

// "90s", "1h30m", "2d", "250ms", "1w": units in falling order, each at most once. A bare number is refused, because
// nobody can know what it counts.
Result<Millis> parse_duration(std::string_view text);

// The shortest form that parse_duration reads back: "1h30m", "90s" becomes "1m30s", zero is "0s".
std::string format_duration(Millis value);

// "512M", "1GiB", "4096": bytes. K, M, G and T are powers of 1024.
std::optional<std::int64_t> parse_size(std::string_view text);

// RFC 3339 in UTC: 2026-03-29T01:00:00Z, with milliseconds where they are not zero.
std::string format_utc(WallTime t);

// RFC 3339 with any offset, to the millisecond. The offset is required.
Result<WallTime> parse_rfc3339(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);  // spaces, tabs, line ends

// The candidate nearest to `word` by edit distance, where one is near enough to be a slip of the finger.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace belfry
