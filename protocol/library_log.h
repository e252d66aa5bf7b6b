// What the protobuf library has to say belongs into our own log, and not without end: a peer can
// make it complain before any signature is looked at.
#pragma once

namespace lottery::protocol {

/// The library's complaints become warnings of base/log.h from now on, so many a minute at most.
/// Called once, at the start of a program.
void SendLibraryOutputToLog();

}  // namespace lottery::protocol
