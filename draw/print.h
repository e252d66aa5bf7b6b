// The certificate and the protocol of a draw on paper: one PDF, Chinese and English, to be signed
// by hand, hung up and filed. Only what the ground proves is printed.
#pragma once

#include "draw/ceremony.h"

namespace lottery::draw {

/// What stands on the sheet, before it is drawn: headings with lines of label and value.
struct Sheet {
  struct Line {
    std::string label, value;
    bool fixed = false;  // hashes: in a fixed pitch
  };
  struct Part {
    std::string heading;
    std::vector<Line> lines;
  };
  bool rehearsal = false;                 // said in large letters
  std::string game, draw, numbers, held;  // "03 10 15 18 31 33 + 07"; by what
  std::vector<Part> parts;
};

/// The certificate recomputed on `ground` and signed by enough of the plan's officials. Errors:
/// kBadDrawCertificate, kBadSignature, and those of MakeCertificate and MakeBallCertificate.
Result<Sheet> SheetOf(const Ground& ground, const std::string& certificate_text);

/// A4, as many pages as it takes. Errors: kNoFont, kFileWrite; the file is then as it was.
Status WritePdf(const Sheet& sheet, const std::string& path);

}  // namespace lottery::draw
