import Foundation
import Spreadsheet
import TestSupport
import Testing

struct CSVReaderTests {
  @Test(arguments: [
    ("a,b\n1,2\n", [["1", "2"]]),
    ("a,b\r\n1,2\r\n", [["1", "2"]]),
    ("a,b\r1,2\r", [["1", "2"]]),
    ("a,b\n1,2", [["1", "2"]]),
    ("a,b\n1,2\n\n\n\r\n  \n", [["1", "2"]]),
    ("\n\na,b\n\n1,2\n\n3,4", [["1", "2"], ["3", "4"]]),
    ("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", [["x,y", "say \"hi\""]]),
    ("a,b\n\"one\ntwo\",\"three\r\nfour\"\n5,6", [["one\ntwo", "three\r\nfour"], ["5", "6"]]),
    ("a,b\n\"x\"y,\"x\"\"y\"z\"w\"\n", [["xy", "x\"yz\"w\""]]),
    ("a,b\nx\"y\"z, \"q\"\n", [["x\"y\"z", " \"q\""]]),
    ("a,b,c\n1\n1,2,3,4\n", [["1"], ["1", "2", "3", "4"]]),
    ("a,b\n\"\",\n,\"\"\n", [["", ""], ["", ""]]),
    ("a,b\n1,", [["1", ""]]),
    ("a,b\n1,\"\"", [["1", ""]]),
    ("a,b\n\"\"\"\",\"\"\"\"\"\"\n", [["\"", "\"\""]]),
    ("a,b\n", []),
    ("a,b", []),
    ("email\nx@y.de\n\"\"\n", [["x@y.de"], [""]]),
  ])
  func `a file reads as its rows`(text: String, rows: [[String]]) {
    let reading = Reading(text)
    #expect(reading.error == nil)
    #expect(reading.rows == rows)
  }

  @Test func `a row knows its line and where it ends in the file`() {
    let reading = Reading("a,b\r\n\"x\r\ny\nz\",1\r\n\r\np,q\rlast,\"\r\r\"")
    #expect(reading.lines == [2, 6, 7])
    #expect(reading.nextLines == [5, 7, 9])
    #expect(reading.ends == [17, 23, 32])
  }

  @Test func `a missing cell is empty and an extra one is kept`() throws {
    var file = try ContactFile(bytes: Array("a,b\n1\n1, 2 ,3".utf8))
    var row = Row()
    #expect(try file.next(into: &row))
    #expect((row.count, row.text(1), row.text(99), row.text(-1)) == (1, "", "", ""))
    #expect(try file.next(into: &row))
    #expect((row.count, row.text(2)) == (3, "3"))
    #expect(String(decoding: row.trimmed(1), as: UTF8.self) == "2")
    #expect(try !file.next(into: &row))
    #expect(try !file.next(into: &row))
  }

  @Test func `a row of empty cells is blank`() throws {
    var file = try ContactFile(bytes: Array("a;b\n; \t\n;x".utf8))
    var row = Row()
    _ = try file.next(into: &row)
    #expect(row.isBlank)
    _ = try file.next(into: &row)
    #expect(!row.isBlank)
  }

  static let names = [
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates",
    "newlines", "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
  ]

  @Test(
    .enabled(if: Corpora.folder != nil, "the corpora are not beside the checkout"),
    arguments: names)
  func `csv-spectrum reads as its JSON says`(name: String) throws {
    let bytes = try #require(Corpora.bytes("csv-spectrum/csvs/\(name).csv"))
    let json = Data(try #require(Corpora.bytes("csv-spectrum/json/\(name).json")))
    let parsed = try JSONSerialization.jsonObject(with: json)
    let wanted =
      try parsed as? [[String: String]] ?? [#require(parsed as? [String: String])]
    let reading = Reading(bytes)
    #expect(reading.error == nil)
    let got = reading.rows.map { row in
      Dictionary(zip(reading.columns, row), uniquingKeysWith: { first, _ in first })
    }
    // One file's JSON has other cells than the file, and agrees in its columns only.
    if name == "location_coordinates" {
      #expect(got.map { Set($0.keys) } == wanted.map { Set($0.keys) })
      #expect(got.first?["Location Coordinates"]?.hasSuffix("\"W") == true)
    } else {
      #expect(got == wanted)
    }
  }

  @Test func `a file on disk reads like the same octets in memory`() throws {
    let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text =
      "email,name\n" + (0..<20_000).map { "user\($0)@x.org,\"Ł \($0)\"\n" }.joined()
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let wanted = Reading(text)
    var file = try ContactFile(path: path)
    #expect(file.size == text.utf8.count)
    var row = Row()
    var place = (offset: 0, line: 0)
    for index in 0..<20_000 {
      #expect(try file.next(into: &row))
      #expect(row.texts == wanted.rows[index])
      if index == 12_345 { place = (row.endOffset, row.nextLine) }
    }
    #expect(try !file.next(into: &row))
    #expect(row.endOffset == text.utf8.count)

    var again = try ContactFile(path: path, resumingAt: place.offset, line: place.line)
    #expect(again.columns == ["email", "name"])
    #expect(try again.next(into: &row))
    #expect(row.texts == ["user12346@x.org", "Ł 12346"])
    #expect(row.line == 12_348)
  }

  @Test func `a pipe reads and resumes like a file`() throws {
    let text = "email,name\n" + (0..<30_000).map { "user\($0)@x.org,N\($0)\n" }.joined()
    let place = Reading(text)
    for start in [nil, (offset: place.ends[25_000], line: place.nextLines[25_000])] {
      let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString).fifo"
      #expect(mkfifo(path, 0o600) == 0)
      defer { unlink(path) }
      let writer = Thread {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
      }
      writer.start()
      var rows: [[String]] = []
      var row = Row()
      if let start {
        var file = try ContactFile(path: path, resumingAt: start.offset, line: start.line)
        while try file.next(into: &row) { rows.append(row.texts) }
        #expect(rows == Array(place.rows[25_001...]))
      } else {
        var file = try ContactFile(path: path)
        #expect(file.size == nil)
        while try file.next(into: &row) { rows.append(row.texts) }
        #expect(rows == place.rows)
      }
    }
  }
}
