import Compose
import Crypto
import MIME
import Model
import Octets
import TestSupport

/// A campaign to try the composer with, and what a message of it looks like.
struct Letter {
  var content = CampaignContent(
    subject: "Hello", html: nil, text: [UInt8]("Hello!\n".utf8), from: "Ada <ada@example.org>")
  var fieldNames = ["first_name", "city"]
  var attachments: [Attachment] = []
  var campaign = Letter.key(1)
  let linkKey = Secret("correct horse battery staple")

  init() {}

  init(
    subject: String = "Hello", html: String? = nil, text: String? = nil,
    isTransactional: Bool = false, baseURL: String? = nil
  ) {
    content = CampaignContent(
      subject: subject, html: html.map { [UInt8]($0.utf8) }, text: text.map { [UInt8]($0.utf8) },
      from: "Ada <ada@example.org>", isTransactional: isTransactional, baseURL: baseURL)
  }

  /// The same key for the same number.
  static func key(_ number: UInt64, workspace: UInt64 = 1) -> CampaignKey {
    var random = SeededRandom(seed: workspace)
    let house = Identifier(at: Timestamp(seconds: 1), from: &random)
    random = SeededRandom(seed: number &+ 1_000)
    return CampaignKey(
      workspace: house, campaign: Identifier(at: Timestamp(seconds: 2), from: &random))
  }

  static func fields(_ values: [String]) -> [UInt8] {
    var json: [UInt8] = []
    FieldList.append(values.map { [UInt8]($0.utf8)[...] }, to: &json)
    return json
  }

  func composer() throws -> CampaignComposer {
    try CampaignComposer(
      content, named: "Spring", of: campaign, fieldNames: fieldNames, attachments: attachments,
      linkKey: linkKey)
  }

  func composed(
    for values: [String] = ["Bob", "Bath"], at email: String = "bob@example.com", number: Int = 1
  ) throws -> CampaignComposer.Composed {
    try composer().compose(
      ClaimedDelivery(
        number: number, email: [UInt8](email.utf8), fields: Self.fields(values), attempts: 0),
      date: Timestamp(seconds: 1_800_000_000))
  }

  /// The message as it goes out.
  func message(
    for values: [String] = ["Bob", "Bath"], at email: String = "bob@example.com", number: Int = 1
  ) throws -> Read {
    Read(try composed(for: values, at: email, number: number).message.bytes)
  }

  /// A message taken apart again.
  struct Read {
    let header: String
    let body: String

    init(_ bytes: [UInt8]) {
      let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
      let end = lines.firstIndex(of: "") ?? lines.endIndex
      header = lines[..<end].joined(separator: "\r\n")
      body = lines[min(end + 1, lines.endIndex)...].joined(separator: "\n")
    }

    /// The unfolded values of a header field.
    func values(_ name: String) -> [String] {
      header.replacing("\r\n ", with: " ").replacing("\r\n\t", with: " ")
        .components(separatedBy: "\r\n").filter { $0.hasPrefix("\(name): ") }
        .map { String($0.dropFirst(name.count + 2)) }
    }
  }
}

extension String {
  fileprivate func components(separatedBy mark: String) -> [String] {
    split(separator: mark, omittingEmptySubsequences: false).map(String.init)
  }
}
