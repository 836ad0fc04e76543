#include <string.h>

#include <jobs/minder/fields.h>

namespace belfry::minder {

void FieldWriter::text(const char* key, const char* value) {
  append(key, strlen(key));
  append("=", 1);
  append(value, strnlen(value, 4096));
  append("", 1);
}

void FieldWriter::number(const char* key, uint64_t value) { text(key, format_number(value).text); }

void FieldWriter::append(const char* bytes, size_t length) {
  const size_t room = sizeof buffer_ - size_;
  if (length > room) length = room;
  memcpy(buffer_ + size_, bytes, length);
  size_ += length;
}

NumberText format_number(uint64_t value) {
  NumberText number = {};
  char* first = number.text + sizeof number.text - 1;
  *first = '\0';
  do {
    *--first = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  memmove(number.text, first, strlen(first) + 1);
  return number;
}

uint64_t parse_number(const char* text, unsigned base) {
  uint64_t value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * base + static_cast<uint64_t>(*text - '0');
  return value;
}

const char* value_if_key(const char* field, const char* key) {
  while (*key != '\0' && *field == *key) ++field, ++key;
  return *key == '\0' && *field == '=' ? field + 1 : nullptr;
}

}  // namespace belfry::minder
