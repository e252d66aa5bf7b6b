// Black and white pictures for paper: 203 dots an inch, one bit a dot. Printers take them as
// ESC/POS raster, screens and tests as PNG.
#pragma once

#include "base/bytes.h"

namespace lottery::terminal {

using base::Bytes;
using base::Result;

/// Rows of `width` dots, each row whole octets, most significant bit first, 1 is black.
struct Bitmap {
  int width = 0, height = 0;
  Bytes rows;
  int stride() const { return (width + 7) / 8; }
  bool black(int x, int y) const {
    const auto octet =
        static_cast<unsigned char>(rows[static_cast<std::size_t>(y * stride() + x / 8)]);
    return (octet >> (7 - x % 8) & 1) != 0;
  }
};

/// A PNG of one bit a dot. Errors: kInternal.
Result<Bytes> PngOf(const Bitmap& bitmap);
/// Initialise, print (GS v 0, in bands a printer's buffer can hold), feed, cut.
Bytes EscPosOf(const Bitmap& bitmap);

}  // namespace lottery::terminal
