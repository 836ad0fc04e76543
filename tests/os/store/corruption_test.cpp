// F07: files that were damaged while nobody looked.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/hash.h>
#include <store/sqlite.h>
#include <store/sqlite_backup.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_history.h>
#include <store/sqlite_inspection.h>
#include <store/sqlite_recovery.h>
#include <store/sqlite_schema.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {

namespace {

// Hundreds of ledgers are made and damaged here: in memory, where there is such a directory.
[[maybe_unused]] const bool in_memory = ::access("/dev/shm", W_OK) == 0 && ::setenv("TMPDIR", "/dev/shm", 1) == 0;

constexpr std::uint64_t batches = 12;
constexpr std::uint64_t runs_per_batch = 20;

WallTime now() { return clock("23:00"); }

Batch batch_of_runs(std::uint64_t number) {
  Batch batch{.id = BatchId{number},
              .records = {sight_of("backup"), sight_of("report"), standing_of("report"),
                          event_of(EventKind::job_paused, "12:00", job("report"))}};
  for (std::uint64_t n = 1; n <= runs_per_batch; ++n) {
    const std::uint64_t sequence = (number - 1) * runs_per_batch + n;
    const Run run = start_of("backup", sequence, Slot{.era = {}, .at = clock("09:00") + Millis{sequence * 1000}});
    batch.records.emplace_back(RunOpened{run});
    if (n != 3) batch.records.emplace_back(RunClosed{end_of(run, n == 5 ? RunOutcome::failed : RunOutcome::succeeded)});
    batch.records.emplace_back(decided("backup", Slot{.era = {}, .at = run.slot->at + Millis{500}}));
  }
  return batch;
}

std::string write_ledger(const TempDir& dir) {
  std::string path = dir / "ledger.db";
  auto store = SqliteStore::open(path);
  REQUIRE(store.has_value());
  for (std::uint64_t n = 1; n <= batches; ++n) REQUIRE((*store)->commit(batch_of_runs(n)).verdict == Verdict::ok);
  return path;
}

void put(const std::string& path, const std::string& content) {
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix);
  REQUIRE(replace_file(path, content).has_value());
}

std::size_t corrupt_files(const TempDir& dir) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir / ".")) {
    if (entry.path().string().find(".corrupt.") != std::string::npos) ++count;
  }
  return count;
}

// What must hold of a ledger that was damaged and opened, whatever was damaged: it works, and does not lie.
OpenedStore open_damaged(const std::string& path) {
  auto opened = open_or_recover(path, now());
  REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
  const auto snapshot = opened->store->load();
  REQUIRE_MESSAGE(snapshot.has_value(), snapshot.error().what);
  const auto history = SqliteHistory::open(path);
  REQUIRE(history.has_value());
  const auto runs = (*history)->runs({.limit = 1000});
  // What no check sees is at least not shown as something else.
  if (!runs) CHECK_MESSAGE(runs.error().what.find("cannot read") != std::string::npos, runs.error().what);
  if (runs) CHECK(runs->size() <= batches * runs_per_batch);
  if (opened->damage) {
    REQUIRE(runs.has_value());
    REQUIRE((*history)->slots({.limit = 1000}).has_value());
    REQUIRE((*history)->events({.limit = 1000}).has_value());
    for (const auto& job : snapshot->jobs) CHECK(job.seen.counts_from >= now());  // nothing before is owed
  }
  const auto next = std::to_underlying(snapshot->last_batch) + 1;
  const Run fresh = start_of("backup", snapshot->last_sequence + 1, Slot{.era = {}, .at = clock("23:30")});
  const CommitAnswer answer =
      opened->store->commit({.id = BatchId{next}, .records = {sight_of("backup"), RunOpened{fresh}}});
  CHECK_MESSAGE(answer.verdict == Verdict::ok, answer.why);
  return std::move(*opened);
}

// Everything that questions to the ledger are answered with. An error is an answer too.
std::string all_that_is_told(const std::string& path) {
  const auto history = SqliteHistory::open(path);
  if (!history) return history.error().what;
  std::string told;
  const auto add = [&](const auto& answer) { told += answer ? describe(*answer) : answer.error().what; };
  add((*history)->runs({.limit = 1000}));
  add((*history)->runs({.job = job("backup"), .limit = 1000}));
  add((*history)->runs({.which = RunQuery::Which::failed, .limit = 1000}));
  add((*history)->runs({.which = RunQuery::Which::open, .limit = 1000}));
  add((*history)->runs_by_prefix("", 1000));
  add((*history)->events({.limit = 1000}));
  const auto slots = (*history)->slots({.limit = 1000});
  for (const auto& one : slots.value_or(std::vector<SlotsDecided>{})) told += describe(one);
  const auto account = (*history)->account({.job = job("backup"), .first = clock("00:00"), .last = clock("23:59")});
  if (account)
    told += std::to_string(account->run_slots.size()) + describe(account->mark) +
            describe(JobMemory{.seen = account->seen});
  return told;
}

// Sixteen take a minute of processor time.
std::size_t flips_per_block() { return std::getenv("BELFRY_LONG") != nullptr ? 16 : 2; }

}  // namespace

TEST_CASE("store/recovery: F07 a sound ledger is opened as it is, and so is none") {
  const TempDir dir;
  const auto fresh = open_or_recover(dir / "new.db", now());
  REQUIRE(fresh.has_value());
  CHECK_FALSE(fresh->damage.has_value());
  const std::string path = write_ledger(dir);
  const auto opened = open_or_recover(path, now());
  REQUIRE(opened.has_value());
  CHECK_FALSE(opened->damage.has_value());
  CHECK(opened->store->load()->last_batch == BatchId{batches});
  CHECK(corrupt_files(dir) == 0);
}

TEST_CASE("store/recovery: F07 a flipped bit anywhere is found or changes nothing, and costs little") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  const std::string sound = read_file(path).value();
  const std::string before = all_that_is_told(path);
  std::size_t found = 0;
  std::size_t nearly_all = 0;
  const std::size_t flips = sound.size() / 512 * flips_per_block();
  for (std::size_t flip = 0; flip < flips; ++flip) {
    CAPTURE(flip);
    std::string damaged = sound;
    const std::uint64_t chance = mix(flip);
    const std::size_t place = flip / flips_per_block() * 512 + chance % 512;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << (chance / 512 % 8)));
    put(path, damaged);
    const std::string after = all_that_is_told(path);
    const OpenedStore opened = open_damaged(path);
    if (!opened.damage) {
      CHECK(after == before);
      continue;
    }
    ++found;
    if (opened.damage->runs * 10 >= static_cast<std::int64_t>(batches * runs_per_batch * 8)) ++nearly_all;
    CHECK(!opened.damage->what.empty());
    CHECK(opened.damage->what.find('\n') == std::string::npos);  // a line of the history
    CHECK(read_file(opened.damage->moved_to) == damaged);
    std::filesystem::remove(opened.damage->moved_to);
  }
  MESSAGE(found << " of " << flips << " flips were found, " << nearly_all << " of these kept 80 % of the runs");
  CHECK(found * 10 >= flips * 3);  // the rest is in bytes that hold nothing
  CHECK(nearly_all * 10 >= found * 8);
}

TEST_CASE(
    "store/sqlite_history: F07 of a ledger in use, a damaged row is an error that names it, the others are read") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  {
    auto hand = sqlite::Connection::open(path, sqlite::Access::read_write, Millis{20});
    REQUIRE(hand->execute("UPDATE runs SET due = due + 1024 WHERE sequence = 7", "damage").has_value());
    REQUIRE(hand->execute("UPDATE slots SET count = 2 WHERE number = 3", "damage").has_value());
  }
  const auto history = SqliteHistory::open(path);
  const auto run = (*history)->runs_by_prefix(
      start_of("backup", 7, Slot{.era = {}, .at = clock("09:00") + Millis{7000}}).id.text(), 1);
  REQUIRE_FALSE(run.has_value());
  CHECK_MESSAGE(run.error().what.find("of job backup is damaged") != std::string::npos, run.error().what);
  CHECK((*history)->runs({.limit = 100}).has_value());
  CHECK_FALSE((*history)->slots({.limit = 1000}).has_value());
}

TEST_CASE("store/sqlite_inspection: F07 every record of a ledger in use is held against its checksum") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  const auto store = SqliteStore::open(path);  // somebody has it open
  const auto on_and_on = [] { return true; };
  const Inspection sound = inspect_ledger(path, on_and_on).value();
  CHECK(sound.is_whole);
  CHECK_FALSE(sound.damaged.has_value());
  CHECK(sound.records > static_cast<std::int64_t>(2 * batches * runs_per_batch));

  auto hand = sqlite::Connection::open(path, sqlite::Access::read_write, Millis{20});
  const struct {
    const char* damage;
    const char* cure;
    const char* name;
  } rows[] = {
      {"UPDATE runs SET due = due + 1024 WHERE sequence = 7", "UPDATE runs SET due = due - 1024 WHERE sequence = 7",
       "runs 7"},
      {"UPDATE slots SET count = 2 WHERE number = 3", "UPDATE slots SET count = 1 WHERE number = 3", "slots 3"},
      {"UPDATE jobs SET enabled = 0 WHERE name = 'report'", "UPDATE jobs SET enabled = 1 WHERE name = 'report'",
       "jobs report"},
  };
  for (const auto& row : rows) {
    REQUIRE(hand->execute(row.damage, "damage").has_value());
    CHECK(inspect_ledger(path, on_and_on).value().damaged == row.name);
    REQUIRE(hand->execute(row.cure, "cure").has_value());
  }
  CHECK_FALSE(inspect_ledger(path, on_and_on).value().damaged.has_value());
  CHECK_FALSE(inspect_ledger(dir / "nowhere.db", on_and_on).has_value());
}

TEST_CASE(
    "store/sqlite_inspection: F07 of a large ledger the newest records come first, and what is left out is said") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  const auto store = SqliteStore::open(path);
  auto hand = sqlite::Connection::open(path, sqlite::Access::read_write, Millis{20});
  REQUIRE(
      hand->execute("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 21000) INSERT INTO "
                    "slots (number, job, era, first, last, count, outcome, reason, detail) SELECT i, 'backup', 0, i, "
                    "i, 1, 'missed', 'down', '' FROM n",
                    "fill")
          .has_value());
  REQUIRE(sqlite::seal(*hand, sqlite::slots_table).has_value());
  REQUIRE(hand->execute("UPDATE slots SET last = last + 1 WHERE number = 1001", "damage").has_value());
  int pieces = 0;
  const Inspection part = inspect_ledger(path, [&] { return ++pieces < 2; }).value();
  CHECK_FALSE(part.is_whole);
  CHECK_FALSE(part.damaged.has_value());
  CHECK(part.records > 8'000);
  CHECK(part.records < 12'000);
  CHECK(inspect_ledger(path, [] { return true; }).value().damaged == "slots 1001");
}

TEST_CASE("store/sqlite_schema: F07 an older ledger gets checksums when it is opened, and is recovered without") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const std::string other = dir / "other.db";
  for (const std::string& file : {path, other}) {
    auto old = sqlite::Connection::open(file, sqlite::Access::read_write, Millis{20});
    REQUIRE(old.has_value());
    REQUIRE(migrate(*old, ledger_migrations().first(1)).has_value());
    const auto filled = old->execute(
        "INSERT INTO kv VALUES ('identity', 7), ('last_batch', 3), ('output_bytes', 0), ('output_pruned_upto', 0);"
        "INSERT INTO jobs (name, first_seen, counts_from, era, enabled, schedule) VALUES ('backup', 1, 2, 0, 1, 'x');"
        "INSERT INTO runs (sequence, id, job, due, opened, revision, boot) VALUES "
        "(1, '01KAG0000000000000000000AA', 'backup', 5, 6, 'r', 'b'), "
        "(2, '01KAG0000000000000000000AB', 'backup', 5, 6, 'r', 'b')",
        "fill an old ledger");
    REQUIRE_MESSAGE(filled.has_value(), filled.error().what);
  }
  {
    const auto opened = open_or_recover(path, now());
    REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
    CHECK_FALSE(opened->damage.has_value());
    const Snapshot snapshot = opened->store->load().value();
    CHECK(snapshot.last_batch == BatchId{3});
    CHECK(snapshot.open_runs.size() == 2);
    const Event event = event_of(EventKind::clock_set, "12:00");
    CHECK(opened->store->commit({.id = BatchId{4}, .records = {sight_of("backup"), event}}).verdict == Verdict::ok);
    const auto history = SqliteHistory::open(path);
    REQUIRE(history.has_value());
    CHECK((*history)->events({})->size() == 1);
  }
  CHECK_FALSE(open_or_recover(path, now())->damage.has_value());
  {
    auto hand = sqlite::Connection::open(other, sqlite::Access::read_write, Millis{20});
    REQUIRE(hand->execute("DROP INDEX runs_slot; PRAGMA user_version = 0", "damage").has_value());
  }
  const auto recovered = open_or_recover(other, now());
  REQUIRE_MESSAGE(recovered.has_value(), recovered.error().what);
  CHECK(recovered->damage->runs == 2);
  CHECK(recovered->store->load()->open_runs.size() == 2);
}

TEST_CASE("store/recovery: F07 a ledger cut off at any block is recovered as far as it goes") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  const std::string sound = read_file(path).value();
  for (std::size_t size = 0; size < sound.size(); size += 512) {
    CAPTURE(size);
    put(path, sound.substr(0, size));
    auto opened = open_or_recover(path, now());
    REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
    CHECK(opened->damage.has_value() == (size > 0));  // an empty file is a ledger that was never begun
    REQUIRE(opened->store->load().has_value());
    if (opened->damage) std::filesystem::remove(opened->damage->moved_to);
  }
}

TEST_CASE("store/recovery: F07 a damaged ledger is kept, and the report says what is not known") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  std::string damaged = read_file(path).value();
  const std::size_t at = damaged.rfind("nominal");  // a column's name in the schema
  REQUIRE(at != std::string::npos);
  damaged[at] = 'N';
  put(path, damaged);
  const OpenedStore opened = open_damaged(path);
  REQUIRE(opened.damage.has_value());
  CHECK(opened.damage->moved_to == path + ".corrupt.2026-11-20T23:00:00Z");
  CHECK(read_file(opened.damage->moved_to) == damaged);
  const std::string words = opened.damage->in_words();
  CHECK_MESSAGE(words.find(opened.damage->moved_to) != std::string::npos, words);
  CHECK_MESSAGE(words.find("not known") != std::string::npos, words);
}

TEST_CASE("store/recovery: F07 a word that makes no sense is damage, and only its row is lost") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  {
    auto hand = sqlite::Connection::open(path, sqlite::Access::read_write, Millis{20});
    REQUIRE(hand.has_value());
    REQUIRE(hand->execute("UPDATE runs SET trigger = 'sbhedule' WHERE sequence = 3", "damage").has_value());
  }
  const OpenedStore opened = open_damaged(path);
  REQUIRE(opened.damage.has_value());
  CHECK(opened.damage->runs == static_cast<std::int64_t>(batches * runs_per_batch) - 1);
  CHECK(opened.damage->known_upto > clock("09:00"));
  const Snapshot snapshot = opened.store->load().value();
  CHECK(snapshot.jobs.size() == 2);
  CHECK(describe(snapshot.jobs[1].standing.value()) == describe(standing_of("report")));
  CHECK(snapshot.open_runs.size() == batches - 1 + 1);
  const auto history = SqliteHistory::open(path);
  CHECK((*history)->runs({.which = RunQuery::Which::failed})->size() == batches);
  const auto account = (*history)->account({.job = job("backup"), .first = clock("00:00"), .last = clock("23:59")});
  CHECK(account->pruned_upto == Slot{.era = {}, .at = now()});
}

TEST_CASE("store/recovery: F07 a death while recovering leaves the damaged ledger, and the next start recovers") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  std::string damaged = read_file(path).value();
  damaged.resize(damaged.size() / 2);
  put(path, damaged);
  REQUIRE(replace_file(path + ".recovering", "half a ledger").has_value());
  const OpenedStore opened = open_damaged(path);
  CHECK(opened.damage.has_value());
  CHECK_FALSE(std::filesystem::exists(path + ".recovering"));
}

// ---- Backup -----------------------------------------------------------------------------------------------------

TEST_CASE("store/backup: a copy of the ledger in use is a ledger as it was at one moment") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  auto store = SqliteStore::open(path);
  REQUIRE(store.has_value());
  for (std::uint64_t n = 1; n <= 3; ++n) REQUIRE((*store)->commit(batch_of_runs(n)).verdict == Verdict::ok);
  const std::string before = describe((*store)->load().value());
  const auto done = back_up_ledger(path, dir / "copy.db");
  REQUIRE_MESSAGE(done.has_value(), done.error().what);
  REQUIRE((*store)->commit(batch_of_runs(4)).verdict == Verdict::ok);
  auto copy = open_or_recover(dir / "copy.db", now());
  REQUIRE(copy.has_value());
  CHECK_FALSE(copy->damage.has_value());
  CHECK(describe(copy->store->load().value()) == before);
  CHECK_FALSE(std::filesystem::exists(dir / "copy.db.part"));
  const auto mode = std::filesystem::status(dir / "copy.db").permissions();
  CHECK(mode ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));  // as private as the ledger
}

TEST_CASE("store/backup: what is there already is not overwritten, and what failed leaves nothing") {
  const TempDir dir;
  const std::string path = write_ledger(dir);
  REQUIRE(replace_file(dir / "mine.txt", "mine").has_value());
  const auto refused = back_up_ledger(path, dir / "mine.txt");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what.find("mine.txt") != std::string::npos);
  CHECK(read_file(dir / "mine.txt") == "mine");
  CHECK_FALSE(back_up_ledger(path, dir / "no-such-directory/copy.db").has_value());
  CHECK_FALSE(back_up_ledger(dir / "nothing.db", dir / "copy.db").has_value());
  CHECK_FALSE(std::filesystem::exists(dir / "copy.db"));
  CHECK_FALSE(std::filesystem::exists(dir / "mine.txt.part"));
}

}  // namespace belfry::tests
