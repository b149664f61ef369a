import Crypto
import Glibc

/// The folder where an installation keeps everything: database, key, attachments.
///
/// Whoever opens it holds a lock on it, so that two programs never send from one folder.
final class DataFolder: Sendable {
  /// Why the folder cannot be used, with what to do.
  struct Failure: Error, CustomStringConvertible {
    let description: String
    /// Whether another process is at work in it.
    var isInUse = false
  }

  let path: String
  private let lock: Int32

  /// Makes the folder if need be and locks it.
  init(_ path: String) throws(Failure) {
    self.path = path
    for folder in [path, "\(path)/attachments", "\(path)/uploads", "\(path)/logs"] {
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
        throw Self.failure("The data folder \(folder) cannot be made")
      }
    }
    lock = open("\(path)/martlet.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw Self.failure("The data folder \(path) cannot be written to") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw Failure(
        description: """
          The data folder \(path) is in use by another Martlet. Wait until it has ended, or name \
          another folder with --data.
          """, isInUse: true)
    }
  }

  deinit { close(lock) }

  var database: String { Self.database(in: path) }
  static func database(in path: String) -> String { "\(path)/martlet.db" }
  var logs: String { "\(path)/logs" }
  var uploads: String { "\(path)/uploads" }
  var attachments: String { "\(path)/attachments" }
  var keyFile: KeyFile { KeyFile(path: "\(path)/secret.key") }

  /// Where an attachment's content lies.
  func attachment(_ file: String) -> String { "\(path)/attachments/\(file)" }

  func write(_ octets: [UInt8], toAttachment file: String) throws(Failure) {
    try write(octets, to: attachment(file), called: "The attachment")
  }

  /// Stores a file of ours, durably.
  func write(
    _ octets: [UInt8], to path: String, called name: String = "A file"
  ) throws(Failure) {
    guard let stream = fopen(path, "we") else {
      throw Self.failure("\(name) cannot be stored in \(self.path)")
    }
    let written = octets.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
    let isSafe = fflush(stream) == 0 && fsync(fileno(stream)) == 0
    guard fclose(stream) == 0, isSafe, written == octets.count else {
      throw Self.failure("\(name) cannot be stored in \(self.path)")
    }
  }

  private static func failure(_ what: String) -> Failure {
    let code = errno
    let reason = String(cString: strerror(code))
    let advice =
      code == ENOSPC
      ? " Free some space, or name another folder with --data."
      : " Name another folder with --data."
    return Failure(description: "\(what): \(reason).\(advice)")
  }
}
