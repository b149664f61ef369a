/// What a sealed secret is: part of what it is bound to, so that one kind never opens as another.
public enum SealedPurpose: String, Sendable {
  case linkKey = "workspace.link_key"
  case senderPassword = "sender.password"

  /// The raw value, as sealing wants it.
  public var name: StaticString {
    switch self {
    case .linkKey: "workspace.link_key"
    case .senderPassword: "sender.password"
    }
  }
}
