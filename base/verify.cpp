#include <cstdio>
#include <cstdlib>

#include <base/verify.h>

namespace belfry {

void verify_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "belfry: %s:%d: broken promise: %s\n", file, line, condition);
  std::abort();
}

}  // namespace belfry
