// What the payer signed is on disk before anybody sees it, and a line cut short is none.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "settlement/payer/journal.h"

namespace lottery::settlement::payer {
namespace {

TEST(PayerJournal, KeepsWhatWasAppendedAndOneProgramHasIt) {
  const std::string folder = std::filesystem::temp_directory_path() /
                             ("lottery-payer-journal-" + std::to_string(::getpid()));
  {
    auto journal = Journal::Open(folder);
    ASSERT_TRUE(journal) << journal.error().detail;
    EXPECT_EQ(Journal::Open(folder).error().code, base::ErrorCode::kInUse);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        for (int n = 0; n < 20; ++n)
          EXPECT_TRUE(journal->Append("paper " + std::to_string(i * 100 + n)));
      });
    for (auto& thread : threads) thread.join();
  }
  std::ofstream(folder + "/payments", std::ios::app | std::ios::binary)
      << std::string("\x00\x20 cut short", 12) << std::flush;
  {
    auto journal = Journal::Open(folder);
    ASSERT_TRUE(journal);
    EXPECT_EQ(std::set<base::Bytes>(journal->found().begin(), journal->found().end()).size(), 160U);
    ASSERT_TRUE(journal->Keep({"one", "two"}));
    ASSERT_TRUE(journal->Append("three"));
  }
  auto journal = Journal::Open(folder);
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->found(), (std::vector<base::Bytes>{"one", "two", "three"}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lottery::settlement::payer
