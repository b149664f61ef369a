import Compose
import Crypto
import Foundation
import Model
import Testing

struct UnsubscribeLinkTests {
  private func link(
    baseURL: String? = "https://mail.example.org", campaign: CampaignKey = Letter.key(1),
    sender: String = "ada@example.org", key: String = "correct horse battery staple"
  ) -> UnsubscribeLink {
    UnsubscribeLink(
      key: Secret(key), campaign: campaign, baseURL: baseURL, sender: [UInt8](sender.utf8))
  }

  private func url(_ link: UnsubscribeLink, _ number: Int = 1) -> String {
    String(decoding: link.url(forDelivery: number), as: UTF8.self)
  }

  private func token(_ link: UnsubscribeLink, _ number: Int = 1) throws -> [UInt8] {
    let text = try #require(url(link, number).split(separator: "/").last)
    let standard = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    let padded = standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
    return Array(try #require(Data(base64Encoded: padded)))
  }

  @Test func `without a public address it is a letter to the sender`() {
    let link = link(baseURL: nil)
    #expect(!link.isOneClick)
    #expect(url(link) == "mailto:ada@example.org?subject=unsubscribe")
    #expect(
      String(decoding: link.header(for: link.url(forDelivery: 1)), as: UTF8.self)
        == "<mailto:ada@example.org?subject=unsubscribe>")
  }

  @Test(arguments: [
    ("ada+news@example.org", "ada+news@example.org"),
    ("a?b&c=d%@example.org", "a%3Fb%26c%3Dd%25@example.org"),
    ("\"a>b c\"@example.org", "%22a%3Eb%20c%22@example.org"),
    ("ä@example.org", "%C3%A4@example.org"),
  ])
  func `what means something in a URL is escaped`(sender: String, wanted: String) {
    #expect(url(link(baseURL: nil, sender: sender)) == "mailto:\(wanted)?subject=unsubscribe")
  }

  @Test(arguments: ["https://mail.example.org", "https://mail.example.org/"])
  func `with one it is a click, or a letter`(baseURL: String) throws {
    let link = link(baseURL: baseURL)
    #expect(link.isOneClick)
    #expect(url(link).hasPrefix("https://mail.example.org/u/"))
    #expect(
      String(decoding: link.header(for: link.url(forDelivery: 1)), as: UTF8.self)
        == "<\(url(link))>, <mailto:ada@example.org?subject=unsubscribe>")
    let token = url(link).dropFirst("https://mail.example.org/u/".count)
    #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
  }

  @Test func `a click is promised over HTTPS only`() {
    let link = link(baseURL: "http://mail.example.org")
    #expect(!link.isOneClick)
    #expect(url(link).hasPrefix("http://mail.example.org/u/"))
  }

  @Test func `names and 128 bits that need the key`() throws {
    let campaign = Letter.key(1)
    let ours = try token(link())
    #expect(ours.count == 16 + 16 + 8 + 16)
    #expect(Array(ours[..<16]) == campaign.workspace.octets)
    #expect(Array(ours[16..<32]) == campaign.campaign.octets)
    #expect(Array(ours[32..<40]) == [0, 0, 0, 0, 0, 0, 0, 1])
    let other = try token(link(key: "another horse"))
    #expect(other[..<40] == ours[..<40])
    #expect(zip(other[40...], ours[40...]).count { $0 != $1 } > 8)
    #expect(try token(link()) == ours)
  }

  @Test func `no two deliveries, campaigns or workspaces share one`() throws {
    var proofs: Set<[UInt8]> = []
    for number in [1, 2, 255, 256, 65_536, Int.max] {
      for key in [Letter.key(1), Letter.key(2), Letter.key(1, workspace: 2)] {
        proofs.insert(Array(try token(link(campaign: key), number)[40...]))
      }
    }
    #expect(proofs.count == 18)
  }

  @Test func `it is the same whoever the message is for`() throws {
    let letter = Letter(text: "Hi", baseURL: "https://mail.example.org")
    let bob = try letter.message(at: "bob@example.com")
    let eve = try letter.message(for: ["Eve", "Ely"], at: "eve@example.net")
    #expect(bob.values("List-Unsubscribe") == eve.values("List-Unsubscribe"))
    #expect(bob.values("List-Unsubscribe").count == 1)
  }
}
