// Numbers and members from outside: one strict reader; files and folders: one way to write, one
// lock.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/members.h"

namespace lottery::base {
namespace {
namespace fs = std::filesystem;

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lottery-door-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(path_); }
  std::string In(const std::string& name) const { return path_ + "/" + name; }
  std::string path_;
};

TEST(Json, WhatReadersReadDifferentlyIsRefused) {
  for (const char* bad : {R"({"a":1,"a":2})", R"({"o":{"a":1,"b":2,"a":3}})", R"([{"a":1,"a":1}])",
                          R"({"a":"x\u0000y"})", R"({"a\u0000":1})", "{\"a\":01}", "{\"a\":0x10}",
                          "{\"a\":+1}", "{\"a\":1}\n{\"b\":2}", "{\"a\":1,}", "\xef\xbb\xbf{}",
                          "{\"a\":\"\xd6\xd0\"}", "{\"a\":NaN}", "{'a':1}", "{\"a\":1} x", ""})
    EXPECT_FALSE(ParseJson(bad).has_value()) << bad;
  for (const char* good :
       {R"({"a":{"x":1},"b":{"x":2}})", R"([{"a":1},{"a":1}])", "{\"中\":\"文\"}", " {} \n"})
    EXPECT_TRUE(ParseJson(good).has_value()) << good;
  EXPECT_EQ(ParseJson("{\n\"a\": 1,\n\"a\": 2}").error().position, 3);
}

TEST(Members, NumbersAreWholeInTheirRangeAndOfTheirType) {
  const auto refused = [](const char* value) {
    const auto object = ParseJsonObject(std::string("{\"n\": ") + value + "}");
    if (!object) return true;
    Members members(*object);
    return !members.IntOr("n", 1, 0, 99).has_value();
  };
  for (const char* bad :
       {"5.0", "5e0", "1E1", "100", "-1", "4294967297", "18446744073709551616",
        "9223372036854775808", "\"5\"", "true", "null", "[5]", "{}", "1e999", "0.5"})
    EXPECT_TRUE(refused(bad)) << bad;
  for (const char* good : {"0", "5", "99"}) EXPECT_FALSE(refused(good)) << good;
}

TEST(Members, AMemberThatNobodyAskedForIsNamed) {
  const auto object = ParseJsonObject(R"({"id": "x", "multipler": 5, "void": "true"})");
  Members members(*object, "slip");
  EXPECT_EQ(*members.Text("id"), "x");
  EXPECT_EQ(*members.IntOr("multiplier", 1, 1, 99), 1);
  EXPECT_FALSE(members.BoolOr("void", false).has_value()) << "a text is no truth";
  EXPECT_EQ(members.Done().error().detail,
            "slip member \"multipler\" is unknown; is \"multiplier\" meant?");
}

TEST(Days, AreInTheCalendar) {
  for (const char* bad : {"2026-02-30", "2026-13-01", "2026-00-10", "2025-02-29", "2026-1-01",
                          "20260101", "2026-01-01 ", "２026-01-01", "", "2026-04-31"})
    EXPECT_FALSE(ParseDay(bad).has_value()) << bad;
  EXPECT_EQ(*ParseDay("1970-01-02"), 1);
  EXPECT_EQ(*ParseDay("2024-02-29") + 1, *ParseDay("2024-03-01"));
  EXPECT_EQ(*ParseDay("1969-12-31"), -1);
}

TEST_F(Folder, WhatIsNoPlainFileIsWrittenToAndStaysWhatItIs) {
  // A pipe.
  ASSERT_EQ(::mkfifo(In("pipe").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] {
    const auto text = ReadFile(In("pipe"));
    if (text) got = *text;
  });
  EXPECT_TRUE(WriteFile(In("pipe"), "through"));
  reader.join();
  EXPECT_EQ(got, "through");
  EXPECT_TRUE(fs::is_fifo(In("pipe")));
  // A link to a file, to a link, to nothing yet, and to a device.
  ASSERT_TRUE(WriteFile(In("file"), "old"));
  fs::create_symlink("file", In("link"));
  fs::create_symlink(In("link"), In("link2"));
  EXPECT_TRUE(WriteFile(In("link2"), "new"));
  EXPECT_EQ(*ReadFile(In("file")), "new");
  EXPECT_TRUE(fs::is_symlink(In("link")) && fs::is_symlink(In("link2")));
  fs::create_symlink("later", In("dangling"));
  EXPECT_TRUE(WriteFile(In("dangling"), "there"));
  EXPECT_EQ(*ReadFile(In("later")), "there");
  fs::create_symlink("/dev/null", In("null"));
  EXPECT_TRUE(WriteFile(In("null"), "gone"));
  EXPECT_TRUE(fs::is_symlink(In("null")) && fs::is_character_file("/dev/null"));
  fs::create_symlink("/dev/full", In("full"));
  EXPECT_EQ(WriteFile(In("full"), "x").error().code, ErrorCode::kFileWrite);
  fs::create_symlink("loop2", In("loop"));
  fs::create_symlink("loop", In("loop2"));
  EXPECT_FALSE(WriteFile(In("loop"), "x"));
  fs::create_directory(In("folder"));
  EXPECT_FALSE(WriteFile(In("folder"), "x"));
  EXPECT_TRUE(fs::is_directory(In("folder")));
}

TEST_F(Folder, ANewFileIsMadeOnceAndNothingStaysBesideIt) {
  EXPECT_TRUE(WriteNewFile(In("once"), "first", 0600));
  EXPECT_EQ(WriteNewFile(In("once"), "second", 0600).error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(*ReadFile(In("once")), "first");
  int made = 0;
  std::vector<std::thread> racers;
  std::atomic<int> winners{0};
  for (int i = 0; i < 8; ++i)
    racers.emplace_back(
        [&, i] { winners += WriteNewFile(In("race"), std::to_string(i), 0600) ? 1 : 0; });
  for (auto& racer : racers) racer.join();
  made = winners;
  EXPECT_EQ(made, 1);
  EXPECT_EQ(ListFiles(path_)->size(), 2U);
}

TEST_F(Folder, WhatACrashLeftHalfWrittenIsSwept) {
  for (const char* name : {"secret", "secret.new.17.1", "secret.new.4711.22", "secrets.new.1.1"})
    ASSERT_TRUE(WriteFile(In(name), "x", 0600));
  SweepUnfinished(In("secret"));
  EXPECT_EQ(*ListFiles(path_), (std::vector<std::string>{"secret", "secrets.new.1.1"}));
  SweepUnfinished(In("none") + "/secret");  // where there is no folder there is nothing to do
}

TEST_F(Folder, APipeOrAFolderIsNoPlainFile) {
  ASSERT_TRUE(WriteFile(In("plain"), "x", 0600));
  ASSERT_EQ(::mkfifo(In("pipe").c_str(), 0600), 0);
  ASSERT_EQ(::symlink(In("plain").c_str(), In("link").c_str()), 0);
  EXPECT_TRUE(IsPlainFile(In("plain")) && IsPlainFile(In("link")));
  EXPECT_FALSE(IsPlainFile(In("pipe")) || IsPlainFile(path_) || IsPlainFile(In("none")) ||
               IsPlainFile("/dev/null"));
}

TEST_F(Folder, AFolderHasOneUserUntilItEnds) {
  auto first = FolderLock::Take(In("state"));
  ASSERT_TRUE(first.has_value());
  const auto second = FolderLock::Take(In("state"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kInUse);
  EXPECT_EQ(second.error().detail, "by process " + std::to_string(::getpid()));
  { const FolderLock ends = std::move(*first); }
  EXPECT_TRUE(FolderLock::Take(In("state")).has_value());
  // However its user ends.
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = FolderLock::Take(In("killed"));
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(FolderLock::Take(In("killed")).has_value());
}

TEST_F(Folder, AFolderThatCannotBeReadIsNamed) {
  EXPECT_TRUE(ListFiles(In("none"))->empty());
  fs::create_directories(In("a/closed"));
  ASSERT_TRUE(WriteFile(In("a/closed/x"), "x"));
  const pid_t child = ::fork();
  if (child == 0) {  // root reads everything
    ::chmod(path_.c_str(), 0755);
    ::chmod(In("a/closed").c_str(), 0);
    const bool dropped = ::setresuid(65534, 65534, 65534) == 0 || ::getuid() != 0;
    const auto names = ListFiles(In("a"));
    ::_exit(dropped && !names && names.error().file.ends_with("/closed") ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  ::chmod(In("a/closed").c_str(), 0755);
  EXPECT_EQ(status, 0);
}

TEST_F(Folder, ALineThatWasNotWrittenWholeIsTakenOffAgain) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto file = DurableAppender::Open(In("journal"));
    if (!file || !file->Append("whole")) ::_exit(1);
    const rlimit most{10, 10};
    ::setrlimit(RLIMIT_FSIZE, &most);
    ::_exit(file->Append("much too long") ? 1 : 0);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(*ReadFile(In("journal")), "whole\n");
}

TEST(Steady, TheClockOfLapsesOnlyGoesForward) {
  const auto before = SteadyMs();
  EXPECT_LE(before, SteadyMs());
}

}  // namespace
}  // namespace lottery::base
