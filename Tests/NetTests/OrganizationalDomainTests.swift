import Testing

@testable import Net

struct OrganizationalDomainTests {
  @Test(arguments: [
    ("example.com", "example.com"), ("mail.example.com", "example.com"),
    ("a.b.c.example.co.uk", "example.co.uk"), ("EXAMPLE.CO.UK", "example.co.uk"),
    ("xn--bcher-kva.example.de", "example.de"),
    // What is no name below a public suffix stands for itself.
    ("co.uk", "co.uk"), ("localhost", "localhost"), ("", ""), ("[127.0.0.1]", "[127.0.0.1]"),
    ("[IPv6:::1]", "[ipv6:::1]"),
    // Two customers of one hoster are two organisations.
    ("one.github.io", "one.github.io"), ("x.two.github.io", "two.github.io"),
  ])
  func `a domain belongs to an organisation`(domain: String, organization: String) {
    #expect(OrganizationalDomain.of(Array(domain.utf8)) == Array(organization.utf8))
  }

  @Test func `whatever octets come, an answer comes`() {
    for domain in [
      [0], [UInt8](repeating: 0x61, count: 5_000), [0xFF, 0x2E, 0xC3], Array("a..b.com".utf8),
      Array(".com".utf8), Array("com.".utf8), Array("a b.com".utf8), [0x2E],
    ] as [[UInt8]] {
      #expect(OrganizationalDomain.of(domain).count <= domain.count)
    }
  }
}
