import Crypto
import Testing

/// What signing in at a mail server needs, against the published vectors.
@Suite struct PasswordDerivationTests {
  /// RFC 2202 §2.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 16), Array("Hi There".utf8),
      "9294727a3638bb1c13f48ef8158bfc9d"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "750c783e6ab0b503eaa86e310a5db738"
    ),
    (
      [UInt8](repeating: 0xAA, count: 80),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"
    ),
    ([], [], "74e6f7298a9c2d168935f58c001bad88"),
  ])
  func `HMAC-MD5 is as in RFC 2202`(key: [UInt8], message: [UInt8], code: String) throws {
    #expect(Hex.encode(try #require(HMAC.md5(message, key: key))) == code)
  }

  /// RFC 7914 §11, the first half of each.
  @Test(arguments: [
    ("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
    (
      "Password", "NaCl", 80_000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
    ),
  ])
  func `PBKDF2 is as in RFC 7914`(
    password: String, salt: String, iterations: Int, key: String
  ) async throws {
    let derived = await PBKDF2.sha256(
      Array(password.utf8), salt: Array(salt.utf8), iterations: iterations)
    #expect(Hex.encode(try #require(derived)) == key)
  }

  @Test func `nothing can be derived in no iterations, and an empty password has a key`() async {
    for iterations in [0, -1, Int.min] {
      #expect(await PBKDF2.sha256([1], salt: [1], iterations: iterations) == nil)
    }
    #expect(await PBKDF2.sha256([], salt: [], iterations: 1)?.count == 32)
  }
}
