// The job's secrets, handed to the minder in memory (jobs/run_directory.h has the form).
#pragma once

#include <stddef.h>

#include <jobs/minder/redactor.h>

namespace belfry::minder {

class Secrets {
 public:
  // Takes them out of the descriptor, and closes it. From then on nobody but root may look into this process, and it
  // leaves no core dump. 0, or errno; -1 for a descriptor: there are none.
  int take(int fd);

  bool any() const { return pages_ != nullptr; }

  // The job's variables with secrets in them, NAME=VALUE each.
  size_t variable_count() const { return variables_; }
  template <class Visit>
  void for_each_variable(Visit visit) const {
    for_each("env", visit);
  }

  // The values that are not to be seen in its output.
  void hide_in(Redactor& redactor) const;

 private:
  template <class Visit>
  void for_each(const char* key, Visit visit) const {
    for (char* field = pages_; field < pages_ + size_;) {
      char* const next = end_of(field) + 1;
      if (char* value = value_of(field, key)) visit(value);
      field = next;
    }
  }
  static char* end_of(char* field);
  static char* value_of(char* field, const char* key);

  char* pages_ = nullptr;
  size_t size_ = 0;
  size_t variables_ = 0;
};

}  // namespace belfry::minder
