import HTTP
import MIME
import Octets

/// What a browser sent, with what is wrong with it.
///
/// Reading a field notes an error when a rule is broken; a page shows it beside the field.
struct Form: Sendable {
  struct Fault: Sendable, Equatable {
    let field: String
    let message: String
  }

  private(set) var values: FormFields
  private(set) var faults: [Fault] = []

  init(_ values: FormFields = FormFields()) { self.values = values }

  /// A form that shows these values.
  init(showing values: [(String, String)]) {
    self.values = FormFields(values.map { FormFields.Item($0.0, $0.1) })
  }

  var isGood: Bool { faults.isEmpty }

  mutating func note(_ field: String, _ message: String) {
    guard fault(of: field) == nil else { return }
    faults.append(Fault(field: field, message: message))
  }

  func fault(of field: String) -> String? { faults.first { $0.field == field }?.message }

  /// The value as it came, without blanks around it.
  func raw(_ field: String) -> String {
    String(decoding: Array((values[field] ?? "").utf8).trimmingASCIIWhitespace, as: UTF8.self)
  }

  func isTicked(_ field: String) -> Bool { values[field] != nil }

  // MARK: Rules

  /// One line of text; `required` is the sentence for when it is missing.
  mutating func line(_ field: String, required: String? = nil, most: Int = 200) -> String {
    let text = raw(field)
    if text.isEmpty, let required { note(field, required) }
    if text.unicodeScalars.count > most { note(field, "At most \(most) characters, please.") }
    // A line break in a name or subject would begin a header field of its own.
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      note(field, "Line breaks and control characters cannot stand here.")
    }
    return text
  }

  /// Text of several lines, as it came.
  mutating func text(_ field: String, required: String? = nil, most: Int = 2 << 20) -> String {
    let text = values[field] ?? ""
    if let required, text.utf8.allSatisfy({ $0 <= ASCII.space }) { note(field, required) }
    if text.utf8.count > most { note(field, "This is longer than \(most >> 10) KB.") }
    return text
  }

  /// An e-mail address; empty only where nothing is required.
  mutating func address(_ field: String, required: String? = nil) -> String {
    let text = line(field, required: required, most: 320)
    guard !text.isEmpty else { return text }
    do throws(EmailAddress.ParseError) {
      _ = try EmailAddress(Array(text.utf8)[...])
    } catch {
      note(field, "“\(text)” is not an e-mail address: \(error).")
    }
    return text
  }

  /// A whole number within bounds; `nil` where the field is empty.
  mutating func number(
    _ field: String, within range: ClosedRange<Int>, required: String? = nil
  ) -> Int? {
    let text = raw(field)
    guard !text.isEmpty else {
      if let required { note(field, required) }
      return nil
    }
    guard let number = Int(text), range.contains(number) else {
      note(field, "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
      return nil
    }
    return number
  }

  /// One of a list of choices.
  mutating func choice<Choice: RawRepresentable<String>>(
    _ field: String, of _: Choice.Type, otherwise standard: Choice
  ) -> Choice {
    let text = raw(field)
    if text.isEmpty { return standard }
    guard let choice = Choice(rawValue: text) else {
      note(field, "Choose one of the list.")
      return standard
    }
    return choice
  }
}
