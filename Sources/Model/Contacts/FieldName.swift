/// The name by which templates call a column: `First Name` becomes `first_name`.
public enum FieldName {
  /// Placeholders that templates may also write in single braces, as in `{first_name}`.
  public static let inSingleBraces: Set<String> = [
    "first_name", "last_name", "company", "email", "country", "city", "free_field1",
    "free_field2", "free_field3",
  ]

  /// Lower case, with runs of anything but letters and digits as one underscore.
  public static func of(column: String) -> String {
    var name = ""
    var gap = false
    for character in column.lowercased() {
      if character.isLetter || character.isNumber {
        if gap, !name.isEmpty { name.append("_") }
        gap = false
        name.append(character)
      } else {
        gap = true
      }
    }
    return name
  }
}
