import Crypto
import Glibc
import HTTP
import Locking
import Octets

/// A file of a form, written to disk as it arrives; removed again unless it is kept.
final class Upload: Sendable {
  /// Why a file could not be taken.
  enum Failure: Error, Equatable {
    /// It is longer than this many octets.
    case tooLarge(limit: Int)
    /// The disk does not take it; `errno`.
    case notStored(Int32)
  }

  /// The name that the browser gave, without folders.
  let fileName: String
  /// Where it lies.
  let path: String
  /// The last part of ``path``.
  let storedName: String
  private let limit: Int
  private struct State: Sendable {
    var descriptor: Int32
    var size = 0
    var isKept = false
  }
  private let state: Lock<State>

  /// Makes an empty file of an unguessable name in `folder`.
  init(_ fileName: String, in folder: String, limit: Int) throws(Failure) {
    self.fileName = fileName
    self.limit = limit
    storedName = Token(bits: 160, as: .base32).text
    path = "\(folder)/\(storedName)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .notStored(errno) }
    state = Lock(State(descriptor: descriptor))
  }

  deinit {
    state.withLock { state in
      if state.descriptor >= 0 { close(state.descriptor) }
      if !state.isKept { unlink(path) }
    }
  }

  var size: Int { state.withLock { $0.size } }

  func append(_ octets: [UInt8]) throws(Failure) {
    try state.withLock { state throws(Failure) in
      guard octets.count <= limit - state.size else { throw .tooLarge(limit: limit) }
      var written = 0
      while written < octets.count {
        let count = octets.withUnsafeBytes {
          write(state.descriptor, $0.baseAddress.map { $0 + written }, octets.count - written)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw .notStored(errno) }
        written += count
      }
      state.size += octets.count
    }
  }

  /// Makes it durable, so that a row may name it.
  func finish() throws(Failure) {
    try state.withLock { state throws(Failure) in
      guard state.descriptor >= 0 else { return }
      guard fsync(state.descriptor) == 0 else { throw .notStored(errno) }
      close(state.descriptor)
      state.descriptor = -1
    }
  }

  /// From now on the file belongs to the row that names it.
  func keep() { state.withLock { $0.isKept = true } }
}
