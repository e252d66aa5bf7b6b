// Test draws of the program, as a ball machine has its own: seeds known to everybody, numbers known
// beforehand (docs/formats/outcome.md, computed by another program). They show that this program,
// on this machine, draws as it is specified; `certify` makes them before and after.
#pragma once

#include <string>
#include <vector>

#include "games/outcome.h"

namespace lottery::draw {

using base::Bytes;
using base::Result;

struct TestDraw {
  games::Numbers drawn, expected;
  bool Holds() const { return drawn == expected; }
};
/// Three of the game. Errors: kUnknownGame.
Result<std::vector<TestDraw>> TestDraws(std::string_view game);
/// Errors: kBadGenerator when one differs; kUnknownGame.
base::Status CheckTestDraws(std::string_view game);

}  // namespace lottery::draw
