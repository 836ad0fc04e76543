#include <strings.h>

#include <api/message.h>

namespace belfry::api {

std::optional<std::string_view> header_of(const Request& request, std::string_view name) {
  for (const Header& header : request.headers) {
    const bool is_same =
        header.name.size() == name.size() && ::strncasecmp(header.name.data(), name.data(), name.size()) == 0;
    if (is_same) return header.value;
  }
  return std::nullopt;
}

}  // namespace belfry::api
