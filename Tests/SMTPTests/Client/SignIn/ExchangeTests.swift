import Testing

@testable import SMTP

/// The mechanisms by themselves, against the examples of their RFCs.
@Suite struct ExchangeTests {
  private static func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func exchange(
    _ mechanism: Mechanism, _ user: String, _ password: String
  ) -> any SignInExchange {
    mechanism.exchange(
      for: Credentials(user: user, password: octets(password)), nonce: octets("abc"))
  }

  @Test func `CRAM-MD5 is as in RFC 2195`() async throws {
    var exchange = Self.exchange(.cramMD5, "tim", "tanstaaftanstaaf")
    #expect(exchange.first == nil)
    #expect(!exchange.isComplete)
    let answer = try await exchange.answer(
      to: Self.octets("<1896.697170952@postoffice.reston.mci.net>"))
    #expect(answer == Self.octets("tim b913a602c7eda7a495b4e6e7334d3890"))
    #expect(exchange.isComplete)
    await #expect(throws: SignInFault.self) { try await exchange.answer(to: [1]) }
  }

  @Test func `CRAM-MD5 answers no empty challenge`() async {
    var exchange = Self.exchange(.cramMD5, "tim", "x")
    await #expect(throws: SignInFault.self) { try await exchange.answer(to: []) }
    #expect(!exchange.isComplete)
  }

  /// RFC 4616 §4, without an authorisation identity.
  @Test func `PLAIN is one answer`() async {
    var exchange = Self.exchange(.plain, "tim", "tanstaaftanstaaf")
    #expect(exchange.first == Self.octets("\0tim\0tanstaaftanstaaf"))
    await #expect(throws: SignInFault.self) { try await exchange.answer(to: []) }
  }

  @Test func `LOGIN is two answers, whatever the questions`() async throws {
    var exchange = Self.exchange(.login, "tim", "secret")
    #expect(exchange.first == nil)
    #expect(try await exchange.answer(to: Self.octets("?")) == Self.octets("tim"))
    #expect(try await exchange.answer(to: []) == Self.octets("secret"))
    await #expect(throws: SignInFault.self) { try await exchange.answer(to: []) }
  }

  /// As in Google's "OAuth 2.0 Mechanism".
  @Test func `XOAUTH2 answers an error with nothing, once`() async throws {
    let credentials = Credentials(
      user: "someuser@example.com",
      accessToken: Self.octets("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"))
    var exchange = Mechanism.xoauth2.exchange(for: credentials, nonce: [])
    #expect(
      exchange.first
        == Self.octets(
          "user=someuser@example.com\u{1}auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\u{1}\u{1}"
        ))
    #expect(try await exchange.answer(to: Self.octets("{\"status\":\"401\"}")) == [])
    await #expect(throws: SignInFault.self) { try await exchange.answer(to: []) }
  }

  @Test(arguments: [
    (
      ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"],
      [Mechanism.scramSHA256, .cramMD5, .plain, .login]
    ),
    (["LOGIN", "XOAUTH2", "PLAIN"], [.plain, .login]), (["XOAUTH2"], []),
    (["SCRAM-SHA-1", "SCRAM-SHA-256-PLUS", "DIGEST-MD5", "NTLM"], []), ([], []),
  ])
  func `the strongest goes first`(offered: [String], candidates: [Mechanism]) {
    let ada = Credentials(user: "ada", password: Self.octets("pw"))
    #expect(
      Mechanism.candidates(offered: offered, policy: Mechanism.strongestFirst, for: ada)
        == candidates)
  }

  @Test func `policy says which, and in what order`() {
    let ada = Credentials(user: "ada", password: Self.octets("pw"))
    let offered = Mechanism.allCases.map(\.rawValue)
    #expect(Mechanism.candidates(offered: offered, policy: [.login], for: ada) == [.login])
    #expect(
      Mechanism.candidates(offered: offered, policy: [.login, .cramMD5, .xoauth2], for: ada)
        == [.login, .cramMD5])
    let token = Credentials(user: "ada", accessToken: [1])
    #expect(Mechanism.candidates(offered: offered, policy: [.login], for: token) == [.xoauth2])
    #expect(Mechanism.candidates(offered: ["PLAIN"], policy: [.plain], for: token).isEmpty)
  }

  @Test(arguments: [("adä", "pw"), ("ada", "pä"), ("ada", "p\0")])
  func `beyond printable ASCII SCRAM comes last`(user: String, password: String) {
    let credentials = Credentials(user: user, password: Self.octets(password))
    #expect(
      Mechanism.candidates(
        offered: ["SCRAM-SHA-256", "PLAIN"], policy: Mechanism.strongestFirst, for: credentials)
        == [.plain, .scramSHA256])
  }
}
