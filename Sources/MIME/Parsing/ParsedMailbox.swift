import Octets

/// An address of a received message and the name beside it, both as they came.
public struct ParsedMailbox: Sendable, Hashable {
  /// The display name, or the comment that stands for it; empty where there is neither.
  public let name: String
  /// What stands between the angle brackets, comments and white space left out; not checked, and
  /// empty for a name without an address.
  public let address: String

  /// The address if it is one that may be written to; localhost and its like are.
  public var emailAddress: EmailAddress? {
    try? EmailAddress(address, allowing: .localDomains)
  }
}

/// One entry of an address field: a mailbox, or a named group of them.
public enum ParsedAddress: Sendable, Hashable {
  case mailbox(ParsedMailbox)
  case group(name: String, [ParsedMailbox])

  /// The mailbox itself, or those of the group.
  public var mailboxes: [ParsedMailbox] {
    switch self {
    case .mailbox(let mailbox): [mailbox]
    case .group(_, let mailboxes): mailboxes
    }
  }
}
