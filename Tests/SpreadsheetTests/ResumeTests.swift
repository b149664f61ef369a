import Spreadsheet
import Testing

struct ResumeTests {
  private static let text = """
    email;name\r
    a@x.de;"Jörg ""J"" 😀"\r
    \r
    b@x.de;"two
    lines\r
    three"
    c@x.de;x;y;z\rd@x.de\r\r
    "";""
    e@x.de;é
    """

  private static let latin1 = Encoded.latin1(text.replacing("😀", with: "ÿ"))

  @Test(arguments: [
    Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), Encoded.utf16(text),
    Encoded.utf16(text, isBig: true), latin1, Array("sep=;\n\(text)\n\n".utf8),
  ])
  func `resuming behind any row gives the same rest`(bytes: [UInt8]) throws {
    let whole = Reading(bytes)
    #expect(whole.error == nil)
    #expect(whole.rows.count == 6)
    for (index, end) in whole.ends.enumerated() {
      let rest = Reading(bytes, resumingAt: (end, whole.nextLines[index]))
      #expect(rest.error == nil)
      #expect(rest.columns == whole.columns)
      #expect(rest.rows == Array(whole.rows[(index + 1)...]))
      #expect(rest.lines == Array(whole.lines[(index + 1)...]))
      #expect(rest.ends == Array(whole.ends[(index + 1)...]))
    }
    let file = try ContactFile(bytes: bytes)
    let line = bytes.starts(with: Array("sep".utf8)) ? 3 : 2
    #expect(Reading(bytes, resumingAt: (file.headerEndOffset, line)) == whole)
  }

  @Test(arguments: [
    Array(text.utf8), Encoded.utf16(text), Encoded.utf16(text, isBig: true), latin1,
  ])
  func `the size of the chunks does not matter`(bytes: [UInt8]) {
    let whole = Reading(bytes)
    for chunk in 1...bytes.count { #expect(Reading(bytes, chunk: chunk) == whole) }
  }

  @Test func `a file that was changed cannot be resumed`() {
    let bytes = Array("email,name\na@x.de,A\nb@x.de,B\n".utf8)
    for offset in [-1, 0, 3, 12, 500, Int.max, Int.min] {
      #expect(Reading(bytes, resumingAt: (offset, 3)).error == .cannotResume(offset: offset))
    }
    #expect(Reading(bytes, resumingAt: (20, 3)).rows == [["b@x.de", "B"]])
    #expect(Reading(bytes, resumingAt: (bytes.count, 4)).rows == [])
  }
}
