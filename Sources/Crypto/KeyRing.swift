/// The key that seals now, and those that sealed before and still open.
public struct KeyRing: Sendable {
  public let current: SecretKey
  public let previous: [SecretKey]
  private let boxes: [SecretBox]

  public init(current: SecretKey, previous: [SecretKey] = []) {
    self.current = current
    self.previous = previous
    boxes = ([current] + previous).map { SecretBox($0) }
  }

  public func seal(_ plain: [UInt8], for context: [UInt8]) -> [UInt8] {
    boxes[0].seal(plain, for: context)
  }

  public func seal(_ secret: Secret, for context: [UInt8]) -> [UInt8] {
    boxes[0].seal(secret, for: context)
  }

  /// - Throws: ``CryptoError/notSealed``, ``CryptoError/unknownKey(_:)`` or
  ///   ``CryptoError/doesNotOpen``.
  public func open(_ sealed: [UInt8], for context: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let id = SecretBox.keyID(of: sealed) else { throw .notSealed }
    guard let box = boxes.first(where: { $0.id == id }) else { throw .unknownKey(id) }
    return try box.open(sealed, for: context)
  }

  /// As ``open(_:for:)``, for a secret that goes on living in memory.
  public func openSecret(_ sealed: [UInt8], for context: [UInt8]) throws(CryptoError) -> Secret {
    var plain = try open(sealed, for: context)
    return Secret(wiping: &plain)
  }

  /// Whether a rotation still has to seal this one anew.
  public func needsResealing(_ sealed: [UInt8]) -> Bool {
    SecretBox.keyID(of: sealed) != current.id
  }

  /// The same secret sealed with the current key; `nil` when it already is.
  ///
  /// - Throws: What ``open(_:for:)`` throws.
  public func reseal(_ sealed: [UInt8], for context: [UInt8]) throws(CryptoError) -> [UInt8]? {
    guard needsResealing(sealed) else { return nil }
    var plain = try open(sealed, for: context)
    defer { Sodium.wipe(&plain) }
    return seal(plain, for: context)
  }
}
