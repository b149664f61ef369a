/// Who may make an account by themselves.
public enum Registration: String, Sendable, CaseIterable {
  /// Anybody; each gets a workspace of their own.
  case open
  /// Whoever was sent a link.
  case invite
  /// Nobody: administrators make the accounts.
  case closed
}
