#include <doctest/doctest.h>

#include <cli/text_width.h>

using namespace belfry::cli;

TEST_CASE("cli/text_width: columns, not bytes and not characters") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("\u2713 8h") == 4);     // three bytes, one column
  CHECK(display_width("e\u0301") == 1);       // a combining accent
  CHECK(display_width("\u6771\u4EAC") == 4);  // Tokyo
  CHECK(display_width("\U0001F514") == 2);    // a bell
  CHECK(display_width("a\xFF") == 2);         // broken: the sign in its place
}

TEST_CASE("cli/text_width: nothing from a file reaches the terminal as a command") {
  CHECK(printable("\033[2Jx\r\n\t") == "\uFFFD[2Jx\uFFFD\uFFFD\uFFFD");
  CHECK(printable("\u202Egpj.exe") == "\uFFFDgpj.exe");  // right-to-left override
  CHECK(printable("\u009B2J") == "\uFFFD2J");            // the one-character form of ESC [
  CHECK(printable("caf\u00E9\xC3") == "caf\u00E9\uFFFD");
}

TEST_CASE("cli/text_width: what is too long is cut to columns, between characters") {
  CHECK(shortened("nightly", 7) == "nightly");
  CHECK(shortened("nightly", 6) == "night\u2026");
  CHECK(shortened("nightly", 1) == "\u2026");
  CHECK(shortened("nightly", 0) == "");
  CHECK(shortened("\u6771\u4EAC\u6771\u4EAC", 6) == "\u6771\u4EAC\u2026");  // the sixth column would be half a letter
}

TEST_CASE("cli/text_width: F19 output keeps its lines and colours on a terminal, and loses what would repaint it") {
  CHECK(without_controls("a\tb\n\033[31mred\033[0m\n") == "a\tb\n\033[31mred\033[0m\n");
  CHECK(without_controls("\033]52;c;AAAA\007") == "\uFFFD]52;c;AAAA\uFFFD");  // sets the clipboard
  CHECK(without_controls("\033[2J\033[1;1Hx") == "\uFFFD[2J\uFFFD[1;1Hx");
  CHECK(without_controls("\033[") == "\uFFFD[");
  CHECK(without_controls("caf\u00E9 \xFF\n") == "caf\u00E9 \uFFFD\n");
}

TEST_CASE("cli/text_width: a closing line that is too long is broken between its sentences") {
  CHECK(broken_at_gaps("3 jobs.  Times in UTC.  Why?  belfry why", 100) == "3 jobs.  Times in UTC.  Why?  belfry why");
  CHECK(broken_at_gaps("3 jobs.  Times in UTC.  Why?  belfry why", 24) == "3 jobs.  Times in UTC.\nWhy?  belfry why");
  CHECK(broken_at_gaps("3 jobs.  Times in UTC.", 3) == "3 jobs.\nTimes in UTC.");
  CHECK(broken_at_gaps("", 3) == "");
}

TEST_CASE("cli/text_width: a sentence is wrapped between its words, and a long word stays whole") {
  CHECK(wrapped("all of it fits", {.width = 14, .indent = 2}) == "all of it fits");
  CHECK(wrapped("all of it fits", {.width = 13, .indent = 2}) == "all of it\n  fits");
  CHECK(wrapped("  kept  blanks", {.width = 20, .indent = 2}) == "  kept  blanks");
  CHECK(wrapped("see /a/path/that/is/long here", {.width = 10, .indent = 1}) == "see\n /a/path/that/is/long\n here");
  CHECK(wrapped("时间 时间", {.width = 8, .indent = 0}) == "时间\n时间");
  CHECK(wrapped("", {.width = 8, .indent = 0}) == "");
  CHECK(wrapped("a b", {.width = 0, .indent = 3}) == "a\n   b");
}
