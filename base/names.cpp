#include <algorithm>

#include <belfry/names.h>

#include <base/ascii.h>
#include <base/hash.h>

namespace belfry {

namespace {

constexpr std::string_view base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's: no I, L, O, U

bool is_name_character(char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; }

constexpr int time_bits = 48;

}  // namespace

Result<JobName> JobName::parse(std::string_view text) {
  if (text.empty()) return std::unexpected(Error::bad_input("a job's name is empty"));
  if (text.size() > length_max) {
    return std::unexpected(Error::bad_input("job name '" + std::string(text.substr(0, 20)) + "...' is longer than " +
                                            std::to_string(length_max) + " characters"));
  }
  if (!is_alphanumeric(text.front()) || !std::all_of(text.begin(), text.end(), is_name_character)) {
    return std::unexpected(
        Error::bad_input("job name '" + std::string(text) +
                         "' may hold only letters, digits, '.', '_' and '-', and begins with a letter or a digit"));
  }
  return JobName(std::string(text));
}

RunId RunId::make(WallTime created, std::uint64_t ledger_identity, std::uint64_t sequence) {
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, created.time_since_epoch().count()));
  const std::uint64_t first = mix(ledger_identity ^ mix(sequence));
  const std::uint64_t second = mix(first ^ sequence);
  return {.high = (ms << (64 - time_bits)) | (first >> time_bits), .low = second};
}

std::optional<RunId> RunId::parse(std::string_view text) {
  if (text.size() != text_length) return std::nullopt;
  RunId id;
  for (const char c : text) {
    const auto digit = base32.find(upper(c));
    if (digit == std::string_view::npos) return std::nullopt;
    if ((id.high >> 59U) != 0) return std::nullopt;  // 26 digits hold 130 bits; the first two must be zero
    id.high = (id.high << 5U) | (id.low >> 59U);
    id.low = (id.low << 5U) | digit;
  }
  return id;
}

std::string RunId::text() const {
  std::string out(text_length, '0');
  RunId rest = *this;
  for (auto it = out.rbegin(); it != out.rend(); ++it) {
    *it = base32[rest.low & 31U];
    rest.low = (rest.low >> 5U) | (rest.high << 59U);
    rest.high >>= 5U;
  }
  return out;
}

WallTime RunId::created() const { return WallTime{Millis{static_cast<std::int64_t>(high >> (64 - time_bits))}}; }

}  // namespace belfry
