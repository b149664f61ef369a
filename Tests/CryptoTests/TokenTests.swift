import Crypto
import Testing

/// Tokens: long enough, well spelt, never alike.
@Suite struct TokenTests {
  @Test func `it is spelt as RFC 4648 has it`() {
    let source = Token.Source { count in Array("foobarfoobarfoobar".utf8.prefix(count)) }
    #expect(Token(bits: 128, from: source).text == "Zm9vYmFyZm9vYmFyZm9vYg")
    #expect(Token(bits: 144, from: source).text == "Zm9vYmFyZm9vYmFyZm9vYmFy")
    #expect(Token(bits: 128, as: .base32, from: source).text == "mzxw6ytbojtg633cmfzgm33pmi")
  }

  @Test func `every octet counts`() {
    let zero = Token(from: Token.Source { .init(repeating: 0, count: $0) }).text
    let full = Token(from: Token.Source { .init(repeating: 0xFF, count: $0) }).text
    #expect(zero == String(repeating: "A", count: 27))
    #expect(full == String(repeating: "_", count: 26) + "8")
  }

  @Test func `no two are alike`() {
    #expect(Set((0..<1_000).map { _ in Token().text }).count == 1_000)
  }

  @Test func `the digest of the text presented is the one stored`() {
    let token = Token()
    #expect(Token.digest(of: token.text.utf8) == token.digest)
    #expect(Token.digest(of: Token().text.utf8) != token.digest)
  }
}
