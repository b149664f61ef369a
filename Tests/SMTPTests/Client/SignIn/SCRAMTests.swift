import Testing

@testable import SMTP

/// SCRAM-SHA-256 (RFC 5802, RFC 7677).
@Suite struct SCRAMTests {
  /// The example of RFC 7677 §3.
  private static let nonce = "rOprNGfwEbeRWgbNEkqO"
  private static let challenge =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
  private static let signature = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

  private static func exchange(_ user: String = "user", _ password: String = "pencil") -> SCRAM {
    SCRAM(user: Array(user.utf8), password: Array(password.utf8), nonce: Array(nonce.utf8))
  }

  private static func fault(_ challenge: String) async -> SignInFault? {
    var scram = exchange()
    do throws(SignInFault) {
      _ = try await scram.answer(to: Array(challenge.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test func `the conversation is as in RFC 7677`() async throws {
    var scram = Self.exchange()
    #expect(scram.first == Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
    let proof = try await scram.answer(to: Array(Self.challenge.utf8))
    #expect(
      String(decoding: proof, as: UTF8.self)
        == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    #expect(!scram.isComplete)
    #expect(try await scram.answer(to: Array(Self.signature.utf8)) == [])
    #expect(scram.isComplete)
    await #expect(throws: SignInFault.self) { try await scram.answer(to: []) }
  }

  @Test func `a name's commas and equals signs are written out`() {
    let first = Self.exchange("a,b=c=2C").first ?? []
    #expect(String(decoding: first, as: UTF8.self) == "n,,n=a=2Cb=3Dc=3D2C,r=\(Self.nonce)")
  }

  @Test(arguments: [
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95H4=", "v=", "v=6rri", "", "r=x", "ok",
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=AA",
    "V=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  ])
  func `a server that cannot sign is not ours`(message: String) async throws {
    var scram = Self.exchange()
    _ = try await scram.answer(to: Array(Self.challenge.utf8))
    await #expect(throws: SignInFault.unproven) {
      try await scram.answer(to: Array(message.utf8))
    }
    #expect(!scram.isComplete)
  }

  @Test func `a signature for another password is not ours either`() async throws {
    var scram = Self.exchange("user", "pencils")
    _ = try await scram.answer(to: Array(Self.challenge.utf8))
    await #expect(throws: SignInFault.unproven) {
      try await scram.answer(to: Array(Self.signature.utf8))
    }
  }

  @Test func `an error is waited out, and proves nothing`() async throws {
    var scram = Self.exchange()
    _ = try await scram.answer(to: Array(Self.challenge.utf8))
    #expect(try await scram.answer(to: Array("e=invalid-proof".utf8)) == [])
    #expect(!scram.isComplete)
  }

  @Test(arguments: [
    "rOprNGfwEbeRWgbNEkqO", "rOprNGfwEbeRWgbNEkq", "", "xrOprNGfwEbeRWgbNEkqOabc",
    "ropRNGFWeBErwGBneKQO1",
  ])
  func `the nonce must go on from ours`(nonce: String) async {
    #expect(await Self.fault("r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") == .unproven)
  }

  @Test(arguments: [
    ("0", false), ("1", false), ("4095", false), ("4096", true), ("10000", true),
    ("1000001", false), ("999999999", false), ("4294971392", false),
    ("18446744073709555712", false), ("-4096", false), ("", false), ("4096x", false),
    (" 4096", false), ("+4096", false), ("٤٠٩٦", false),
  ])
  func `the rounds have bounds`(rounds: String, isTaken: Bool) async {
    let fault = await Self.fault("r=\(Self.nonce)x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=\(rounds)")
    if isTaken {
      #expect(fault == nil)
    } else if case .malformed = fault {
    } else {
      Issue.record("\(String(describing: fault))")
    }
  }

  @Test(arguments: [
    "", ",", ",,", "r=N", "r=N,s=QUJD", "s=QUJD,r=N,i=4096", "m=x,r=N,s=QUJD,i=4096",
    "r=N,s=,i=4096", "r=N,s=!,i=4096", "r=N,i=4096,s=QUJD", "r=N\u{1},s=QUJD,i=4096",
    "R=N,S=QUJD,I=4096", "e=other-error",
  ])
  func `a first message that is not SCRAM's is not answered`(message: String) async {
    let fault = await Self.fault(message.replacing("N", with: Self.nonce + "x"))
    guard case .malformed = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func `extensions at the end are let be`() async {
    #expect(await Self.fault("\(Self.challenge),x=1,y") == nil)
  }

  @Test func `random challenges never trap`() async {
    var random = SeededOctets(seed: 7_677)
    let words = [
      "r=", Self.nonce, ",", "s=", "QUJD", "i=", "4096", "=", "x", "\0", "m=", "v=", "9",
    ]
    for round in 0..<3_000 {
      var octets: [UInt8] = []
      for _ in 0..<random.below(12) {
        if round % 4 == 0 {
          octets.append(UInt8(random.below(256)))
        } else {
          octets += words[random.below(words.count)].utf8
        }
      }
      var scram = Self.exchange()
      do throws(SignInFault) {
        _ = try await scram.answer(to: octets)
      } catch {
        #expect(!scram.isComplete)
      }
    }
  }
}
