// The bodies of requests, as JSON text: one object, keys in the order in which they were set.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/params.h>

namespace belfry::cli {

class BodyText {
 public:
  BodyText();
  BodyText(BodyText&&) noexcept;
  BodyText& operator=(BodyText&&) = delete;
  ~BodyText();

  // An empty text, an empty list and `false` are left out: they are what the daemon takes for granted.
  BodyText& text(const char* key, std::string_view value);
  BodyText& texts(const char* key, const std::vector<std::string>& values);
  // An object of texts; none are left out.
  BodyText& params(const char* key, const std::vector<Param>& values);
  BodyText& flag(const char* key, bool value);
  BodyText& number(const char* key, std::int64_t value);

  std::string take() const;

 private:
  struct Object;
  std::unique_ptr<Object> object_;
};

}  // namespace belfry::cli
