import Spreadsheet
import Testing

struct DialectTests {
  @Test(arguments: [
    ("a,b\n1,2\n", Delimiter.comma),
    ("a;b\n1,5;2,5\n", .semicolon),
    ("a\tb\n1;2\t3\n", .tab),
    ("a|b\n1|2\n", .pipe),
    ("Name, first;E-mail\nAda;a@x.de\nBo;b@x.de", .semicolon),
    ("\"a;b\",\"c;d\"\n\"1;2\",3\n", .comma),
    ("a;b;c\n1;2\n\"x,y,z\";2;3\n", .semicolon),
    ("email\nx@y.de\n", .comma),
    ("a,b;c,d\n1,2;3,4\n", .comma),
    ("sep=;\r\na,b;c\n1,2;3\n", .semicolon),
    ("sep=\t\na,b\tc\n", .tab),
  ])
  func `the delimiter is found`(text: String, delimiter: Delimiter) {
    #expect(Reading(text).delimiter == delimiter)
  }

  @Test func `a delimiter that is asked for is used`() {
    let reading = Reading(Array("a,b;c\n1,2;3".utf8), delimiter: .semicolon)
    #expect(reading.columns == ["a,b", "c"])
    #expect(reading.rows == [["1,2", "3"]])
  }

  @Test func `Excel's first line is not the header`() {
    let reading = Reading("sep=;\r\na;b\r\n1;2\r\n")
    #expect(reading.columns == ["a", "b"])
    #expect(reading.lines == [3])
    #expect(reading.ends == [17])
  }

  @Test(arguments: [
    (" a , b\u{A0}", ["a", "b"]),
    ("a,,c,", ["a", "Column 2", "c", "Column 4"]),
    ("name,Name,name 2,NAME", ["name", "Name 3", "name 2", "NAME 4"]),
    ("Column 2,,x", ["Column 2", "Column 3", "x"]),
    ("x,x,x", ["x", "x 2", "x 3"]),
    ("\"First\nname\",a\u{1B}[2J", ["First name", "a [2J"]),
    ("\u{FEFF}\u{FEFF}a,b", ["a", "b"]),
  ])
  func `column names are trimmed and told apart`(header: String, names: [String]) {
    let columns = Reading(header + "\n").columns
    #expect(columns == names)
    #expect(Set(columns.map { $0.lowercased() }).count == columns.count)
  }

  @Test(arguments: [
    ("name,E-Mail,city\n", 1),
    ("Mail address;name\n", 0),
    ("Nom,Adresse e-mail\n", 1),
    ("Nombre,Correo electrónico\n", 1),
    ("x,COURRIEL\n", 1),
    ("mail,email\n", 1),
    ("Name,E-mail 1 - Value,E-mail 2 - Value\n", 1),
    ("email opt-in,to\nyes,a@x.de\nno,b@x.de\n", 1),
    ("a,b,c\n1,x@y.de,p@q.org\n2,,p@q.org\n", 2),
    ("a,b\n1, x@y.de \n", 1),
    ("name,Work e-mail\n", 1),
    ("a,b\n1,x@y\n", nil),
    ("a,b\n1,@y.de\n", nil),
  ])
  func `the column of addresses is guessed`(text: String, column: Int?) {
    #expect(Reading(text).emailColumn == column)
  }

  @Test func `a column is found by its name, then the case aside`() throws {
    let file = try ContactFile(bytes: Array("NAME,Name,e-mail\n".utf8))
    #expect(file.columns == ["NAME", "Name 2", "e-mail"])
    #expect(try file.column(named: "Name 2") == 1)
    #expect(try file.column(named: "E-MAIL") == 2)
    let error = #expect(throws: SpreadsheetError.self) { _ = try file.column(named: "mail") }
    #expect(
      error?.description == "There is no column 'mail'. The file has: NAME, Name 2, e-mail.")
  }
}
