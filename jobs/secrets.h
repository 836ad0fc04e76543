// Secrets, from where they are kept into the memory of whoever starts an attempt (S38).
#pragma once

#include <cstddef>
#include <string>

#include <belfry/error.h>
#include <belfry/params.h>

namespace belfry {

inline constexpr std::size_t secret_bytes_max = 65'536;

// The value, without one line end behind it. The error names the secret and the place, and never a part of a value: the
// file is not there, is no regular file, may be changed by others (S37) or read by everybody, is empty or too large, or
// holds a NUL.
// From the first call on this process leaves no core dump, and nobody but root may look into its memory.
Result<std::string> read_secret(const SecretSource& source);

// Whether it could be read by now, without its value being read.
Result<void> look_for_secret(const SecretSource& source);

// Overwrites what a text holds, so that it does not stay in memory for longer than it is needed.
void wipe(std::string& text);

}  // namespace belfry
