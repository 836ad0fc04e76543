// An operating error that nobody looks at is how runs are lost quietly.
// refused: ignoring returned value of type 'belfry::Result<void>'
#include <belfry/error.h>

belfry::Result<void> write_record();

void finish() {
#ifdef MISTAKE
  write_record();
#else
  if (!write_record()) return;
#endif
}
