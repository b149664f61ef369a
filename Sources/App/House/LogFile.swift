import Glibc
import Telemetry

/// The structured log in the data folder: a JSON object a line, for whoever asks later what was
/// going on.
///
/// A file that has grown large makes room for a new one when the program starts; one old file is
/// kept.
struct LogFile: ~Copyable {
  private static let largest = 10 << 20

  private let descriptor: Int32
  let log: Log

  /// Opens `martlet.log` in a folder; without one the program runs all the same, unlogged.
  init(in folder: String, isDetailed: Bool) {
    let path = "\(folder)/martlet.log"
    var about = stat()
    if stat(path, &about) == 0, about.st_size > Self.largest { rename(path, "\(path).1") }
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    log = Log(level: isDetailed ? .debug : .info, format: .json, to: LogDescriptor(descriptor))
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
