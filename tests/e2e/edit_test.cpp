#include <sys/stat.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

const std::string first = "# mine\njobs: { a: { schedule: every 5m, run: x } }\n";

std::string text_of(const std::string& path) { return belfry::read_file(path).value_or("(there is none)"); }

// `belfry edit` with an editor that is a shell command, and somebody who answers.
Finished edit(const Installation& installation, const std::string& file, const std::string& editor,
              const std::string& answers) {
  return run_program({"/bin/sh", "-c",
                      "printf '" + answers + "' | VISUAL='" + editor + "' " + BELFRY_PROGRAM + " edit " + file +
                          " --host " + installation.socket()});
}

std::size_t files_in(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

}  // namespace

TEST_CASE("e2e: `belfry edit` shows what an edit changes, asks, and keeps owner, mode and links") {
  Installation installation(first);
  const std::string file = installation.path("schedules.yaml");
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  if (::geteuid() == 0) REQUIRE(::chown(file.c_str(), 12345, 12346) == 0);
  struct stat before{};
  REQUIRE(::stat(file.c_str(), &before) == 0);
  std::filesystem::create_symlink("schedules.yaml", installation.path("link.yaml"));
  const std::size_t files = files_in(installation.path(""));

  const Finished done = edit(installation, installation.path("link.yaml"), "sed -i s/5m/7m/", "y\\n");
  CAPTURE(done.err);
  CHECK(done.exit_code == 0);
  CHECK(done.out.find("~ a  schedule every 5m → every 7m") != std::string::npos);
  CHECK(text_of(file).find("every 7m") != std::string::npos);
  CHECK(std::filesystem::is_symlink(installation.path("link.yaml")));
  struct stat after{};
  REQUIRE(::stat(file.c_str(), &after) == 0);
  CHECK(after.st_mode == before.st_mode);
  CHECK(after.st_uid == before.st_uid);
  CHECK(after.st_gid == before.st_gid);
  CHECK(after.st_ino != before.st_ino);  // renamed over: nobody ever reads a part
  CHECK(files_in(installation.path("")) == files);
}

TEST_CASE("e2e: `belfry edit` installs nothing with an error in it, and goes back to the editor") {
  Installation installation(first);
  const std::string file = installation.path("schedules.yaml");
  const Finished left = edit(installation, file, "sed -i s/schedule/shedule/", "q\\n");
  CHECK(left.exit_code == 0);
  CHECK(left.err.find(file + ":2:14") != std::string::npos);  // it speaks of the file, not of its copy
  CHECK(left.err.find("did you mean 'schedule'?") != std::string::npos);
  CHECK(text_of(file) == first);

  // The second time the editor mends it.
  const Finished mended =
      edit(installation, file, "sed -i -e s/shedule/schedule/ -e t -e s/schedule/shedule/ ", "e\\ny\\n");
  CHECK(mended.err.find("did you mean 'schedule'?") != std::string::npos);
  CHECK(text_of(file) == first);
}

TEST_CASE("e2e: `belfry edit` of a file with errors does not say that every job in it is new") {
  Installation installation("jobs: { a: { schedule: evry 5m, run: x } }\n");
  const std::string file = installation.path("schedules.yaml");
  const Finished done = edit(installation, file, "sed -i s/evry/every/", "y\n");
  CHECK(done.exit_code == 0);
  CHECK(done.out.find("+ a") == std::string::npos);
  CHECK_MESSAGE(
      done.out.find("has errors, so what would change is not known.  Jobs in it now: 1\n") != std::string::npos,
      done.out);
}

TEST_CASE("e2e: `belfry edit` changes nothing when the editor fails, nothing was edited, or nobody answers") {
  Installation installation(first);
  const std::string file = installation.path("schedules.yaml");
  const Finished failed = edit(installation, file, "false", "y\\n");
  CHECK(failed.exit_code == 1);
  CHECK(failed.err.find("the editor (false) ended with 1: nothing is changed") != std::string::npos);
  CHECK(edit(installation, file, "true", "").exit_code == 0);

  const Finished silent = edit(installation, file, "sed -i s/5m/7m/", "");
  CHECK(silent.exit_code == 1);
  CHECK(text_of(file) == first);
  const auto kept = silent.err.find("is kept in ");
  REQUIRE(kept != std::string::npos);
  const std::string copy = silent.err.substr(kept + 11, silent.err.find('\n', kept) - kept - 11);
  CHECK(text_of(copy).find("every 7m") != std::string::npos);
}

TEST_CASE("e2e: `belfry edit` says when somebody else has saved the file meanwhile") {
  Installation installation(first);
  const std::string file = installation.path("schedules.yaml");
  const Finished crossed = edit(installation, file, "echo \"# theirs\" >> " + file + "; sed -i s/5m/7m/", "q\\n");
  CHECK(crossed.err.find("somebody else has changed the file") != std::string::npos);
  CHECK(text_of(file) == first + "# theirs\n");
}

TEST_CASE("e2e: `belfry edit` begins a file, and a daemon that runs takes it over at once") {
  Installation installation(first);
  installation.start_daemon();
  const Finished done = edit(installation, installation.path("schedules.yaml"), "sed -i s/5m/9m/", "y\\n");
  CHECK(done.exit_code == 0);
  CHECK(done.err.find("the daemon has read its file again") != std::string::npos);
  CHECK(installation.belfry_json({"list"}).dump().find("every 9m") != std::string::npos);

  const Finished fresh = edit(installation, installation.path("new.yaml"), "sed -i s/hello/welcome/", "y\\n");
  CHECK(fresh.exit_code == 0);
  CHECK(text_of(installation.path("new.yaml")).find("welcome:") != std::string::npos);
}
