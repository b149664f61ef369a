import Crypto
import Testing

/// Keys from texts and for purposes, and secrets that do not show.
@Suite struct SecretKeyTests {
  @Test func `one text is always one key, another text another`() throws {
    let key = try SecretKey(text: "kbeX!p2-7Lw_0Qzv")
    #expect(try SecretKey(text: "kbeX!p2-7Lw_0Qzv").id == key.id)
    #expect(try SecretKey(text: "kbeX!p2-7Lw_0Qzw").id != key.id)
    #expect(try SecretKey(text: String(repeating: "k7", count: 5_000)).id != key.id)
  }

  @Test func `the derivation is written in stone, or old databases stop opening`() throws {
    let key = try SecretKey(text: "kbeX!p2-7Lw_0Qzv")
    #expect(key.id.description == "e921c6bb")
    #expect(
      Hex.encode(HMAC.sha256([], key: key.subkey(for: "links"))).hasPrefix("90688f7e9f345be0"))
  }

  @Test func `a short text is refused with what it needs`() {
    let error = CryptoError.keyTooShort(characters: 15, required: 16)
    #expect(throws: error) { try SecretKey(text: "kbeX!p2-7Lw_0Qz") }
    #expect(error.description == "SECRET_KEY has 15 characters; it needs at least 16")
  }

  @Test(arguments: [
    "changeme-changeme", "Change-Me-Change-Me", "aaaaaaaaaaaaaaaaaaaa", "your-secret-key-here",
    "django-insecure-secret-key", "please change me please", "................",
    "my_secret_password", "0123456789abcdef",
  ])
  func `a placeholder is refused`(text: String) {
    #expect(throws: CryptoError.self) { try SecretKey(text: text) }
  }

  @Test func `each purpose has its own key`() {
    let master = SecretKey.random()
    let links = master.subkey(for: "links")
    #expect(links.id == master.subkey(for: "links").id)
    #expect(links.id != master.subkey(for: "sessions").id)
    #expect(links.id != master.id)
  }

  @Test func `a secret never prints`() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    dump(Token(), to: &dumped)
    dump(SecretKey.random(), to: &dumped)
    let shown = "\(secret) \(String(reflecting: secret)) \([secret]) \(dumped)"
    #expect(!shown.contains("hunter2"))
    #expect(!shown.contains("104, 117"))
    #expect("\(Token())" == "[token]")
    #expect(secret.withBytes { Array($0) } == Array("hunter2".utf8))
  }

  @Test func `wiping empties the source`() {
    var bytes: [UInt8] = [1, 2, 3]
    let secret = Secret(wiping: &bytes)
    #expect(bytes.isEmpty)
    #expect(secret == Secret([1, 2, 3]))
    #expect(secret != Secret([1, 2, 4]))
    #expect(secret != Secret([1, 2]))
  }
}
