// A batch's number is handed out in one place; arithmetic on it anywhere else is a gap in the ledger's sequence (S2).
// refused: no match for 'operator[+]'
#include <belfry/record.h>

belfry::BatchId other_than(const belfry::Batch& batch) {
#ifdef MISTAKE
  return batch.id + 1;
#else
  return batch.id;
#endif
}
