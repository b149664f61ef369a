import Crypto
import Testing

/// Digests and codes against the published vectors.
@Suite struct HashTests {
  /// RFC 4231 §4: key, message, code (the fifth is truncated there).
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      Array(1...25), [UInt8](repeating: 0xCD, count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      [UInt8](repeating: 0x0C, count: 20), Array("Test With Truncation".utf8),
      "a3b6167473100ee06e0c796c2955552b"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131),
      Array(
        ("This is a test using a larger than block-size key and a larger than block-size data. "
          + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ])
  func `HMAC-SHA256 is as in RFC 4231`(key: [UInt8], message: [UInt8], code: String) {
    #expect(Hex.encode(HMAC.sha256(message, key: key)).hasPrefix(code))
    #expect(HMAC.sha256(message, key: Secret(key)) == HMAC.sha256(message, key: key))
  }

  @Test func `SHA-256 is the same in parts and as FIPS 180-2 has it`() {
    var parts = SHA256()
    parts.update([0x61])
    parts.update([])
    parts.update([0x62, 0x63])
    #expect(parts.digest == SHA256.hash(Array("abc".utf8)))
    #expect(
      Hex.encode(parts.digest) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    #expect(
      Hex.encode(SHA256.hash([]))
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func `BLAKE2b has the length asked for`() {
    #expect(
      Hex.encode(BLAKE2b.hash(Array("abc".utf8), count: 64)).hasPrefix("ba80a53f981c4d0d6a2797b6"))
    #expect(BLAKE2b.hash([]).count == 16)
    #expect(BLAKE2b.hash([], count: 0).count == 16)
    #expect(BLAKE2b.hash([], count: 100).count == 64)
  }

  @Test func `comparison sees every octet and the length`() {
    let code = Random.bytes(32)
    #expect(ConstantTime.areEqual(code, code))
    #expect(ConstantTime.areEqual([], []))
    #expect(!ConstantTime.areEqual(code, code + [0]))
    for index in code.indices {
      var other = code
      other[index] ^= 1
      #expect(!ConstantTime.areEqual(code, other))
    }
  }

  @Test func `hexadecimal digits come back as the octets`() {
    let all = Array(UInt8.min...UInt8.max)
    #expect(Hex.decode(Hex.encode(all).utf8) == all)
    #expect(Hex.decode("FFfe".utf8) == [0xFF, 0xFE])
    for text in ["f", "0g", "fff", " 0", "0x", "é"] { #expect(Hex.decode(text.utf8) == nil) }
  }
}
