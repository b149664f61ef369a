import SMTP
import Testing

/// What a server offers (RFC 5321 §4.1.1.1).
@Suite struct CapabilitiesTests {
  private static func read(_ lines: String...) -> Capabilities {
    Capabilities(
      ehlo: Reply(code: 250, text: Array((["mail.example"] + lines).joined(separator: "\n").utf8)))
  }

  private static func with(_ change: (inout Capabilities) -> Void) -> Capabilities {
    var capabilities = Capabilities()
    change(&capabilities)
    return capabilities
  }

  @Test(arguments: [
    ("PIPELINING", with { $0.hasPipelining = true }),
    ("STARTTLS", with { $0.hasStartTLS = true }),
    ("8BITMIME", with { $0.has8BitMIME = true }),
    ("SMTPUTF8", with { $0.hasSMTPUTF8 = true }),
    ("DSN", with { $0.hasDSN = true }),
    ("ENHANCEDSTATUSCODES", with { $0.hasEnhancedStatusCodes = true }),
  ])
  func `a keyword in any case is understood`(keyword: String, capabilities: Capabilities) {
    for form in [keyword, keyword.lowercased(), "\(keyword) with parameters", "  \(keyword) "] {
      #expect(Self.read(form) == capabilities)
      #expect(Self.read("X-OTHER", form, "HELP") == capabilities)
    }
    for form in ["X\(keyword)", "\(keyword)X", "X \(keyword)", ""] {
      #expect(Self.read(form) == Capabilities())
    }
  }

  @Test func `the greeting is no offer`() {
    let reply = Reply(code: 250, text: Array("PIPELINING STARTTLS\nSIZE 5".utf8))
    let capabilities = Capabilities(ehlo: reply)
    #expect(!capabilities.hasPipelining)
    #expect(capabilities.size == 5)
    #expect(Capabilities(ehlo: Reply(code: 250)) == Capabilities())
  }

  @Test func `an empty greeting takes no offer with it`() {
    let capabilities = Capabilities(ehlo: Reply(code: 250, text: Array("\nSTARTTLS\nDSN".utf8)))
    #expect(capabilities.hasDSN)
    do {
      #expect(capabilities.hasStartTLS)
    }
  }

  @Test(arguments: [
    ("SIZE 1000", 1_000), ("SIZE", 0), ("SIZE 0", 0), ("size 5 6", 5), ("SIZE x", 0),
    ("SIZE 99999999999999999999999", 0), ("DSN", nil),
  ])
  func `SIZE has a limit, or none`(line: String, size: Int?) {
    #expect(Self.read(line).size == size)
  }

  @Test(arguments: [
    ("AUTH PLAIN LOGIN", ["PLAIN", "LOGIN"]), ("auth plain", ["PLAIN"]), ("AUTH", []),
    ("AUTH=LOGIN PLAIN", ["LOGIN", "PLAIN"]), ("AUTH LOGIN LOGIN login", ["LOGIN"]),
    ("AUTHX PLAIN", []),
  ])
  func `mechanisms keep the server's order`(line: String, mechanisms: [String]) {
    #expect(Self.read(line).mechanisms == mechanisms)
  }

  @Test func `mechanisms without end are cut`() {
    let names = (0..<200).map { "X\($0)" }.joined(separator: " ")
    #expect(Self.read("AUTH \(names)").mechanisms.count == 30)
  }

  @Test(
    arguments: [
      ("LIMITS MAILMAX=20 RCPTMAX=5 RCPTDOMAINMAX=1", 20, 5, 1), ("limits mailmax=1", 1, nil, nil),
      ("LIMITS", nil, nil, nil), ("LIMITS MAILMAX=0 RCPTMAX=-1 RCPTDOMAINMAX=x", nil, nil, nil),
      ("LIMITS MAILMAX=1000000 RCPTMAX=999999", nil, 999_999, nil),
      ("LIMITS MAILMAX", nil, nil, nil),
      ("LIMITS MAILMAX= XMAX=3 =4 MAILMAX=007 RCPTMAX=+5", 7, nil, nil),
    ] as [(String, Int?, Int?, Int?)])
  func `limits are read, and what cannot be one is passed over`(
    line: String, messages: Int?, recipients: Int?, domains: Int?
  ) {
    let limits = Self.read(line).limits
    #expect(limits.messages == messages)
    #expect(limits.recipients == recipients)
    #expect(limits.domains == domains)
  }
}
