#include "protocol/library_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/wire.pb.h"

namespace lottery::protocol {
namespace {

// A refusal whose text is not UTF-8: the library complains each time it reads one.
std::string BadText() {
  wire::Refusal refusal;
  refusal.set_en("abc");
  std::string octets = refusal.SerializeAsString();
  octets[octets.find('b')] = '\xff';
  return octets;
}

int Lines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST(LibraryLog, ComplaintsGoToOurLogAndAreBounded) {
  const std::string octets = BadText();
  wire::Refusal read;
  testing::internal::CaptureStderr();
  read.ParseFromString(octets);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("[libprotobuf"), std::string::npos);
  SendLibraryOutputToLog();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3000; ++i) read.ParseFromString(octets);
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_EQ(told.find("[libprotobuf"), std::string::npos) << told;
  EXPECT_NE(told.find("warning protobuf: "), std::string::npos) << told;
  EXPECT_LE(Lines(told), 6);
  EXPECT_GE(Lines(told), 1);
}

}  // namespace
}  // namespace lottery::protocol
