// The one start-up and the one end of all programs. Descriptors 0 to 2 exist, so that no file of
// the product is opened as one of them; a peer that goes away is an error and no signal; texts are
// UTF-8; and an answer that standard output did not take is a failure and not a success.
#pragma once

namespace lottery::base {

/// "0.1.0", of the whole product.
const char* Version();
/// The linker's identity of this very executable, in hex; "unknown" where it has none.
const char* BuildId();

/// Runs `body` between the two and returns the process's exit status. `quiet` runs first of all; it
/// takes the output of libraries that the ground floor does not know. May be null.
int RunProgram(int argc, char** argv, int (*body)(int argc, char** argv),
               void (*quiet)() = nullptr);

}  // namespace lottery::base
