import CSodium

/// Which key sealed something: the first octets of a hash of the key.
public struct KeyID: Sendable, Hashable, CustomStringConvertible {
  static let size = 4
  public let bytes: [UInt8]

  public var description: String { Hex.encode(bytes) }
}

/// A 32-octet key: the installation's master key, or one derived from it for a single purpose.
public struct SecretKey: Sendable {
  static let size = 32
  /// `SECRET_KEY` must be at least this long.
  public static let requiredCharacters = 16

  let bytes: Secret
  public let id: KeyID

  private init(_ bytes: Secret) {
    self.bytes = bytes
    id = KeyID(
      bytes: bytes.withPointer { key in
        Self.derive(Array("key id".utf8), key: key, under: "martlet.key-id.1", count: KeyID.size)
      })
  }

  /// Takes over 32 octets; `nil` for another number of them.
  init?(wiping bytes: inout [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    self.init(Secret(wiping: &bytes))
  }

  /// A new key.
  public static func random() -> SecretKey {
    var bytes = Random.bytes(size)
    return SecretKey(Secret(wiping: &bytes))
  }

  /// The key that a text of any length stands for.
  ///
  /// The hash is a fast one: the text has to be random, not a password someone remembers.
  /// - Throws: ``CryptoError/keyTooShort(characters:required:)`` or
  ///   ``CryptoError/keyIsPlaceholder``.
  public init(text: String) throws(CryptoError) {
    let length = text.count
    guard length >= Self.requiredCharacters else {
      throw .keyTooShort(characters: length, required: Self.requiredCharacters)
    }
    if Self.isPlaceholder(text) { throw .keyIsPlaceholder }
    var derived = Self.derive(
      Array(text.utf8), key: nil, under: "martlet.master.1", count: Self.size)
    self.init(Secret(wiping: &derived))
  }

  /// The key for one purpose; keys for two purposes tell nothing about each other or this one.
  public func subkey(for purpose: StaticString) -> SecretKey {
    var derived = bytes.withPointer { key in
      Self.derive(
        purpose.withUTF8Buffer { Array($0) }, key: key, under: "martlet.subkey.1", count: Self.size)
    }
    return SecretKey(Secret(wiping: &derived))
  }

  /// Lends the octets, for a library that wants the key itself.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.withBytes(body)
  }

  /// BLAKE2b whose personalisation, 16 octets long, keeps one use of a key apart from another.
  private static func derive(
    _ input: [UInt8], key: UnsafePointer<UInt8>?, under domain: StaticString, count: Int
  ) -> [UInt8] {
    precondition(domain.utf8CodeUnitCount == 16)
    var long = [UInt8](repeating: 0, count: size)
    crypto_generichash_blake2b_salt_personal(
      &long, size, input, UInt64(input.count), key, key == nil ? 0 : size, nil, domain.utf8Start)
    defer { Sodium.wipe(&long) }
    return Array(long.prefix(count))
  }

  /// Words that stand in examples, however often repeated and whatever is put between.
  private static func isPlaceholder(_ text: String) -> Bool {
    var rest = text.lowercased().filter { $0.isLetter || $0.isNumber }
    if Set(rest).count <= 1 { return true }
    let words = [
      "changeme", "changethis", "replaceme", "replacethis", "placeholder", "yoursecretkeyhere",
      "yoursecretkey", "secretkey", "secret", "password", "example", "default", "insecure",
      "django", "development", "test", "dev", "please", "your", "my", "key", "here", "the", "in",
      "production", "1234567890", "0123456789", "123456789", "12345678", "abcdef",
    ]
    var isShrinking = true
    while isShrinking, !rest.isEmpty {
      isShrinking = false
      for word in words where rest.hasPrefix(word) {
        rest.removeFirst(word.count)
        isShrinking = true
        break
      }
    }
    return rest.isEmpty
  }
}
