// What was drawn, as settlement takes it: from nobody's word. The certificate is the one central
// logged, and recomputed here from plan, seal and pulse.
#pragma once

#include "settlement/sealed.h"

namespace lottery::settlement {

struct Certified {
  protocol::DrawCertificate certificate;
  Digest hash;
};

/// `pulse_file`: the beacon's file; empty where balls decided. Errors: kBadDrawCertificate naming
/// the draw, kBadSignature, and those of games::TakePulse and games::Recomputes.
Result<Certified> OpenCertificate(base::pg::Session& session, const protocol::Trust& trust,
                                  const SealedDraw& sealed, const std::string& text,
                                  const std::string& pulse_file);

}  // namespace lottery::settlement
