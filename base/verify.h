// VERIFY: a promise that the program makes to itself. On in release builds too: a daemon that goes on with a broken
// invariant loses runs quietly; one that stops is restarted and recovers from its ledger.
//
// For mistakes of the program only. What the world does wrong (files, input, other programs) is an Error.
#pragma once

namespace belfry {

[[noreturn]] void verify_failed(const char* condition, const char* file, int line);

}  // namespace belfry

#define VERIFY(condition) \
  (static_cast<bool>(condition) ? void(0) : ::belfry::verify_failed(#condition, __FILE__, __LINE__))
