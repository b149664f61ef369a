import Model
import TestSupport
import Testing

@Suite("Names of fields")
struct FieldNameTests {
  private static let names = [
    ("First Name", "first_name"), ("first_name", "first_name"), ("FIRST-NAME", "first_name"),
    ("  First   Name  ", "first_name"), ("__first__name__", "first_name"), ("E-Mail", "e_mail"),
    ("Free Field1", "free_field1"), ("free.field/2", "free_field_2"), ("2nd Line", "2nd_line"),
    ("Größe (cm)", "größe_cm"), ("Имя", "имя"), ("名前", "名前"), ("{{ email }}", "email"),
    ("a\u{0}b", "a_b"), ("a\r\nb", "a_b"), ("\u{FEFF}email", "email"), ("", ""), ("!?", ""),
    ("___", ""), ("👩‍👩‍👧‍👦", ""),
  ]

  @Test(arguments: names)
  func `a column has the name that templates call it by`(_ column: String, _ name: String) {
    #expect(FieldName.of(column: column) == name)
  }

  @Test(arguments: names)
  func `a name is its own name`(_ column: String, _ name: String) {
    let once = FieldName.of(column: column)
    #expect(FieldName.of(column: once) == once)
  }

  @Test func `random columns have well-formed names`() {
    var random = SeededRandom(seed: 6)
    for _ in 0..<3_000 {
      var column = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x3_0000
        column.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) ?? "_")
      }
      let name = FieldName.of(column: String(column))
      #expect(!name.hasPrefix("_") && !name.hasSuffix("_") && !name.contains("__"))
      let ascii = name.unicodeScalars.filter(\.isASCII).map(Character.init)
      #expect(ascii.allSatisfy { $0 == "_" || $0.isNumber || $0.isLowercase })
    }
  }

  @Test func `the names in single braces are names`() {
    for name in FieldName.inSingleBraces { #expect(FieldName.of(column: name) == name) }
    #expect(FieldName.inSingleBraces.count == 9)
  }
}
