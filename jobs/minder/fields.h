// Fields `key=value NUL`, written into a fixed buffer (jobs/run_directory.h has the format). Nothing is allocated.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace belfry::minder {

class FieldWriter {
 public:
  void text(const char* key, const char* value);
  void number(const char* key, uint64_t value);

  const char* data() const { return buffer_; }
  size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  void append(const char* bytes, size_t length);  // what does not fit is cut: only a path can be that long

  char buffer_[6144] = {};
  size_t size_ = 0;
};

struct NumberText {
  char text[24];
};
NumberText format_number(uint64_t value);

// The digits up to the end of the text or the first other character.
uint64_t parse_number(const char* text, unsigned base = 10);

// The value of a field if it has this key, else null.
const char* value_if_key(const char* field, const char* key);

}  // namespace belfry::minder
