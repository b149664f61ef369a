import SMTP
import Testing

@testable import App

struct SMTPURLTests {
  @Test(arguments: [
    ("smtp://mail.example.org", "mail.example.org", 587, Endpoint.Security.opportunistic),
    ("smtps://mail.example.org", "mail.example.org", 465, .implicit),
    ("smtp+unsafe://localhost", "localhost", 25, .none),
    ("smtp://mail.example.org:2525", "mail.example.org", 2_525, .opportunistic),
    ("smtps://mail.example.org:65535/", "mail.example.org", 65_535, .implicit),
    ("smtp://192.0.2.1", "192.0.2.1", 587, .opportunistic),
    ("smtp://[::1]", "::1", 587, .opportunistic),
    ("smtp://[2001:db8::25]:26", "2001:db8::25", 26, .opportunistic),
    ("smtp+unsafe://user@[::1]:25/", "::1", 25, .none),
  ])
  func `scheme, host and port are read`(
    text: String, host: String, port: UInt16, security: Endpoint.Security
  ) throws {
    let url = try #require(SMTPURL(text))
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.security == security)
  }

  @Test(
    arguments: [
      ("mail.example.org", nil, nil), ("ada@mail.example.org", "ada", nil),
      ("ada:secret@mail.example.org", "ada", "secret"), ("ada:@mail.example.org", "ada", ""),
      ("ada%40example.org:p%3A%25%2f@mail.example.org", "ada@example.org", "p:%/"),
      ("ada@example.org:secret@mail.example.org", "ada@example.org", "secret"),
      ("ada:p@ss:w@rd@mail.example.org", "ada", "p@ss:w@rd"),
      ("ada:a/b?c#d@mail.example.org", "ada", "a/b?c#d"),
      ("ad%C3%A4:s%C3%BC@mail.example.org:25", "adä", "sü"),
      ("a+b:c+d@mail.example.org", "a+b", "c+d"),
    ] as [(String, String?, String?)])
  func `user and password are decoded`(text: String, user: String?, password: String?) throws {
    let url = try #require(SMTPURL("smtp://\(text)"))
    #expect(url.host == "mail.example.org")
    #expect(url.user == user)
    #expect(url.password == password.map { [UInt8]($0.utf8) })
  }

  @Test func `a password may be any octets`() throws {
    let url = try #require(SMTPURL("smtp://a:%FF%fe@h.org"))
    #expect(url.password == [0xFF, 0xFE])
  }

  @Test(arguments: [
    "", "smtp", "smtp:", "smtp:/", "smtp://", "smtp:///", "smtps://", "mail.example.org",
    "http://mail.example.org", "smtp//u:p@h", "xsmtp://h", "smtp://:25", "smtp://@h",
    "smtp://:secret@h", "smtp://u@", "smtp://u:p@:25", "smtp://h:65536", "smtp://h:-1",
    "smtp://h:x", "smtp://h:", "smtp://::1", "smtp://[::1", "smtp://::1]", "smtp://[h]",
    "smtp://[]", "smtp://h/path", "smtp://h?q", "smtp://h#f", "smtp://h h", "smtp://h\r\nQUIT",
    "smtp://h\0", "smtp://u%@h", "smtp://u%4@h", "smtp://u%zz@h", "smtp://u:p%@h",
    "smtp://u:%G0@h", "smtp://ü.org",
  ])
  func `what is no such address is refused`(text: String) {
    #expect(SMTPURL(text) == nil)
  }

  @Test(arguments: ["smtp://u:%+1@h", "smtp://u:%-0@h", "smtp://%+f@h"])
  func `a sign is no hexadecimal digit`(text: String) {
    do {
      #expect(SMTPURL(text) == nil)
    }
  }

  @Test(arguments: ["smtp://%FF@h", "smtp://a%00b:c@h", "smtp://a%0D%0Ab@h"])
  func `a user name that is no text is refused`(text: String) {
    do {
      #expect(SMTPURL(text) == nil)
    }
  }
}
