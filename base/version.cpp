#include <base/version.h>

namespace belfry {

std::string_view version() { return BELFRY_VERSION; }

}  // namespace belfry
