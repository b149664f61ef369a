/// What a sealed secret is: part of what it is bound to, so that one kind never opens as another.
package enum SealedPurpose: String, Sendable {
  case linkKey = "workspace.link_key"
  case senderPassword = "sender.password"

  /// The raw value, as sealing wants it.
  package var name: StaticString {
    switch self {
    case .linkKey: "workspace.link_key"
    case .senderPassword: "sender.password"
    }
  }
}
