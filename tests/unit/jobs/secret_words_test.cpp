#include <doctest/doctest.h>

#include <jobs/secret_words.h>

using namespace belfry;

TEST_CASE("jobs/secret_words: S38 each appearance of a secret is stars, also of those that overlap") {
  SecretWords words;
  words.add("hush-hush-1");
  words.add("1-and-more");
  words.add("short");
  CHECK(words.hidden_in("say hush-hush-1, hush-hush-1!") == "say ***********, ***********!");
  CHECK(words.hidden_in("hush-hush-1-and-more") == std::string(20, '*'));
  CHECK(words.hidden_in("short hush-hush") == "short hush-hush");
  CHECK(words.hidden_in("").empty());
}
