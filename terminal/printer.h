// Where tickets come out: a device that takes ESC/POS, or a folder of PNG files. Asked how it is
// before money is taken.
#pragma once

#include <memory>
#include <string>

#include "terminal/bitmap.h"

namespace lottery::terminal {

inline constexpr int kPrinterAnswerMs = 500;

class Printer {
 public:
  virtual ~Printer() = default;
  /// Ready to print now? Errors: kPrinterOffline, kPrinterNoPaper, kPrinterCoverOpen,
  /// kPrinterFault.
  virtual base::Status Ready() = 0;
  /// `name` is the ticket's, for those that keep files. Errors: as Ready.
  virtual base::Status Print(const Bitmap& ticket, const std::string& name) = 0;
};

/// A character device: real-time status (DLE EOT) first, raster after it.
std::unique_ptr<Printer> DevicePrinter(std::string path);
/// PNG files in a folder, durable when Print returns.
std::unique_ptr<Printer> FolderPrinter(std::string folder);

}  // namespace lottery::terminal
