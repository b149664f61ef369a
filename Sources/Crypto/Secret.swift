import CSodium

/// Octets that are never printed and are wiped when nobody holds them any more.
public final class Secret: @unchecked Sendable {
  // Safe: the memory is written in `init` only, read-only until `deinit`, and never handed out
  // beyond the body of `withBytes`.
  private let start: UnsafeMutablePointer<UInt8>
  public let count: Int

  public init(_ bytes: some Collection<UInt8>) {
    count = bytes.count
    start = .allocate(capacity: max(count, 1))
    _ = UnsafeMutableBufferPointer(start: start, count: count).initialize(from: bytes)
  }

  public convenience init(_ text: String) { self.init(text.utf8) }

  /// Takes the octets over and wipes where they came from.
  public convenience init(wiping bytes: inout [UInt8]) {
    self.init(bytes)
    Sodium.wipe(&bytes)
  }

  deinit {
    sodium_memzero(start, count)
    start.deallocate()
  }

  public var isEmpty: Bool { count == 0 }

  /// As ``withBytes(_:)``, for C: never a null pointer, even when there are no octets.
  func withPointer<Result, Failure: Error>(
    _ body: (UnsafePointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafePointer(start))
  }

  /// Shows the octets to `body`, which must not keep the pointer.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: start, count: count))
  }
}

extension Secret: Equatable {
  /// Takes the same time wherever two secrets of one length differ.
  public static func == (left: Secret, right: Secret) -> Bool {
    left.count == right.count
      && sodium_memcmp(left.start, right.start, left.count) == 0
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "[secret]" }
  public var debugDescription: String { "[secret]" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
