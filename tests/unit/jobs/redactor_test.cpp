#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/hash.h>
#include <jobs/minder/redactor.h>

using belfry::minder::Redactor;

namespace {

// What comes out of one stream that is written in pieces of these sizes, again and again.
std::string redacted(const std::vector<std::string>& secrets, const std::string& text,
                     const std::vector<std::size_t>& pieces, int stream = 0) {
  Redactor redactor;
  for (const std::string& secret : secrets) redactor.hide(secret.c_str(), secret.size());
  std::string out;
  std::vector<char> bytes(Redactor::longest + text.size());
  for (std::size_t at = 0, turn = 0; at < text.size(); ++turn) {
    const std::string piece = text.substr(at, pieces[turn % pieces.size()]);
    at += piece.size();
    const std::size_t waiting = redactor.put_back(stream, bytes.data());
    piece.copy(bytes.data() + waiting, piece.size());
    out.append(bytes.data(), redactor.mask(stream, bytes.data(), waiting + piece.size()));
  }
  return out.append(bytes.data(), redactor.flush(stream, bytes.data()));
}

// Each byte that is part of some secret, found the slow way.
std::string expected(const std::vector<std::string>& secrets, const std::string& text) {
  std::string out = text;
  for (const std::string& secret : secrets) {
    if (secret.size() < Redactor::shortest) continue;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 1)) {
      out.replace(at, secret.size(), secret.size(), '*');
    }
  }
  return out;
}

}  // namespace

TEST_CASE("jobs/redactor: S38 a secret becomes stars, wherever its pieces begin and end") {
  const std::string text = "token=hush-hush-1 and hush-hush, hush-hush-1\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    CAPTURE(size);
    CHECK(redacted({"hush-hush-1"}, text, {size}) == "token=*********** and hush-hush, ***********\n");
  }
}

TEST_CASE("jobs/redactor: S38 short secrets are left alone, and without secrets nothing waits") {
  CHECK(redacted({"hush"}, "hush hush", {3}) == "hush hush");
  Redactor redactor;
  std::string bytes = "hush-hus";
  CHECK(redactor.mask(0, bytes.data(), bytes.size()) == bytes.size());
}

TEST_CASE("jobs/redactor: S38 the streams do not mix") {
  Redactor redactor;
  const std::string secret = "hush-hush";
  redactor.hide(secret.c_str(), secret.size());
  std::vector<char> bytes(Redactor::longest + 100);
  std::string("hush-").copy(bytes.data(), 5);
  CHECK(redactor.mask(0, bytes.data(), 5) == 0);
  CHECK(redactor.put_back(1, bytes.data()) == 0);
  std::string("hush").copy(bytes.data(), 4);
  CHECK(redactor.mask(1, bytes.data(), 4) == 0);
  CHECK(redactor.flush(0, bytes.data()) == 5);
  CHECK(std::string(bytes.data(), 5) == "hush-");
}

TEST_CASE("jobs/redactor: S38 as the slow way finds it: overlapping secrets, secrets within secrets, any pieces") {
  std::uint64_t dice = 7;
  const auto roll = [&](std::size_t n) { return static_cast<std::size_t>((dice = belfry::mix(dice)) % n); };
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> secrets;
    for (std::size_t n = 1 + roll(3); n > 0; --n) {
      std::string secret;
      for (std::size_t length = 6 + roll(8); length > 0; --length) secret += static_cast<char>('a' + roll(2));
      secrets.push_back(secret);
    }
    std::string text;
    for (std::size_t length = roll(120); length > 0; --length) text += static_cast<char>('a' + roll(2));
    if (roll(2) == 0) text += secrets[0] + secrets[0].substr(roll(4));
    const std::vector<std::size_t> pieces{1 + roll(5), 1 + roll(20), 1 + roll(3)};
    CAPTURE(text);
    CHECK(redacted(secrets, text, pieces, static_cast<int>(roll(2))) == expected(secrets, text));
  }
}
