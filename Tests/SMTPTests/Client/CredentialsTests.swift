import SMTP
import Testing

/// A password appears in no description.
@Suite struct CredentialsTests {
  @Test func `no way of printing shows it`() {
    let secret = "s3cret-horse"
    let credentials = Credentials(user: "ada", password: Array(secret.utf8))
    let endpoint = Endpoint(
      host: "mail.example", port: 587, security: .required, credentials: credentials)
    var dumped = ""
    dump(credentials, to: &dumped)
    dump(endpoint, to: &dumped)
    dump([credentials], to: &dumped)
    let printed = [
      credentials.description, String(describing: credentials), String(reflecting: credentials),
      String(describing: endpoint), String(reflecting: endpoint), "\(Optional(credentials) as Any)",
      String(reflecting: ["a": credentials]), dumped,
    ]
    for text in printed {
      #expect(!text.contains(secret))
      // An array of octets would show as numbers.
      #expect(!text.contains("115"))
      #expect(text.contains("ada"))
    }
    #expect(!Mirror(reflecting: credentials).children.contains { $0.label == "secret" })
    #expect(credentials.withPassword { $0 } == Array(secret.utf8))
  }

  @Test(arguments: [
    ("mail.example", UInt16(25), "mail.example:25"), ("::1", 587, "[::1]:587"),
    ("192.0.2.1", 465, "192.0.2.1:465"),
  ])
  func `an endpoint has a name`(host: String, port: UInt16, name: String) {
    #expect(Endpoint(host: host, port: port, security: .none).name == name)
  }
}
