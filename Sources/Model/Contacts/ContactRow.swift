/// A row of one of the lists, as the page of all contacts shows it.
package struct ContactRow: Sendable {
  /// The address, as it goes on the wire.
  package let email: String
  package let list: Identifier
  package let listName: String
  package let line: Int
  /// The list's columns as templates call them.
  package let fieldNames: [String]
  /// The row's values as a JSON array, in the order of ``fieldNames``.
  package let fields: [UInt8]
  /// Why it cannot be mailed; `nil` on the page of all contacts, which has only who can be.
  package let refusal: String?

  package init(
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

  package var place: Place { Place(list: list, line: line) }

  /// Where it stands: the next page begins behind it.
  package struct Place: Sendable, Hashable {
    package let list: Identifier
    package let line: Int

    package init(list: Identifier, line: Int) {
      self.list = list
      self.line = line
    }
  }
}
