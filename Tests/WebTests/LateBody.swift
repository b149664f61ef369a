import Locking

@testable import HTTP

/// What feeds a body that comes after something else has happened.
private final class LateBody: BodySource {
  private let octets: Lock<[UInt8]?>
  private let happening: @Sendable () async throws -> Void

  init(_ octets: [UInt8], after happening: @escaping @Sendable () async throws -> Void) {
    self.octets = Lock(octets)
    self.happening = happening
  }

  func next() async throws(RequestBody.Failure) -> [UInt8]? {
    let rest = octets.withLock { octets in
      defer { octets = nil }
      return octets
    }
    guard let rest else { return nil }
    do {
      try await happening()
    } catch {
      throw .disconnected
    }
    return rest
  }
}

extension RequestBody {
  /// Octets that come after something else has happened.
  static func late(
    _ octets: [UInt8], after happening: @escaping @Sendable () async throws -> Void
  ) -> RequestBody {
    RequestBody(LateBody(octets, after: happening))
  }
}
