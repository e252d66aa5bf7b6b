#include "terminal/ticket_image.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lottery::terminal {
namespace {

TicketFace Face() {
  TicketFace face;
  face.game = "双色球 Double Colour Ball";
  face.draws = "2026097";
  face.days = "2026-08-20 周四 Thu";
  face.lines.assign(5, {"单式 single", "01 05 11 17 23 30 + 09"});
  face.price = base::Money::FromFen(1000);
  face.terminal = "1001-17";
  face.cashier = "07";
  face.sold = "2026-08-18 19:58:03";
  face.claim_until = "2026-10-18 周日 Sun";
  face.codes = {"lottery.example/ssq/2026097:17:LTqikTqFEpLnXqBkDHNhKlPHawcrLNqyD3JP2X7IQo",
                std::string(32, 'a') + "-" + std::string(64, 'b')};
  return face;
}

std::int64_t Black(const Bitmap& b) {
  std::int64_t n = 0;
  for (int y = 0; y < b.height; ++y) {
    for (int x = 0; x < b.width; ++x) n += b.black(x, y) ? 1 : 0;
  }
  return n;
}

TEST(TicketImage, FitsThePaperAndIsMostlyWhite) {
  for (const auto& [paper, width] : {std::pair(Paper::k58mm, 384), std::pair(Paper::k80mm, 576)}) {
    const auto image = TicketImage(Face(), paper);
    ASSERT_TRUE(image.has_value()) << image.error().detail;
    EXPECT_EQ(image->width, width);
    const std::int64_t dots = static_cast<std::int64_t>(image->width) * image->height;
    EXPECT_GT(Black(*image), dots / 30);
    EXPECT_LT(Black(*image), dots / 3);
    for (int y = 0; y < image->height; ++y)
      EXPECT_FALSE(image->black(0, y)) << "cut off at the left";
  }
}

TEST(TicketImage, ReprintAndTrainingCannotBeOverlooked) {
  const auto plain = TicketImage(Face(), Paper::k80mm);
  TicketFace face = Face();
  face.reprint = true;
  const auto reprint = TicketImage(face, Paper::k80mm);
  face.training = true;
  const auto training = TicketImage(face, Paper::k80mm);
  EXPECT_GT(Black(*reprint), Black(*plain) + 576 * 10);
  EXPECT_GT(Black(*training), Black(*reprint) + 2 * 576 * 10);
}

TEST(TicketImage, WhatHasNoGlyphIsNotPrinted) {
  TicketFace face = Face();
  face.cashier = "\xf3\xb0\x80\x80";  // a private character
  const auto image = TicketImage(face, Paper::k80mm);
  ASSERT_FALSE(image.has_value());
  EXPECT_EQ(image.error().code, base::ErrorCode::kNoFont);
}

TEST(Bitmap, EscPosHoldsEveryRowOnce) {
  const auto image = TicketImage(Face(), Paper::k58mm);
  const Bytes escpos = EscPosOf(*image);
  Bytes rows;
  std::size_t at = 2;  // behind ESC @
  while (escpos.compare(at, 3, "\x1dv0") == 0) {
    const auto number = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(escpos[at + i]) +
                                      256 * static_cast<unsigned char>(escpos[at + i + 1]));
    };
    EXPECT_EQ(number(4), static_cast<std::size_t>(image->stride()));
    const std::size_t octets = number(4) * number(6);
    rows += escpos.substr(at + 8, octets);
    at += 8 + octets;
  }
  EXPECT_EQ(rows, image->rows);
  EXPECT_EQ(escpos.substr(at), Bytes("\x1b\x64\x04\x1dV\x01"));
}

}  // namespace
}  // namespace lottery::terminal
