#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include <base/journal.h>
#include <base/log.h>
#include <tests/support/datagrams.h>
#include <tests/support/temp_dir.h>

using namespace belfry;

TEST_CASE("base/journal: an entry is its fields, and a value of several lines is counted") {
  JournalEntry entry;
  entry.add("MESSAGE", "hello").add("PRIORITY", "6").add("TEXT", "a\nb");
  CHECK(entry.bytes() == "MESSAGE=hello\nPRIORITY=6\nTEXT\n" + std::string("\3\0\0\0\0\0\0\0", 8) + "a\nb\n");
}

TEST_CASE("base/journal: an entry goes out as one datagram, and a long one as a sealed file") {
  const tests::TempDir directory;
  tests::DatagramReceiver receiver(directory / "socket");
  const auto journal = Journal::open(receiver.path()).value();
  REQUIRE(journal.send(JournalEntry{}.add("MESSAGE", "short")));
  CHECK(receiver.received() == std::vector<std::string>{"MESSAGE=short\n"});

  JournalEntry big;
  big.add("MESSAGE", std::string(4U << 20U, 'x'));
  REQUIRE(journal.send(big));
  const Fd file = receiver.take_descriptor();
  REQUIRE(file);
  struct stat info{};
  REQUIRE(::fstat(file.get(), &info) == 0);
  CHECK(info.st_size == static_cast<off_t>(big.bytes().size()));
  CHECK((::fcntl(file.get(), F_GET_SEALS) & F_SEAL_WRITE) != 0);
}

TEST_CASE("base/journal: where no journal listens there is none") {
  const tests::TempDir directory;
  CHECK_FALSE(Journal::open(directory / "nothing").has_value());
}

TEST_CASE("base/log: the log goes to the journal where stderr does, and nowhere else by itself") {
  struct stat info{};
  REQUIRE(::fstat(2, &info) == 0);
  const std::string own = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
  const auto form_with = [](std::optional<std::string> stream) {
    return log::usual_form(
        [&](const char* name) { return std::string(name) == "JOURNAL_STREAM" ? stream : std::nullopt; });
  };
  CHECK(form_with(own) == log::Form::journal);
  CHECK(form_with("1:2") == log::Form::text);
  CHECK(form_with(std::nullopt) == log::Form::text);
}
