import Crypto
import Glibc
import MIME
import SMTP
import Testing

/// Which mechanism is used, what follows a refusal, and what is never said.
@Suite struct MechanismChoiceTests {
  private static let ada = Credentials(user: "ada", password: Array("pencil-box".utf8))
  private static let plain = "AUTH PLAIN AGFkYQBwZW5jaWwtYm94"

  init() { signal(SIGPIPE, SIG_IGN) }

  private static func base64(_ text: String) -> String {
    var octets: [UInt8] = []
    Base64.append(text.utf8, to: &octets)
    return String(decoding: octets, as: UTF8.self)
  }

  private static func decoded(_ text: Substring) -> String {
    String(decoding: Base64.decode(text.utf8) ?? [], as: UTF8.self)
  }

  private static func server(_ offer: String, _ answers: String...) -> ScriptedTLSServer {
    ScriptedTLSServer(
      ["220 mail.example\r\n", "250-mail.example\r\n250 AUTH \(offer)\r\n"]
        + answers.map { "\($0)\r\n" })
  }

  private static func auths(_ visit: ScriptedTLSServer.Visit) -> [Substring] {
    visit.text.split(separator: "\r\n").filter { $0.hasPrefix("AUTH") }
  }

  @Test func `CRAM-MD5 signs the server's challenge`() async throws {
    let visit = try await Self.server(
      "PLAIN LOGIN CRAM-MD5", "334 \(Self.base64("<1.2@mail.example>"))", "235 in"
    ).visit(Self.ada)
    #expect(visit.error == nil)
    let digest = try #require(
      HMAC.md5(Array("<1.2@mail.example>".utf8), key: Array("pencil-box".utf8)))
    let lines = visit.text.split(separator: "\r\n")
    #expect(
      lines[1...].map(String.init) == ["AUTH CRAM-MD5", Self.base64("ada \(Hex.encode(digest))")])
  }

  /// The server's side of RFC 5802, with one round's answer depending on the client's.
  private static func scramServer(password: String, signing: Bool = true) -> ScriptedTLSServer {
    let salt = Array("salt".utf8)
    return ScriptedTLSServer { number, line in
      switch number {
      case 0: return "220 mail.example\r\n"
      case 1: return "250-mail.example\r\n250 AUTH PLAIN SCRAM-SHA-256\r\n"
      case 2:
        let first = decoded(line.dropFirst("AUTH SCRAM-SHA-256 ".count))
        let nonce = first.split(separator: "r=").last ?? ""
        return "334 \(base64("r=\(nonce)server,s=\(base64("salt")),i=4096"))\r\n"
      case 3:
        guard signing else { return "235 in\r\n" }
        let ending = decoded(line[...]).split(separator: ",p=").first ?? ""
        let nonce = ending.split(separator: "r=").last ?? ""
        let message =
          "n=ada,r=\(nonce.dropLast("server".count)),r=\(nonce),s=\(base64("salt")),i=4096,\(ending)"
        // What PBKDF2 is, for a key of one block.
        var round = HMAC.sha256(salt + [0, 0, 0, 1], key: Array(password.utf8))
        var salted = round
        for _ in 1..<4_096 {
          round = HMAC.sha256(round, key: Array(password.utf8))
          salted = zip(salted, round).map { $0 ^ $1 }
        }
        let key = HMAC.sha256(Array("Server Key".utf8), key: salted)
        var signature: [UInt8] = []
        Base64.append(HMAC.sha256(Array(message.utf8), key: key), to: &signature)
        return "334 \(base64("v=" + String(decoding: signature, as: UTF8.self)))\r\n"
      case 4: return line.isEmpty ? "235 in\r\n" : "535 what?\r\n"
      default: return nil
      }
    }
  }

  @Test func `SCRAM goes first, and the server proves itself`() async throws {
    let visit = try await Self.scramServer(password: "pencil-box").visit(Self.ada)
    #expect(visit.error == nil)
    #expect(Self.auths(visit).count == 1)
    #expect(visit.text.hasSuffix("\r\n\r\n"))
    #expect(!visit.text.contains(Self.base64("pencil-box")))
  }

  @Test func `a server that does not know the password is left`() async throws {
    let visit = try await Self.scramServer(password: "another").visit(Self.ada)
    #expect(visit.error == .unprovenServer)
    #expect(visit.error?.isTemporary == false)
    #expect(Self.auths(visit).count == 1)
  }

  @Test func `a yes without proof is not believed, and no password follows`() async throws {
    let visit = try await Self.scramServer(password: "", signing: false).visit(Self.ada)
    #expect(visit.error == .unprovenServer)
    #expect(!visit.text.contains("PLAIN"))
    let early = try await Self.server("SCRAM-SHA-256 PLAIN", "235 come in").visit(Self.ada)
    #expect(early.error == .unprovenServer)
    #expect(Self.auths(early).count == 1)
    let cram = try await Self.server("CRAM-MD5 PLAIN", "235 come in").visit(Self.ada)
    #expect(cram.error == .unprovenServer)
  }

  @Test(arguments: [
    "334", "334 !", "334 YQ=", "334-YQ==\r\n334 YQ==", "354 YQ==",
  ])
  func `a challenge that is none is not answered`(challenge: String) async throws {
    for mechanism in ["CRAM-MD5", "SCRAM-SHA-256"] {
      let visit = try await Self.server("\(mechanism) PLAIN", challenge).visit(Self.ada)
      guard case .violation(_, .authentication) = visit.error else {
        Issue.record("\(mechanism): \(String(describing: visit.error))")
        return
      }
      #expect(visit.text.split(separator: "\r\n").count == 2)
    }
  }

  @Test(arguments: ["535 5.7.8 no", "554 5.7.1 no", "432 4.7.12 transition"])
  func `a store of hashed passwords gets the password in full, once`(refusal: String) async throws {
    let visit = try await Self.server(
      "CRAM-MD5 SCRAM-SHA-256 PLAIN LOGIN", refusal, "235 in"
    ).visit(Self.ada)
    #expect(visit.error == nil)
    let auths = Self.auths(visit)
    #expect(auths.count == 2)
    #expect(auths.last.map(String.init) == Self.plain)
  }

  @Test func `a wrong password is given no third time`() async throws {
    let visit = try await Self.server(
      "CRAM-MD5 SCRAM-SHA-256 PLAIN LOGIN", "535 5.7.8 no", "535 5.7.8 really not", "535 no"
    ).visit(Self.ada)
    guard case .wrongCredentials(let reply) = visit.error else {
      Issue.record("\(String(describing: visit.error))")
      return
    }
    #expect(reply.line == "535 5.7.8 really not")
    #expect(Self.auths(visit).count == 2)
  }

  @Test func `where nothing else is allowed, a refusal is the end`() async throws {
    for (offer, policy) in [
      ("SCRAM-SHA-256", Mechanism.strongestFirst), ("PLAIN SCRAM-SHA-256", [.scramSHA256]),
    ] {
      let visit = try await Self.server(offer, "535 5.7.8 no", "235 in").visit(
        Self.ada, mechanisms: policy)
      guard case .wrongCredentials = visit.error else {
        Issue.record("\(String(describing: visit.error))")
        return
      }
      #expect(Self.auths(visit).count == 1)
    }
  }

  @Test(arguments: ["504 5.5.4 what?", "534 5.7.9 too weak", "500 what?", "501 what?", "503 no"])
  func `a mechanism that does not work after all is followed by the next`(
    refusal: String
  ) async throws {
    let visit = try await Self.server(
      "SCRAM-SHA-256 CRAM-MD5 PLAIN", refusal, refusal, "235 in"
    ).visit(Self.ada)
    #expect(visit.error == nil)
    #expect(Self.auths(visit).last.map(String.init) == Self.plain)
    #expect(Self.auths(visit).count == 3)
  }

  @Test func `when none works, the last refusal is told`() async throws {
    let visit = try await Self.server("PLAIN LOGIN", "504 5.5.4 one", "504 5.5.4 two").visit(
      Self.ada)
    guard case .wrongCredentials(let reply) = visit.error else {
      Issue.record("\(String(describing: visit.error))")
      return
    }
    #expect(reply.line == "504 5.5.4 two")
  }

  // MARK: Tokens

  @Test func `a token goes by XOAUTH2, and a refusal comes in two parts`() async throws {
    let token = Credentials(user: "ada", accessToken: Array("ya29.token".utf8))
    let good = try await Self.server("PLAIN XOAUTH2", "235 in").visit(token)
    #expect(good.error == nil)
    #expect(
      Self.auths(good).map(String.init)
        == ["AUTH XOAUTH2 \(Self.base64("user=ada\u{1}auth=Bearer ya29.token\u{1}\u{1}"))"])
    let bad = try await Self.server(
      "XOAUTH2 PLAIN", "334 \(Self.base64(#"{"status":"401","schemes":"bearer"}"#))",
      "535 5.7.8 not accepted"
    ).visit(token)
    guard case .wrongCredentials(let reply) = bad.error else {
      Issue.record("\(String(describing: bad.error))")
      return
    }
    #expect(reply.line == "535 5.7.8 not accepted")
    #expect(bad.text.hasSuffix("\r\n\r\n"))
    #expect(Self.auths(bad).count == 1)
    #expect(!bad.transcript.contains("ya29") && bad.transcript.contains("C: ***"))
  }

  @Test func `a token too long for a command waits for a question`() async throws {
    let token = String(repeating: "t", count: 2_000)
    let visit = try await Self.server("XOAUTH2", "334 ", "235 in").visit(
      Credentials(user: "ada", accessToken: Array(token.utf8)))
    #expect(visit.error == nil)
    let lines = visit.text.split(separator: "\r\n").map(String.init)
    #expect(
      lines[1...] == ["AUTH XOAUTH2", Self.base64("user=ada\u{1}auth=Bearer \(token)\u{1}\u{1}")])
  }

  @Test(arguments: [(349, true), (350, false)])
  func `a command has 512 octets at most`(length: Int, inOneLine: Bool) async throws {
    // 23 octets around the token, 4 for 3, 13 for the command, 2 for its end.
    let padding = String(repeating: "t", count: length)
    let visit = try await Self.server("XOAUTH2", inOneLine ? "235 in" : "334 ", "235 in").visit(
      Credentials(user: "ada", accessToken: Array(padding.utf8)))
    let line = Self.auths(visit).first ?? ""
    #expect(line.contains("XOAUTH2 ") == inOneLine)
    #expect(line.utf8.count + 2 <= 512)
  }

  @Test func `a token never travels in the clear, nor to a server that takes none`() async throws {
    let token = Credentials(user: "ada", accessToken: Array("ya29.token".utf8))
    let clear = try await SessionPlay.run(
      .hello("AUTH XOAUTH2"), security: .none, credentials: token
    ) { _ in }
    #expect(clear.sessionError == .tlsNotOffered)
    #expect(clear.text == "EHLO me.example\r\n")
    let visit = try await Self.server("PLAIN LOGIN CRAM-MD5").visit(token)
    #expect(visit.error == .noMechanism(offered: ["PLAIN", "LOGIN", "CRAM-MD5"]))
  }

  // MARK: What is written down

  @Test(arguments: ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
  func `no secret is written down, even if the server repeats it`(offer: String) async throws {
    let visit = try await Self.server(
      offer, "334 \(Self.base64("<1.2@x>"))",
      "535 5.7.8 pencil-box? cGVuY2lsLWJveA== \(offer == "PLAIN" ? "AGFkYQBwZW5jaWwtYm94" : "")",
      "535 no"
    ).visit(Self.ada)
    for text in [visit.transcript, "\(String(describing: visit.error))"] {
      for secret in ["pencil", "cGVuY2lsLWJveA", "AGFkYQBwZW5jaWwtYm94"] {
        #expect(!text.contains(secret), "\(text)")
      }
    }
    #expect(visit.transcript.contains("C: EHLO me.example\n"))
    #expect(visit.transcript.contains("C: AUTH \(offer) ***\n"))
  }
}
