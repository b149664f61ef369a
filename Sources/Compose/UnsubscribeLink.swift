package import Crypto
package import Model
import Octets

/// How a recipient opts out: a public address with a token, or a letter to the sender.
package struct UnsubscribeLink: Sendable {
  private let key: Secret
  private let campaign: CampaignKey
  private let baseURL: String?
  private let mailto: [UInt8]

  /// Links to `/u/…` under `baseURL`; where that is `nil`, a letter to `sender`.
  package init(
    key: Secret, campaign: CampaignKey, baseURL: String?, sender: [UInt8]
  ) {
    self.key = key
    self.campaign = campaign
    self.baseURL = baseURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    mailto =
      [UInt8]("mailto:".utf8) + Self.percentEncoded(sender)
      + [UInt8]("?subject=unsubscribe".utf8)
  }

  /// Whether a click is enough.
  ///
  /// RFC 8058 wants HTTPS.
  package var isOneClick: Bool { baseURL?.hasPrefix("https://") == true }

  /// What the link in the message of one delivery leads to.
  package func url(forDelivery number: Int) -> [UInt8] {
    guard let baseURL else { return mailto }
    return [UInt8]("\(baseURL)/u/".utf8) + token(forDelivery: number)
  }

  /// The value of List-Unsubscribe (RFC 2369).
  package func header(forDelivery number: Int) -> [UInt8] {
    guard baseURL != nil else { return [0x3C] + mailto + [0x3E] }
    return [0x3C] + url(forDelivery: number) + [UInt8](">, <".utf8) + mailto + [0x3E]
  }

  /// Names the workspace, the campaign and the delivery, with 128 bits that only we can make.
  ///
  /// It says nothing of the address to whoever reads it.
  private func token(forDelivery number: Int) -> [UInt8] {
    var octets = campaign.workspace.octets + campaign.campaign.octets
    for shift in stride(from: 56, through: 0, by: -8) {
      octets.append(UInt8(truncatingIfNeeded: number >> shift))
    }
    octets += HMAC.sha256(octets, key: key).prefix(16)
    return Token.base64URL(octets)
  }

  private static func percentEncoded(_ address: [UInt8]) -> [UInt8] {
    let digits = [UInt8]("0123456789ABCDEF".utf8)
    return address.flatMap { octet -> [UInt8] in
      let isPlain =
        octet.isASCIILetter || octet.isASCIIDigit || [UInt8]("@.-_~+".utf8).contains(octet)
      return isPlain ? [octet] : [0x25, digits[Int(octet >> 4)], digits[Int(octet & 15)]]
    }
  }
}
