/// A row of one of the lists, as the page of all contacts shows it.
public struct ContactRow: Sendable {
  /// The address, as it goes on the wire.
  public let email: String
  public let list: Identifier
  public let listName: String
  public let line: Int
  /// The list's columns as templates call them.
  public let fieldNames: [String]
  /// The row's values as a JSON array, in the order of ``fieldNames``.
  public let fields: [UInt8]
  /// Why it cannot be mailed; `nil` on the page of all contacts, which has only who can be.
  public let refusal: String?

  public init(
    email: String, list: Identifier, listName: String, line: Int, fieldNames: [String],
    fields: [UInt8], refusal: String?
  ) {
    self.email = email
    self.list = list
    self.listName = listName
    self.line = line
    self.fieldNames = fieldNames
    self.fields = fields
    self.refusal = refusal
  }

  public var place: Place { Place(list: list, line: line) }

  /// Where it stands: the next page begins behind it.
  public struct Place: Sendable, Hashable {
    public let list: Identifier
    public let line: Int

    public init(list: Identifier, line: Int) {
      self.list = list
      self.line = line
    }
  }
}
