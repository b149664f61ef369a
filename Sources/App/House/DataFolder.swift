import Crypto
import Glibc

/// The folder where an installation keeps everything: database, key, attachments.
///
/// Whoever opens it holds a lock on it, so that two programs never send from one folder.
package final class DataFolder: Sendable {
  /// Why the folder cannot be used, with what to do.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let path: String
  private let lock: Int32

  /// Makes the folder if need be and locks it.
  package init(_ path: String) throws(Failure) {
    self.path = path
    for folder in [path, "\(path)/attachments", "\(path)/uploads", "\(path)/logs"] {
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
        throw Self.failure("The data folder \(folder) cannot be made")
      }
    }
    lock = open("\(path)/martlet.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw Self.failure("The data folder \(path) cannot be written to") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw Failure(
        description: """
          The data folder \(path) is in use by another Martlet. Wait until it has ended, or name \
          another folder with --data.
          """)
    }
  }

  deinit { close(lock) }

  package var database: String { "\(path)/martlet.db" }
  package var keyFile: KeyFile { KeyFile(path: "\(path)/secret.key") }

  /// Where an attachment's content lies.
  package func attachment(_ file: String) -> String { "\(path)/attachments/\(file)" }

  private static func failure(_ what: String) -> Failure {
    let code = errno
    let reason = String(cString: strerror(code))
    let advice =
      code == ENOSPC
      ? " Free some space, or name another folder with --data." : " Name another folder with --data."
    return Failure(description: "\(what): \(reason).\(advice)")
  }
}
