import Net
import Testing

struct AddressRangeTests {
  private func address(_ host: String) async throws -> SocketAddress {
    try #require(try await SocketAddress.resolve(host: host, port: 25).first)
  }

  @Test(arguments: [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::1", "::",
    "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1", "2002:7f00:1::",
    "2001::1", "fec0::1", "100::1", "127.1", "0x7f000001", "2130706433", "017700000001",
  ])
  func `an address behind the house is not public, however it is spelt`(
    host: String
  ) async throws {
    #expect(try await !address(host).isPublic)
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "11.0.0.1", "100.128.0.1", "193.0.0.1",
    "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ])
  func `an address of the Internet is public`(host: String) async throws {
    #expect(try await address(host).isPublic)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.9.8.7", true), ("10.0.0.0/8", "11.0.0.0", false),
    ("10.9.8.7", "10.9.8.7", true), ("10.9.8.7", "10.9.8.6", false),
    ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
    ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", true),
    ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("fd00::/8", "fd77::1", true),
    ("fd00::/8", "fc00::1", false), ("::1", "::1", true),
  ])
  func `a block holds its addresses`(block: String, host: String, isInside: Bool) async throws {
    let range = try #require(AddressRange(block))
    #expect(try await range.contains(address(host)) == isInside)
  }

  @Test(arguments: [
    "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "fd00::/129", "host",
    "10.0.0.0/8/8", "1.2.3.4 ", "99999999999999999999/1", "::/99999999999999999999",
  ])
  func `what is no block is refused`(text: String) {
    #expect(AddressRange(text) == nil)
  }
}
