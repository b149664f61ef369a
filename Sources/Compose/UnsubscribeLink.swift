public import Crypto
public import Model
import Octets

/// How a recipient opts out: a public address with a token, or a letter to the sender.
public struct UnsubscribeLink: Sendable {
  private let key: Secret
  /// What every token begins with: the workspace and the campaign.
  private let scope: [UInt8]
  /// What every link begins with; `nil` where there are none.
  private let prefix: [UInt8]?
  private let mailto: [UInt8]

  /// Whether a click is enough.
  ///
  /// RFC 8058 wants HTTPS.
  public let isOneClick: Bool

  /// Links to `/u/…` under `baseURL`; where that is `nil`, a letter to `sender`.
  public init(
    key: Secret, campaign: CampaignKey, baseURL: String?, sender: [UInt8]
  ) {
    self.key = key
    scope = campaign.workspace.octets + campaign.campaign.octets
    prefix = baseURL.map { [UInt8](($0.hasSuffix("/") ? $0 : "\($0)/").utf8) + [UInt8]("u/".utf8) }
    isOneClick = baseURL?.hasPrefix("https://") == true
    mailto =
      [UInt8]("mailto:".utf8) + Self.percentEncoded(sender)
      + [UInt8]("?subject=unsubscribe".utf8)
  }

  /// What the link in the message of one delivery leads to.
  public func url(forDelivery number: Int) -> [UInt8] {
    guard let prefix else { return mailto }
    return prefix + token(forDelivery: number)
  }

  /// The value of List-Unsubscribe (RFC 2369) in a message whose link is `url`.
  public func header(for url: [UInt8]) -> [UInt8] {
    guard prefix != nil else { return [0x3C] + mailto + [0x3E] }
    var header: [UInt8] = []
    header.reserveCapacity(url.count + mailto.count + 6)
    header.append(0x3C)
    header += url
    header.append(">, <")
    header += mailto
    header.append(0x3E)
    return header
  }

  /// Names the workspace, the campaign and the delivery, with 128 bits that only we can make.
  ///
  /// It says nothing of the address to whoever reads it.
  private func token(forDelivery number: Int) -> [UInt8] {
    var octets = scope
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
