#include <doctest/doctest.h>

#include <base/json_text.h>

using namespace belfry;

TEST_CASE("base/json_text: F77 nothing in a quoted text can be taken for the end of it, or of a line") {
  struct Row {
    std::string text;
    std::string quoted;
  };
  for (const Row& row : {
           Row{"", R"("")"},
           Row{"plain", R"("plain")"},
           Row{R"(a "b" \c)", R"("a \"b\" \\c")"},
           Row{"two\nlines\tand\rmore", R"("two\nlines\tand\u000dmore")"},
           Row{std::string("nul\0byte", 8), R"("nul\u0000byte")"},
           Row{"\x1b]52;c;x\x07", R"("\u001b]52;c;x\u0007")"},
           Row{"\xc2\x9b"
               "2J",
               R"("\u009b2J")"},  // C1: CSI
           Row{"a\xe2\x80\xa8"
               "b",
               R"("a\u2028b")"},                                 // a line end for JavaScript
           Row{"gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\""},  // stays
           Row{"bad \xff\xfe utf", R"("bad \ufffd\ufffd utf")"},
       }) {
    CAPTURE(row.quoted);
    CHECK(json_quote(row.text) == row.quoted);
  }
}

TEST_CASE("base/json_text: F77 a terminal is shown the text and obeys none of it") {
  CHECK(visible("two\nlines\tof gr\xc3\xbcn") == "two\nlines\tof gr\xc3\xbcn");
  CHECK(visible("\x1b[2J\r\x7f") == "\\x1b[2J\\x0d\\x7f");
  CHECK(visible("\xc2\x9b"
                "2J") == "\\x9b2J");
  CHECK(visible("bad \xff") == "bad \xff");
}
