import Locking

/// The octets a request brings, handed out as they arrive.
///
/// A reader that is slow stops the client: no more than 64 KB wait in memory.
public final class RequestBody: Sendable {
  /// Why a body ended early.
  public enum Failure: Error, Equatable {
    /// The client left, stalled, or the program is stopping.
    case disconnected
    /// More octets came than this route takes.
    case tooLarge(limit: Int)
    /// The body is no form of a kind we read, or a broken one.
    case notAForm(MultipartError?)
  }

  private enum Source: Sendable {
    case memory(Lock<[UInt8]?>)
    case socket(any BodySource)
  }
  private let source: Source

  /// A body that is there already.
  public init(_ octets: [UInt8]) {
    source = .memory(Lock(octets.isEmpty ? nil : octets))
  }

  init(_ source: any BodySource) { self.source = .socket(source) }

  /// The octets that came since the last call, at least one; `nil` after the last.
  ///
  /// One reader at a time.
  public func next() async throws(Failure) -> [UInt8]? {
    switch source {
    case .memory(let octets):
      return octets.withLock { octets in
        defer { octets = nil }
        return octets
      }
    case .socket(let source): return try await source.next()
    }
  }

  /// The whole body in memory.
  ///
  /// - Throws: ``Failure/tooLarge(limit:)`` when there is more than `limit`.
  public func collect(upTo limit: Int) async throws(Failure) -> [UInt8] {
    var all: [UInt8] = []
    while let chunk = try await next() {
      guard chunk.count <= limit - all.count else { throw .tooLarge(limit: limit) }
      all += chunk
    }
    return all
  }
}

/// What feeds a ``RequestBody`` from a socket.
protocol BodySource: Sendable {
  func next() async throws(RequestBody.Failure) -> [UInt8]?
}
