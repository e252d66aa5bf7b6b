// The ticket as a picture for thermal paper: Chinese and English, both codes as QR and as text.
#pragma once

#include "terminal/bitmap.h"
#include "terminal/ticket.h"

namespace lottery::terminal {

/// Roll width; 48 and 72 mm of it can be printed on.
enum class Paper { k58mm, k80mm };
/// "58" or "80". Errors: kUsage.
Result<Paper> PaperFrom(std::string_view text);

/// Errors: kNoFont when the machine has no font for what must stand there; kInternal.
Result<Bitmap> TicketImage(const TicketFace& face, Paper paper);

}  // namespace lottery::terminal
