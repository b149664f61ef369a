import Spreadsheet
import Testing

struct CSVWriterTests {
  private func written(_ cells: [String], delimiter: Delimiter = .comma) -> String {
    var text: [UInt8] = []
    CSVWriter(delimiter: delimiter).append(row: cells, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  @Test(arguments: [
    (["a", "b c", ""], "a,b c,\r\n"),
    (
      ["x,y", "say \"hi\"", "one\ntwo", "cr\rx"],
      "\"x,y\",\"say \"\"hi\"\"\",\"one\ntwo\",\"cr\rx\"\r\n"
    ),
    ([""], "\"\"\r\n"),
    (["", ""], "\"\",\r\n"),
    ([], "\r\n"),
    (
      ["=1+1", "+49", "-5", "@x", "\tx", "\rx", "\nx"],
      "\"'=1+1\",\"'+49\",\"'-5\",\"'@x\",\"'\tx\",\"'\rx\",\"'\nx\"\r\n"
    ),
    (["＝1", "＋1", "－1", "＠x", "１"], "\"'＝1\",\"'＋1\",\"'－1\",\"'＠x\",１\r\n"),
    (["'=x", "'x", "a=b", "é"], "\"''=x\",'x,a=b,é\r\n"),
    (["=\"x\""], "\"'=\"\"x\"\"\"\r\n"),
    ([" x"], "\" x\"\r\n"),
  ])
  func `a row is written`(cells: [String], text: String) {
    #expect(written(cells) == text)
  }

  @Test func `only the delimiter in use needs quotes`() {
    #expect(written(["a,b", "c;d"], delimiter: .semicolon) == "a,b;\"c;d\"\r\n")
  }

  @Test func `what is written comes back as it was`() throws {
    let cells = [
      "", " ", "'", "''", "'=1", "=1", "''-", "-", "'－", "－", "a,b", "\"", "\"\"", "=\"", "x\r\ny",
      "\r", "\n", "é", "\t", "'\t", "+49 30 1", "@", "'@'",
    ]
    var random = Seeded(state: 7)
    for _ in 0..<200 {
      let row = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        cells.randomElement(using: &random) ?? ""
      }
      var text: [UInt8] = []
      CSVWriter.appendByteOrderMark(to: &text)
      CSVWriter().append(row: ["h"], to: &text)
      CSVWriter().append(row: row, to: &text)
      var file = try ContactFile(bytes: text, options: CSVOptions(delimiter: .comma))
      var back = Row()
      #expect(try file.next(into: &back))
      let restored = (0..<back.count).map {
        String(decoding: CSVWriter.unguarded(back[$0]), as: UTF8.self)
      }
      #expect(restored == row)
    }
  }
}
