#include "crypto/hash.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace lottery::crypto {
namespace {

TEST(Hash, AFileHashesAsItsOctets) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("lottery-hash-" + std::to_string(::getpid()));
  for (const std::size_t size : {0U, 1U, (1U << 20) - 1, 1U << 20, (1U << 20) + 1, 3U << 20}) {
    const Bytes octets(size, 'v');
    std::ofstream(path, std::ios::binary) << octets;
    EXPECT_EQ(Sha256OfFile(path).value(), Sha256(octets)) << size;
  }
  std::filesystem::remove(path);
  EXPECT_EQ(Sha256OfFile(path).error().code, base::ErrorCode::kFileMissing);
  EXPECT_FALSE(Sha256OfFile(std::filesystem::temp_directory_path()).has_value()) << "a folder";
}

}  // namespace
}  // namespace lottery::crypto
