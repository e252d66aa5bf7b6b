#include "terminal/printer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/clock.h"
#include "base/file.h"
#include "protocol/net/reactor.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
using base::Status;
using protocol::net::Descriptor;
namespace {

constexpr int kPrintMs = 15'000;  // the longest ticket on a slow printer
constexpr int kWriteMs = 10'000;  // a printer that takes nothing for so long has stopped

class Device : public Printer {
 public:
  explicit Device(std::string path) : path_(std::move(path)) {}

  Status Ready() override {
    const Descriptor line(::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (line.get() < 0)
      return Fail(ErrorCode::kPrinterOffline, path_ + ": " + std::strerror(errno));
    return State(line.get());
  }

  Status Print(const Bitmap& ticket, const std::string&) override {
    const Descriptor line(::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (line.get() < 0)
      return Fail(ErrorCode::kPrinterOffline, path_ + ": " + std::strerror(errno));
    LOTTERY_TRY_VOID(Write(line.get(), EscPosOf(ticket)));
    // In its turn, not in real time: the answer comes when all before it is on paper.
    LOTTERY_TRY(const auto paper, Answer(line.get(), Bytes("\x1dr\x01", 3), kInTurn, kPrintMs));
    return (paper & 0x0c) != 0 ? Status(Fail(ErrorCode::kPrinterNoPaper)) : Status();
  }

 private:
  static Status State(int fd) {
    LOTTERY_TRY(const auto general, Ask(fd, 1));
    LOTTERY_TRY(const auto offline, Ask(fd, 2));
    LOTTERY_TRY(const auto paper, Ask(fd, 4));
    if ((paper & 0x60) != 0) return Fail(ErrorCode::kPrinterNoPaper);  // paper end
    if ((offline & 0x04) != 0) return Fail(ErrorCode::kPrinterCoverOpen);
    if ((offline & 0x40) != 0) return Fail(ErrorCode::kPrinterFault);
    if ((general & 0x08) != 0) return Fail(ErrorCode::kPrinterOffline);
    return {};
  }

  // An answer is one octet; which bits tell it from XON, XOFF and noise differs by question.
  struct Form {
    unsigned mask, value;
  };
  static constexpr Form kRealTime{0x93, 0x12};  // DLE EOT n: bits 1 and 4 set, 0 and 7 not
  static constexpr Form kInTurn{0x90, 0x00};    // GS r n: bits 4 and 7 not set

  static Result<unsigned> Ask(int fd, char n) {
    return Answer(fd, Bytes("\x10\x04", 2) + n, kRealTime, kPrinterAnswerMs);
  }

  // Octets of another form are skipped until the time is up.
  static Result<unsigned> Answer(int fd, const Bytes& question, Form form, int patience_ms) {
    unsigned char octet = 0;
    while (::read(fd, &octet, 1) == 1) continue;  // late answers to earlier questions
    LOTTERY_TRY_VOID(Write(fd, question));
    const std::int64_t deadline = base::SteadyMs() + patience_ms;
    while (true) {
      const std::int64_t left = deadline - base::SteadyMs();
      pollfd ready{fd, POLLIN, 0};
      if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) != 1 || ::read(fd, &octet, 1) != 1)
        return Fail(ErrorCode::kPrinterOffline, "no answer about its state");
      if ((octet & form.mask) == form.value) return octet;
    }
  }

  static Status Write(int fd, const Bytes& octets) {
    for (std::size_t done = 0; done < octets.size();) {
      const auto n = ::write(fd, octets.data() + done, octets.size() - done);
      if (n > 0) {
        done += static_cast<std::size_t>(n);
        continue;
      }
      pollfd ready{fd, POLLOUT, 0};
      if (n == 0 || errno != EAGAIN || ::poll(&ready, 1, kWriteMs) != 1)
        return Fail(ErrorCode::kPrinterFault, std::strerror(errno));
    }
    return {};
  }

  std::string path_;
};

class Folder : public Printer {
 public:
  explicit Folder(std::string folder) : folder_(std::move(folder)) {}

  Status Ready() override {
    if (!base::MakeFolders(folder_) || ::access(folder_.c_str(), W_OK) != 0)
      return Fail(ErrorCode::kPrinterOffline, folder_);
    return {};
  }

  Status Print(const Bitmap& ticket, const std::string& name) override {
    LOTTERY_TRY(const auto png, PngOf(ticket));
    const auto written = base::WriteFile(folder_ + "/" + name + ".png", png, 0600);
    if (!written) return Fail(ErrorCode::kPrinterFault, written.error().detail);
    return {};
  }

 private:
  std::string folder_;
};

}  // namespace

std::unique_ptr<Printer> DevicePrinter(std::string path) {
  return std::make_unique<Device>(std::move(path));
}
std::unique_ptr<Printer> FolderPrinter(std::string folder) {
  return std::make_unique<Folder>(std::move(folder));
}

}  // namespace lottery::terminal
