// Every ledger, one contract.
#include <unistd.h>

#include <cstdlib>

#include <tests/contract/store/history_contract.h>
#include <tests/contract/store/store_contract.h>

namespace belfry::tests {

namespace {

// Thousands of commits: in memory, where there is such a directory. No disk has to be fast for them.
[[maybe_unused]] const bool in_memory = ::access("/dev/shm", W_OK) == 0 && ::setenv("TMPDIR", "/dev/shm", 1) == 0;

}  // namespace

using EveryLedger = std::tuple<InMemory, InSqlite, InReopenedSqlite, InTidiedSqlite>;

TEST_CASE_TEMPLATE_APPLY(store_contract_new, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_ok, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_all_or_nothing, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_again, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_order, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_empty_batch, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_seen_apart, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_once, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_many_starts, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_refused_among_many, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_sequence, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_open, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_record, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_each_field, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_change, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_attempts, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_keys, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_requests, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_keys_max, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_words, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_texts, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_numbers, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_relaunch, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_close, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_jobs, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_mark, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_eras, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_removed, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_last, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_success, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_standing, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_rename, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_rename_taken, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_backfill, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_interval_time, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_collapse, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_no_collapse, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(store_contract_collapse_past_others, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_runs, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_pages, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_classes, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_since_after_a_step, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_cursor, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_prefix, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_slots, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_slot_range, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_account, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_busy_job, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_event, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_events, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_keep_all, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_keep_count, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_keep_age, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_keep_together, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_keep_output, EveryLedger);
TEST_CASE_TEMPLATE_APPLY(history_contract_keep_events, EveryLedger);

}  // namespace belfry::tests
