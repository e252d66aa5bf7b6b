#include "terminal/till.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace lottery::terminal {
namespace {

// What an earlier message needs to be settled or printed is kept in one place: the next one would
// take it. No line is asked.
TEST(Till, NothingIsSignedWhileAMessageIsNotSettledOrNotPrinted) {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("lottery-till-" + std::to_string(::getpid()));
  const auto key = crypto::SigningKey::Generate();
  const base::SystemClock clock;
  wire::TerminalMessage m;
  m.set_terminal(1001);
  m.set_sequence(1);
  m.set_previous(std::string(32, '\0'));
  m.mutable_order()->set_t_hash(std::string(32, 't'));
  const auto message = protocol::SignMessage(m, key);
  {
    auto journal = Journal::Open(folder);
    ASSERT_TRUE(journal->Intend({1, message.octets, message.signature, Bytes(16, 't'), "x"}));
  }
  const auto refused = [&] {
    auto till =
        Till::Open({"127.0.0.1:1", 1001, "1", folder, {}, "lottery.example"}, nullptr, key, clock);
    EXPECT_TRUE(till.has_value());
    EXPECT_EQ((*till)->Sell({}, "y").error().code, base::ErrorCode::kUnsettled);
    EXPECT_EQ((*till)->Claim("o", 0, {"t", "s"}, false).error().code, base::ErrorCode::kUnsettled);
    EXPECT_EQ((*till)->Void("o", 0, {}, "s").error().code, base::ErrorCode::kUnsettled);
    EXPECT_EQ((*till)->journal().pending()->t, Bytes(16, 't')) << "its secret is gone";
  };
  refused();
  {
    auto journal = Journal::Open(folder);
    ASSERT_TRUE(journal->Accepted(1, message.hash, {{"print", true}}));
  }
  refused();  // sold, and not on paper yet
  std::filesystem::remove_all(folder);
}

// A line that a full disk or a crash left without its end is none yet: the entries before it count.
TEST(Journal, ALineWithoutItsEndIsLeftForLater) {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("lottery-torn-" + std::to_string(::getpid()));
  {
    auto journal = Journal::Open(folder);
    ASSERT_TRUE(journal.has_value());
    ASSERT_TRUE(journal->Note("reprint", {}));
    std::ofstream file(folder + "/journal.jsonl", std::ios::app);
    file << R"({"event":"reprint","seq)" << std::flush;
    std::size_t from = 0;
    EXPECT_EQ(journal->EntriesFrom(from)->size(), 1U);
    EXPECT_EQ(journal->EntriesFrom(from)->size(), 0U);
    file << "uence\":0}\n" << std::flush;
    EXPECT_EQ(journal->EntriesFrom(from)->size(), 1U);
    file << "{\"event\":" << std::flush;
  }
  auto journal = Journal::Open(folder);
  ASSERT_TRUE(journal.has_value()) << "a torn end is dropped at the next start";
  std::size_t from = 0;
  EXPECT_EQ(journal->EntriesFrom(from)->size(), 2U);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lottery::terminal
