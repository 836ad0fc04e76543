// What the contract does not speak of: files, other programs, versions.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <store/sqlite.h>
#include <store/sqlite_history.h>
#include <store/sqlite_schema.h>
#include <store/sqlite_store.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {

namespace {

constexpr SqliteStoreOptions impatient{.busy_timeout = Millis{20}};

std::unique_ptr<SqliteStore> open_store(const std::string& path, SqliteStoreOptions options = impatient) {
  auto store = SqliteStore::open(path, options);
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  return std::move(*store);
}

// Another program that uses the file.
sqlite::Connection open_foreign(const std::string& path) {
  auto foreign = sqlite::Connection::open(path, sqlite::Access::read_write, Millis{20});
  REQUIRE(foreign.has_value());
  return std::move(*foreign);
}

std::int64_t ask(const std::string& path, std::string_view sql) {
  auto answer = open_foreign(path).ask_integer(sql, "ask");
  REQUIRE_MESSAGE(answer.has_value(), answer.error().what);
  return *answer;
}

void execute(sqlite::Connection& connection, std::string_view sql) {
  const auto done = connection.execute(sql, "prepare the test");
  REQUIRE_MESSAGE(done.has_value(), done.error().what);
}

Batch batch_with_start(std::uint64_t number) {
  const Slot at{.era = {}, .at = clock("00:00") + std::chrono::seconds{number}};
  return {.id = BatchId{number}, .records = {sight_of("backup"), RunOpened{start_of("backup", number, at)}}};
}

void expect_ok(Store& store, const Batch& batch) {
  const CommitAnswer answer = store.commit(batch);
  REQUIRE_MESSAGE(answer.verdict == Verdict::ok, answer.why);
}

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

// ---- Versions ---------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 2> two_steps{
    "CREATE TABLE house (room TEXT) STRICT; INSERT INTO house VALUES ('attic')",
    "ALTER TABLE house ADD COLUMN floor INTEGER; UPDATE house SET floor = 3",
};

TEST_CASE("store/sqlite_schema: an empty file takes all steps, a file in between the rest, a finished one none") {
  const TempDir dir;
  auto connection = open_foreign(dir / "x.db");
  REQUIRE(migrate(connection, std::span(two_steps).first(1)).has_value());
  CHECK(connection.ask_integer("PRAGMA user_version", "ask") == 1);
  execute(connection, "INSERT INTO house VALUES ('cellar')");

  REQUIRE(migrate(connection, two_steps).has_value());
  CHECK(connection.ask_integer("PRAGMA user_version", "ask") == 2);
  CHECK(connection.ask_integer("SELECT count(*) FROM house WHERE floor = 3", "ask") == 2);

  execute(connection, "UPDATE house SET floor = 4");
  REQUIRE(migrate(connection, two_steps).has_value());
  CHECK(connection.ask_integer("SELECT count(*) FROM house WHERE floor = 4", "ask") == 2);
}

TEST_CASE("store/sqlite_schema: a step that fails is not taken, not even in part") {
  const TempDir dir;
  auto connection = open_foreign(dir / "x.db");
  constexpr std::array<std::string_view, 2> steps{
      "CREATE TABLE house (room TEXT) STRICT",
      "INSERT INTO house VALUES ('attic'); INSERT INTO no_such_table VALUES (1)",
  };
  const auto refused = migrate(connection, steps);
  REQUIRE_FALSE(refused.has_value());
  CHECK(mentions(refused.error().what, "bring the ledger to version 2"));
  CHECK(connection.ask_integer("PRAGMA user_version", "ask") == 1);
  CHECK(connection.ask_integer("SELECT count(*) FROM house", "ask") == 0);
}

TEST_CASE("store/sqlite_store: a new ledger has the newest version, and keeps its identity") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const auto first = open_store(path)->load()->identity;
  CHECK(ask(path, "PRAGMA user_version") == static_cast<std::int64_t>(ledger_migrations().size()));
  CHECK(open_store(path)->load()->identity == first);
  CHECK(open_store(dir / "other.db")->load()->identity != first);
}

TEST_CASE("store/sqlite_store: a ledger of a newer version is refused and left alone") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  expect_ok(*open_store(path), batch_with_start(1));
  {
    auto newer = open_foreign(path);
    execute(newer, "PRAGMA user_version = 99");
  }
  const auto refused = SqliteStore::open(path, impatient);
  REQUIRE_FALSE(refused.has_value());
  CHECK(mentions(refused.error().what, path));
  CHECK(mentions(refused.error().what, "version 99"));
  CHECK(mentions(refused.error().what, "install the newer belfry"));
  CHECK(ask(path, "PRAGMA user_version") == 99);
  CHECK(ask(path, "SELECT count(*) FROM runs") == 1);
}

TEST_CASE("store/sqlite_store: a word that this version does not know is an error that names it") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  auto store = open_store(path);
  expect_ok(*store, batch_with_start(1));
  auto newer = open_foreign(path);
  execute(newer, "UPDATE runs SET trigger = 'full moon'");
  const auto snapshot = store->load();
  REQUIRE_FALSE(snapshot.has_value());
  CHECK(mentions(snapshot.error().what, "the trigger 'full moon'"));
}

// ---- Other programs ---------------------------------------------------------------------------------------------

TEST_CASE("store/sqlite_store: S2 while another program writes nothing is accepted; afterwards the same batch is") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const auto store = open_store(path);
  auto foreign = open_foreign(path);
  execute(foreign, "BEGIN IMMEDIATE");
  const CommitAnswer refused = store->commit(batch_with_start(1));
  CHECK(refused.verdict == Verdict::failed);
  CHECK(mentions(refused.why, "another program uses the file"));
  execute(foreign, "COMMIT");
  expect_ok(*store, batch_with_start(1));
  CHECK(store->load()->open_runs.size() == 1);
}

TEST_CASE("store/sqlite_store: a ledger that another program is writing cannot be opened") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  auto foreign = open_foreign(path);
  execute(foreign, "BEGIN IMMEDIATE; CREATE TABLE theirs (x)");
  const auto refused = SqliteStore::open(path, impatient);
  REQUIRE_FALSE(refused.has_value());
  CHECK(mentions(refused.error().what, path));
  CHECK(mentions(refused.error().what, "another program uses the file"));
}

TEST_CASE("store/sqlite_store: another writer's batch is not overwritten") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const auto mine = open_store(path);
  const auto theirs = open_store(path);
  expect_ok(*mine, batch_with_start(1));
  expect_ok(*theirs, batch_with_start(2));
  CHECK(mine->commit({.id = BatchId{4}, .records = {}}).verdict == Verdict::failed);
  expect_ok(*mine, batch_with_start(3));
  CHECK(theirs->load()->open_runs.size() == 3);
}

TEST_CASE("store/sqlite_store: S2 a ledger that was removed under the daemon accepts nothing") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const auto store = open_store(path);
  expect_ok(*store, batch_with_start(1));
  std::filesystem::rename(path, dir / "elsewhere.db");
  const CommitAnswer refused = store->commit(batch_with_start(2));
  CHECK(refused.verdict == Verdict::failed);
  CHECK(mentions(refused.why, "removed or replaced"));
  std::filesystem::rename(dir / "elsewhere.db", path);
  expect_ok(*store, batch_with_start(2));
}

// ---- Files that are no ledgers ----------------------------------------------------------------------------------

// Root may write everywhere: for a while this process is somebody else.
class Unprivileged {
 public:
  Unprivileged() {
    if (::geteuid() == 0) REQUIRE(::seteuid(65534) == 0);
  }
  ~Unprivileged() {
    if (::getuid() == 0) (void)::seteuid(0);
  }
};

TEST_CASE("store/sqlite_store: S2 a file that cannot be written is refused at once, with the cure") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  expect_ok(*open_store(path), batch_with_start(1));
  REQUIRE(::chmod((dir / ".").c_str(), 0755) == 0);
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  {
    const Unprivileged nobody;
    const auto refused = SqliteStore::open(path, impatient);
    REQUIRE_FALSE(refused.has_value());
    CHECK(mentions(refused.error().what, path));
    CHECK(mentions(refused.error().what, "must be writable for the daemon's user"));
  }
  CHECK(open_store(path)->load()->last_batch == BatchId{1});
}

TEST_CASE("store/sqlite_store: what is no database is refused and left alone") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const std::string letter(5000, 'x');
  REQUIRE(replace_file(path, letter).has_value());
  const auto refused = SqliteStore::open(path, impatient);
  REQUIRE_FALSE(refused.has_value());
  CHECK(mentions(refused.error().what, path));
  CHECK(mentions(refused.error().what, "not a database"));
  CHECK(read_file(path) == letter);
}

TEST_CASE("store/sqlite: a file that cannot be opened is an error with the path and the reason") {
  const TempDir dir;
  const std::string path = dir / "no-such-directory/ledger.db";
  const auto store = SqliteStore::open(path, impatient);
  REQUIRE_FALSE(store.has_value());
  CHECK(mentions(store.error().what, path + ": cannot open the file"));
  CHECK(mentions(store.error().what, "No such file or directory"));
  CHECK(store.error().sys_errno == ENOENT);
  CHECK_FALSE(SqliteHistory::open(path).has_value());
  CHECK_FALSE(SqliteHistory::open(dir / "ledger.db").has_value());  // reading makes no ledger
}

// ---- The log and its checkpoints --------------------------------------------------------------------------------

TEST_CASE("store/sqlite_store: tidying after each commit keeps the log small, with a reader at work") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const auto store = open_store(path, {.tidy_pages = 10});
  const auto history = SqliteHistory::open(path);
  REQUIRE(history.has_value());
  for (std::uint64_t n = 1; n <= 200; ++n) {
    expect_ok(*store, batch_with_start(n));
    CHECK((*history)->runs({.limit = 3})->size() == std::min<std::uint64_t>(n, 3));
    const auto tidied = store->tidy();
    CHECK_MESSAGE(tidied.has_value(), tidied.error().what);
  }
  CHECK(std::filesystem::file_size(path + "-wal") < 40 * 4096);
}

TEST_CASE("store/sqlite_store: what a pruning step has written is moved home before the next one") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  for (std::uint64_t n = 1; n <= 200; ++n) {
    const Run run = start_of("backup", n, Slot{.era = {}, .at = clock("00:00") + std::chrono::minutes{n}});
    const auto store = open_store(path);
    expect_ok(*store, {.id = BatchId{n}, .records = {sight_of("backup"), RunOpened{run}, RunClosed{end_of(run)}}});
  }
  const auto store = open_store(path);  // with a log of its own
  std::size_t steps = 0;
  for (bool more = true; more; ++steps) {
    more = store->prune({.runs = 1}, clock("23:00"))->more;
    CHECK(store->tidy().has_value());
  }
  CHECK(steps > 20);
  CHECK(std::filesystem::file_size(path + "-wal") < 40 * 4096);
}

TEST_CASE("store/sqlite_store: without tidying the log grows to its limit and no further") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  const auto store = open_store(path, {.log_pages_max = 50});
  for (std::uint64_t n = 1; n <= 30; ++n) expect_ok(*store, batch_with_start(n));
  const auto pages = std::filesystem::file_size(path + "-wal") / 4096;
  CHECK(pages > 50);
  CHECK(pages < 75);
  for (std::uint64_t n = 31; n <= 200; ++n) expect_ok(*store, batch_with_start(n));
  CHECK(std::filesystem::file_size(path + "-wal") / 4096 < 75);
}

}  // namespace

}  // namespace belfry::tests
