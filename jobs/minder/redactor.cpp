#include <string.h>

#include <jobs/minder/redactor.h>

namespace belfry::minder {
namespace {

// Touched, and so in memory, only if there are secrets.
char waiting_bytes[2][Redactor::longest];

}  // namespace

void Redactor::hide(const char* value, size_t length) {
  if (length < shortest || length > longest || count_ == values_max) return;
  values_[count_++] = {value, length};
}

size_t Redactor::put_back(int stream, char* bytes) const {
  const size_t length = waiting_[stream].length;
  if (length > 0) memcpy(bytes, waiting_bytes[stream], length);
  return length;
}

size_t Redactor::mask(int stream, char* bytes, size_t length) {
  if (count_ == 0) return length;
  return mask_upto(stream, bytes, length, length - waiting_at_end(bytes, length));
}

size_t Redactor::flush(int stream, char* bytes) {
  const size_t length = put_back(stream, bytes);
  return length == 0 ? 0 : mask_upto(stream, bytes, length, length);
}

// The longest end of the bytes that is the beginning of a secret, and not all of it.
size_t Redactor::waiting_at_end(const char* bytes, size_t length) const {
  size_t best = 0;
  for (size_t i = 0; i < count_; ++i) {
    const Value& value = values_[i];
    for (size_t n = value.length - 1 < length ? value.length - 1 : length; n > best; --n) {
      if (memcmp(bytes + length - n, value.bytes, n) == 0) best = n;
    }
  }
  return best;
}

size_t Redactor::end_of_secret_at(const char* bytes, size_t length, size_t at) const {
  size_t end = 0;
  for (size_t i = 0; i < count_; ++i) {
    const Value& value = values_[i];
    if (bytes[at] != value.bytes[0] || value.length > length - at || at + value.length <= end) continue;
    if (memcmp(bytes + at, value.bytes, value.length) == 0) end = at + value.length;
  }
  return end;
}

// Secrets may overlap. Each byte is looked at as the beginning of one before it becomes a star, and what waits is kept
// as it was.
size_t Redactor::mask_upto(int stream, char* bytes, size_t length, size_t ready) {
  Waiting& waiting = waiting_[stream];
  memcpy(waiting_bytes[stream], bytes + ready, length - ready);
  size_t hidden_upto = waiting.hidden;
  for (size_t at = 0; at < ready; ++at) {
    const size_t end = end_of_secret_at(bytes, length, at);
    if (end > hidden_upto) hidden_upto = end;
    if (at < hidden_upto) bytes[at] = '*';
  }
  waiting.length = length - ready;
  waiting.hidden = hidden_upto > ready ? hidden_upto - ready : 0;
  return ready;
}

}  // namespace belfry::minder
