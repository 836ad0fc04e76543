// Makes stars of secrets in what a job writes, each as long as the secret, so that no offset changes. Exact values
// only, of at least `shortest` bytes: a short one would be found in anything. A value that comes in pieces is found as
// well: the end of a piece that may be the beginning of a secret waits for the next.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace belfry::minder {

class Redactor {
 public:
  static constexpr size_t shortest = 8;
  static constexpr size_t longest = 65536;
  static constexpr size_t values_max = 32;

  // REQUIRES: the value stays where it is. Too short, too long, one too many: it is not hidden.
  void hide(const char* value, size_t length);

  // What waits of a stream (0, 1) is put to the beginning of `bytes`; how much it is.
  size_t put_back(int stream, char* bytes) const;

  // Hides in `length` bytes that begin with what put_back() gave. How many of them are ready; the others wait.
  size_t mask(int stream, char* bytes, size_t length);

  // What waits is ready, as nothing more comes: put_back() once more, and hide in that.
  size_t flush(int stream, char* bytes);

 private:
  struct Value {
    const char* bytes;
    size_t length;
  };
  struct Waiting {
    size_t length = 0;
    size_t hidden = 0;  // so many of its first bytes are part of a secret that began earlier
  };

  size_t waiting_at_end(const char* bytes, size_t length) const;
  size_t end_of_secret_at(const char* bytes, size_t length, size_t at) const;
  size_t mask_upto(int stream, char* bytes, size_t length, size_t ready);

  Value values_[values_max] = {};
  size_t count_ = 0;
  Waiting waiting_[2];
};

}  // namespace belfry::minder
