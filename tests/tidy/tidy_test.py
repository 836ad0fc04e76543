"""Tests of tidy: a small clean house passes, and each planted violation is found, alone and in its place."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tidy import findings

HOUSE = {
    "include/belfry/time.h": "#include <chrono>\n",
    "base/CMakeLists.txt": "add_library(belfry_base_pure STATIC\n  text.cpp)\nadd_library(belfry_base STATIC\n  os.cpp)\n",
    "base/os.cpp": "#include <sys/stat.h>\n#include <base/os.h>\n",
    "base/os.h": "#include <belfry/time.h>\n",
    "base/text.cpp": "#include <base/text.h>\n",
    "base/text.h": "#include <string>\n",
    "scheduler/CMakeLists.txt": "add_library(belfry_scheduler STATIC core.cpp)\n",
    "scheduler/core.cpp": "#include <base/text.h>\n#include <triggers/cron.h>\nint seconds = 3'600;  // S5\n",
    "triggers/cron.h": "#include <belfry/time.h>\n",
    "store/CMakeLists.txt": "add_library(belfry_store STATIC sqlite.cpp)\n",
    "store/sqlite.cpp": "#include <sqlite3.h>\n",
    "docs/semantics.md": "# Rules\n\n* **S5** Equal times fire in file order.\n",
    "tests/CMakeLists.txt": "add_executable(t ${CMAKE_SOURCE_DIR}/tests/support/main.cpp unit/core_test.cpp)\n",
    "tests/support/main.cpp": "#include <thread>\nstd::jthread free_to_name_anything;\n",
    "tests/unit/core_test.cpp": 'TEST_CASE("scheduler/core: S5 equal times fire in file order") {}\n',
}


def build(root: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)


def findings_with(planted: dict[str, str]) -> list[str]:
    """What tidy says of the house with these files added or replaced."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), HOUSE | planted)
        return [str(finding) for finding in findings(Path(folder))]


class TidyTest(unittest.TestCase):
    def assert_clean(self, planted: dict[str, str]) -> None:
        self.assertEqual(findings_with(planted), [])

    def assert_found(self, planted: dict[str, str], where: str, wrong: str) -> None:
        """Exactly one finding, there, of that kind."""
        found = findings_with(planted)
        self.assertEqual(len(found), 1, found)
        place, what, cure = found[0].split("  ")
        self.assertEqual(place, where)
        self.assertIn(wrong, what)
        self.assertTrue(cure)

    def test_a_clean_house_passes(self):
        self.assert_clean({})


class Includes(TidyTest):
    def test_upward(self):
        planted = {"base/text.h": "#include <string>\n\n#include <scheduler/core.h>\n"}
        self.assert_found(planted, "base/text.h:3", "base includes <scheduler/core.h>")

    def test_between_neighbours(self):
        for room, other in [("jobs", "store"), ("store", "config"), ("config", "api"), ("api", "jobs")]:
            planted = {f"{room}/x.h": f"#include <{other}/y.h>\n"}
            self.assert_found(planted, f"{room}/x.h:1", f"{room} includes <{other}/y.h>")

    def test_of_a_test(self):
        self.assert_found({"jobs/x.h": "#include <tests/support/y.h>\n"}, "jobs/x.h:1", "of tests")

    def test_relative(self):
        self.assert_found({"jobs/x.h": '#include "../store/y.h"\n'}, "jobs/x.h:1", "relatively")

    def test_in_a_comment(self):
        self.assert_clean({"base/x.h": "// #include <daemon/y.h>\n/*\n#include <daemon/y.h>\n*/\n"})


class Purity(TidyTest):
    def test_each_impurity(self):
        for line, wrong in [
            ("auto t = std::chrono::system_clock::now();", "a clock"),
            ("#include <mutex>", "a thread or a lock"),
            ("#include <unistd.h>", "a system call"),
            ("int n = ::getpid();", "a system call"),
            ("std::ifstream in;", "a file or a stream"),
            ('const char* p = getenv("PATH");', "the environment"),
            ("std::random_device seed;", "a random device"),
            ("std::unordered_map<int, int> m;", "an unordered container"),
            ("std::set<const Job*> running;", "the order of pointers"),
        ]:
            with self.subTest(line):
                found = findings_with({"triggers/x.h": f"// Why.\n{line}\n"})
                self.assertTrue(any(f.startswith("triggers/x.h:2  pure code names " + wrong) for f in found), found)

    def test_a_clock_call_in_the_core(self):
        planted = {"scheduler/core.cpp": "long t = clock_gettime(CLOCK_REALTIME, nullptr);\n"}
        wrong, cure = "pure code names a clock", "take the time as an argument, as advance(Now) does"
        self.assertIn(f"scheduler/core.cpp:1  {wrong}  {cure}", findings_with(planted))

    def test_the_pure_part_of_base(self):
        self.assert_found({"base/text.cpp": "std::random_device seed;\n"}, "base/text.cpp:1", "a random device")
        self.assert_clean({"base/os.cpp": "std::random_device seed;\n"})

    def test_an_impure_header(self):
        self.assert_found({"triggers/x.h": "#include <base/os.h>\n"}, "triggers/x.h:1", "<base/os.h>, which is not pure")

    def test_a_foreign_library(self):
        self.assert_found({"include/belfry/x.h": "#include <fmt/core.h>\n"}, "include/belfry/x.h:1", "<fmt/core.h>")

    def test_words_in_comments_and_texts(self):
        self.assert_clean({"triggers/x.h": '// no fork() and no ::now()\nauto s = R"(\nstd::thread "\n)"; char c = \'"\';\n'})


class Dangers(TidyTest):
    def test_a_second_place(self):
        planted = {"store/other.h": "#include <sqlite3.h>\n"}
        self.assert_found(planted, "store/other.h:1", "SQLite is named outside its one place")

    def test_a_thing_without_a_place(self):
        self.assert_found({"jobs/x.h": "#include <curl/curl.h>\n"}, "jobs/x.h:1", "libcurl")

    def test_a_planted_bug_in_the_core(self):
        planted = {"scheduler/core.cpp": "int slots = sim::planted == 7 ? 0 : 1;\n"}
        self.assert_found(planted, "scheduler/core.cpp:1", "the switch of planted bugs")

    def test_each_way_to_start_a_process(self):
        for call in ["fork()", "::vfork()", "posix_spawn(a)", "execve(p)", "std::system(p)", "syscall(SYS_clone3, p)"]:
            with self.subTest(call):
                self.assert_found({"api/x.h": f"int n = {call};\n"}, "api/x.h:1", "fork and exec")

    def test_names_that_only_look_alike(self):
        self.assert_clean({"api/x.h": "auto a = box.clone(), b = p->fork(); auto& c = std::system_category();\n"})


class Build(TidyTest):
    def test_an_unlisted_file(self):
        self.assert_found({"scheduler/forgotten.cpp": ""}, "scheduler/forgotten.cpp:1", "no CMakeLists.txt lists")

    def test_an_unlisted_test(self):
        self.assert_found({"tests/unit/x_test.cpp": ""}, "tests/unit/x_test.cpp:1", "no CMakeLists.txt lists")

    def test_a_file_that_only_a_comment_lists(self):
        planted = {"api/CMakeLists.txt": "# x.cpp\n", "api/x.cpp": ""}
        self.assert_found(planted, "api/x.cpp:1", "no CMakeLists.txt lists")

    def test_a_file_of_the_same_name_elsewhere(self):
        self.assert_found({"scheduler/text.cpp": ""}, "scheduler/text.cpp:1", "no CMakeLists.txt lists")


class Rules(TidyTest):
    def test_uncovered(self):
        planted = {"docs/semantics.md": "* **S5** Order.\n* **S6** Cron.\n"}
        self.assert_found(planted, "docs/semantics.md:2", "no test names S6")

    def test_a_comment_in_a_test_covers_nothing(self):
        planted = {"tests/unit/core_test.cpp": '// S5\nTEST_CASE("core") { CHECK("S5"); }\n'}
        self.assert_found(planted, "docs/semantics.md:3", "no test names S5")

    def test_a_scenario_covers(self):
        planted = {"docs/semantics.md": "* **S5** Order.\n* **S6** Cron.\n", "tests/scenario/cron.txt": "# S6\n"}
        self.assert_clean(planted)

    def test_defined_twice(self):
        planted = {"docs/semantics.md": "* **S5** Order.\n* **S5** Disorder.\n"}
        self.assert_found(planted, "docs/semantics.md:2", "S5 is defined again")

    def test_cited_but_unknown(self):
        self.assert_found({"triggers/x.h": "int x;  // S77\n"}, "triggers/x.h:1", "S77 is not in docs/semantics.md")

    def test_an_identifier_is_no_citation(self):
        self.assert_clean({"triggers/x.h": "template <class S1> struct X {};\n"})


class Junk(TidyTest):
    def test_each_kind(self):
        for content, wrong in [
            ("int a; \n", "white space at the end"),
            ("\tint a;\n", "a tab"),
            ("int a;", "the last line has no end"),
            ("\n\n", "empty lines at the end"),
            ("// FIX" + "ME\n", "does not land"),
            ("// TO" + "DO: later\n", "does not land"),
        ]:
            with self.subTest(wrong):
                self.assert_found({"store/x.h": content}, "store/x.h:1", wrong)

    def test_at_the_top(self):
        self.assert_found({"notes.txt": "later\n"}, "notes.txt:1", "does not belong to the top")

    def test_a_second_working_tree_of_git_is_clean(self):
        self.assert_clean({".git": "gitdir: /elsewhere/.git/worktrees/second\n"})

    def test_outside_the_project(self):
        self.assert_clean({"build/dev/x.h": "junk \t", "state/x.txt": "junk ", "tests/fuzz/corpus/a": "junk "})


class Command(unittest.TestCase):
    def run_tidy(self, files: dict[str, str]) -> subprocess.CompletedProcess:
        tidy = Path(__file__).with_name("tidy.py")
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder), files)
            return subprocess.run([sys.executable, "-B", tidy, folder], capture_output=True, text=True, check=False)

    def test_clean(self):
        result = self.run_tidy(HOUSE)
        self.assertEqual((result.returncode, result.stdout), (0, ""))

    def test_found(self):
        result = self.run_tidy(HOUSE | {"store/x.h": "int a; \n"})
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, "store/x.h:1  white space at the end of the line  delete it\n")


if __name__ == "__main__":
    unittest.main()
