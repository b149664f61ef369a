/// One row of a contact file after it was looked at: a recipient, or the reason why not.
public struct AudienceRow: Sendable {
  /// The line of the file where the row begins.
  public let line: Int
  /// The address on the wire, or what stood in its place.
  public let email: [UInt8]
  /// What two rows for one person have in common; `nil` for a refused row.
  public let key: [UInt8]?
  /// A JSON array of the row's values.
  public let fields: [UInt8]
  /// Why this row cannot be mailed.
  public let refusal: String?

  public init(line: Int, email: [UInt8], key: [UInt8]?, fields: [UInt8], refusal: String?) {
    self.line = line
    self.email = email
    self.key = key
    self.fields = fields
    self.refusal = refusal
  }

  /// The same row as one that will not be mailed.
  public func refused(_ reason: String) -> AudienceRow {
    AudienceRow(line: line, email: email, key: nil, fields: fields, refusal: reason)
  }
}
