import Foundation
import Spreadsheet
import Testing

struct RefusalTests {
  private static let commas = [UInt8](repeating: 0x2C, count: 16_384)

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test(arguments: [
    ([], SpreadsheetError.emptyFile),
    ([0xEF, 0xBB, 0xBF], .emptyFile),
    (bytes(" \r\n\n \n"), .emptyFile),
    (bytes("PK\u{3}\u{4}....[Content_Types].xml"), .notCSV(.xlsx)),
    (bytes("PK\u{3}\u{4}mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), .notCSV(.ods)),
    (bytes("PK\u{3}\u{4}contacts.csv"), .notCSV(.zip)),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0], .notCSV(.xls)),
    ([0x1F, 0x8B, 8], .notCSV(.gzip)),
    (bytes("%PDF-1.7\n"), .notCSV(.pdf)),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .notCSV(.image)),
    ([0xFF, 0xD8, 0xFF, 0xE0], .notCSV(.image)),
    (bytes("\n <!DOCTYPE html><html>"), .notCSV(.html)),
    (bytes("<HTML><body>"), .notCSV(.html)),
    (bytes("{ \"contacts\": []}"), .notCSV(.json)),
    (bytes("[\n {\"email\": 1}]"), .notCSV(.json)),
    (bytes("{\\rtf1"), .notCSV(.rtf)),
    (bytes("BEGIN:VCARD\n"), .notCSV(.vcard)),
    (bytes("SQLite format 3\0...."), .notCSV(.sqlite)),
    (bytes("\u{7F}ELF\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}"), .notCSV(.binary)),
    (bytes("a,b\n1,2\n3,x\0y and so on for a while\n"), .nulByte(line: 3)),
    (bytes("a,b\n1,2\n\"x\n\0y\",and so on for a while\n"), .nulByte(line: 4)),
    (Encoded.latin1("a,b\nü,ö\n\0,and so on for a while\n"), .nulByte(line: 3)),
    (Encoded.utf16("a,b\n1,2\n\0,3\n"), .nulByte(line: 3)),
    (bytes("a,b\n1,2\n3,\"x\ny\n"), .unclosedQuote(line: 3)),
    (bytes("a,b\n\"1\n1\",\"x"), .unclosedQuote(line: 3)),
    (bytes("\"a,b\n1,2\n"), .unclosedQuote(line: 1)),
    (bytes("\n,,\n1,2,3\n"), .noHeader(line: 2)),
    (bytes("ada@x.org,Ada\nbo@x.org,Bo\n"), .noHeader(line: 1)),
    (bytes("a,b\n") + commas, .tooManyColumns(line: 2, limit: 16_384)),
    (commas, .tooManyColumns(line: 1, limit: 16_384)),
  ])
  func `a file is refused for what it is`(bytes: [UInt8], error: SpreadsheetError) {
    #expect(Reading(bytes).error == error)
    #expect(Reading(bytes, chunk: 1).error == error)
  }

  @Test func `a file that is not there or is a folder says so`() {
    var error = #expect(throws: SpreadsheetError.self) { _ = try ContactFile(path: "/no/such.csv") }
    #expect(error == .cannotOpen(path: "/no/such.csv", code: ENOENT))
    #expect(
      error?.description == "Cannot open '/no/such.csv': there is no such file. Check the path.")
    error = #expect(throws: SpreadsheetError.self) { _ = try ContactFile(path: "/tmp") }
    #expect(error?.description == "Cannot open '/tmp': it is a folder. Name a file.")
  }

  @Test(arguments: [1, 7, 100, 1 << 17])
  func `a row is refused beyond the limit, and not before`(chunk: Int) {
    let fits = "a,b\n" + String(repeating: "x", count: 98) + ",y\n1,2\n"
    #expect(Reading(Self.bytes(fits), chunk: chunk, limit: 100).rows.count == 2)
    let pairs = "a,b\r\n" + String(repeating: "x", count: 98) + ",y\r\n1,2\r\n"
    #expect(Reading(Self.bytes(pairs), chunk: chunk, limit: 100).rows.count == 2)
    let long = "a,b\n1,2\n\n" + String(repeating: "x", count: 99) + ",y\n1,2\n"
    let reading = Reading(Self.bytes(long), chunk: chunk, limit: 100)
    #expect(reading.error == .lineTooLong(line: 4, limit: 100))
    #expect(reading.rows == [["1", "2"]])
    let open = "a,b\n1,\"x\n" + String(repeating: "1,2\n", count: 99)
    #expect(
      Reading(Self.bytes(open), chunk: chunk, limit: 100).error == .unclosedQuote(line: 2))
    let quoted = "a,b\n1,\"" + String(repeating: "x", count: 200) + "\"\n"
    #expect(
      Reading(Self.bytes(quoted), chunk: chunk, limit: 100).error
        == .lineTooLong(line: 2, limit: 100))
  }

  @Test func `a line of 10 MB is refused`() {
    let long = Self.bytes("email\n") + [UInt8](repeating: 0x78, count: 10_000_000)
    let reading = Reading(long)
    #expect(reading.error == .lineTooLong(line: 2, limit: 1 << 20))
    #expect(
      reading.error?.description
        == "The row at line 2 is longer than 1 MiB. Check that the file is a CSV file and that "
        + "its rows end in line breaks.")
  }

  @Test func `every sentence ends, and every line is named`() {
    let errors: [SpreadsheetError] = [
      .cannotOpen(path: "x", code: EACCES), .cannotOpen(path: "x", code: 9_999),
      .cannotRead(code: EIO), .emptyFile, .nulByte(line: 4_711),
      .lineTooLong(line: 4_711, limit: 5), .tooManyColumns(line: 4_711, limit: 5),
      .unclosedQuote(line: 4_711), .noHeader(line: 4_711),
      .wrongEncoding(line: 4_711, expected: .windows1252), .noColumn(name: "x", has: ["y"]),
      .cannotResume(offset: 7),
    ]
    for error in errors + FileSignature.allCases.map(SpreadsheetError.notCSV) {
      #expect(error.description.hasSuffix("."))
      if let line = error.line {
        #expect(line == 4_711)
        #expect(error.description.contains("ine 4711"))
      }
    }
    #expect(
      SpreadsheetError.notCSV(.xlsx).description
        == "This looks like an Excel workbook (XLSX). Save it as CSV (UTF-8) from its spreadsheet "
        + "program and use that.")
    let long = String(repeating: "x", count: 1_000)
    #expect(SpreadsheetError.noColumn(name: "y", has: [long]).description.count < 120)
    let many = (1...40).map { "c\($0)" }
    #expect(
      SpreadsheetError.noColumn(name: "x", has: many).description.hasSuffix("c30 and 10 more."))
  }
}
