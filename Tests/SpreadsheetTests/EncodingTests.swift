import Spreadsheet
import Testing

struct EncodingTests {
  private static let text = "email;Name\njörg@x.de;Jörg Ünal\n\"é\";\"ß\"\"\n\"\n"

  @Test(arguments: [
    (Array(text.utf8), TextEncoding.utf8),
    ([0xEF, 0xBB, 0xBF] + Array(text.utf8), .utf8),
    (Encoded.utf16(text), .utf16LittleEndian),
    (Encoded.utf16(text, isBig: true), .utf16BigEndian),
    (Encoded.latin1(text), .windows1252),
  ])
  func `every encoding gives the same cells`(bytes: [UInt8], encoding: TextEncoding) {
    let reading = Reading(bytes)
    #expect(reading.error == nil)
    #expect(reading.encoding == encoding)
    #expect(reading.delimiter == .semicolon)
    #expect(reading.columns == ["email", "Name"])
    #expect(reading.rows == [["jörg@x.de", "Jörg Ünal"], ["é", "ß\"\n"]])
    #expect(reading.ends.last == bytes.count)
  }

  @Test func `Windows-1252 has its own signs between 0x80 and 0x9F`() {
    let reading = Reading([0x61, 0x2C, 0x62, 0x0A, 0x80, 0x2C, 0x93, 0x8A, 0x94, 0x0A])
    #expect(reading.encoding == .windows1252)
    #expect(reading.rows == [["€", "“Š”"]])
    #expect(reading.ends == [10])
  }

  @Test(arguments: [0x81, 0x8D, 0x8F, 0x90, 0x9D] as [UInt8])
  func `an octet that means nothing in Windows-1252 is named by its line`(octet: UInt8) {
    let reading = Reading([0x61, 0x0A, 0xE9, 0x0A, octet, 0x0A])
    #expect(reading.rows == [["é"]])
    #expect(reading.error == .wrongEncoding(line: 3, expected: .windows1252))
  }

  @Test func `UTF-16 keeps characters beyond the first plane`() {
    let bytes = Encoded.utf16("a,b\n😀,x\n")
    #expect(Reading(bytes).rows == [["😀", "x"]])
    #expect(Reading(bytes).ends == [bytes.count])
  }

  @Test func `an encoding that is asked for is used`() {
    let bytes = Array("a\nJosé\n".utf8)
    #expect(Reading(bytes, encoding: .windows1252).rows == [["JosÃ©"]])
    let bare = Array(Encoded.utf16("a,b\nx,y\n").dropFirst(2))
    #expect(Reading(bare).error == .notCSV(.utf16WithoutMark))
    #expect(Reading(bare, encoding: .utf16LittleEndian).rows == [["x", "y"]])
    #expect(
      Reading(Array("a\n".utf8) + [0xE9], encoding: .utf8).error
        == .wrongEncoding(line: 2, expected: .utf8))
  }

  @Test func `ASCII for long and then Windows-1252 is Windows-1252`() {
    let start = "email,name\n" + (0..<20_000).map { "user\($0)@example.org,Ada\n" }.joined()
    let bytes = Array(start.utf8) + [0x78, 0x2C, 0xE9, 0x0A]
    let reading = Reading(bytes)
    #expect(reading.encoding == .windows1252)
    #expect(reading.rows.last == ["x", "é"])
    #expect(Reading(Array((start + "x,é\n").utf8)).encoding == .utf8)
    #expect(Reading(Array((start + "x,é\n").utf8)).rows.last == ["x", "é"])
  }

  @Test func `a slip in a UTF-8 file is an error at its line, after the rows before`() {
    let bytes = Array("a,b\né,ü\n1,2\n3,".utf8) + [0xFC] + Array("\n4,ö\n".utf8)
    let reading = Reading(bytes)
    #expect(reading.rows == [["é", "ü"], ["1", "2"]])
    #expect(reading.error == .wrongEncoding(line: 4, expected: .utf8))
  }

  @Test(arguments: [
    [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xE2, 0x82], [0xFF],
  ])
  func `malformed UTF-8 is refused`(sequence: [UInt8]) {
    let reading = Reading(Array("a\nééééééé\n".utf8) + sequence + Array("\n".utf8))
    #expect(reading.error == .wrongEncoding(line: 3, expected: .utf8))
    let cut = Reading(Array("a\nééééééé\n".utf8) + sequence)
    #expect(cut.error == .wrongEncoding(line: 3, expected: .utf8))
  }

  @Test func `UTF-16 with half a pair or half a unit is refused`() {
    let lone: [UInt8] = [0x00, 0xD8]
    let start = Encoded.utf16("a\nb\n")
    let wanted = SpreadsheetError.wrongEncoding(line: 3, expected: .utf16LittleEndian)
    #expect(Reading(start + lone + [0x41, 0x00]).error == wanted)
    #expect(Reading(start + lone).error == wanted)
    #expect(Reading(start + [0x00, 0xDC, 0x41, 0x00]).error == wanted)
    #expect(Reading(start + [0x41]).error == wanted)
  }
}
