// The ticket as a picture for thermal paper: Chinese and English, both codes as QR and as text.
#pragma once

#include "terminal/bitmap.h"
#include "terminal/ticket.h"

namespace lottery::terminal {

/// Roll width; 48 and 72 mm of it can be printed on.
enum class Paper { k58mm, k80mm };
/// "58" or "80". Errors: kUsage.
Result<Paper> PaperFrom(std::string_view text);

/// A slip of text: the heading, then a line each, blanks kept. Errors: as TicketImage.
Result<Bitmap> SlipImage(const std::string& heading, const std::vector<std::string>& lines,
                         Paper paper);
/// Whether what a ticket must say can be printed, tried before anything is sold. Errors: kNoFont.
base::Status CheckFonts(Paper paper);

/// Errors: kNoFont when the machine has no font for what must stand there; kInternal.
Result<Bitmap> TicketImage(const TicketFace& face, Paper paper);

}  // namespace lottery::terminal
