public import Database

/// What the store throws, for rooms that know nothing of databases.
public typealias StoreError = DatabaseError

extension StoreError {
  /// Whether a rule of the database said no to the values, so that trying again is of no use.
  public var isRefusal: Bool {
    if case .constraint = self { true } else { false }
  }
}
