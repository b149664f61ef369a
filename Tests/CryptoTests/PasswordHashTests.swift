import Crypto
import Testing

@Suite struct PasswordHashTests {
  private let password = Array("correct horse battery staple".utf8)

  @Test func `a password matches its hash and no other does`() throws {
    let hash = try PasswordHash(of: password, cost: .cheap)
    #expect(hash.matches(password))
    for wrong in ["", "correct horse", "Correct horse battery staple"] {
      #expect(!hash.matches(Array(wrong.utf8)))
    }
  }

  @Test func `two hashes of one password differ, for each has its salt`() throws {
    let one = try PasswordHash(of: password, cost: .cheap)
    let other = try PasswordHash(of: password, cost: .cheap)
    #expect(one != other)
    #expect(!one.text.contains("correct"))
  }

  @Test func `a stored hash says how it was made`() throws {
    let hash = try PasswordHash(of: password)
    #expect(hash.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(PasswordHash(text: hash.text).matches(password))
    #expect(!hash.isOutdated())
    #expect(try PasswordHash(of: password, cost: .cheap).isOutdated())
  }

  @Test(arguments: ["", "$argon2id$", "plain", "$argon2id$v=19$m=19456,t=2,p=1$x$y"])
  func `what is no hash matches nothing`(text: String) {
    #expect(!PasswordHash(text: text).matches(password))
    #expect(!PasswordHash(text: text).matches([]))
  }
}
