import MIME
import Testing

@testable import Web

@Suite("Pictures that travel within a message")
struct InlinePicturesTests {
  private static func placed(_ html: String, id: String = "<a&b@x>", type: String = "image/gif")
    -> String
  {
    let source = """
      Content-Type: multipart/related; boundary=r

      --r
      Content-Type: \(type)
      Content-ID: \(id)

      GIF
      --r--

      """
    let pictures = InlinePictures(of: ParsedMessage(parsing: Array(source.utf8)))
    return String(decoding: pictures.placed(in: Array(html.utf8)), as: UTF8.self)
  }

  private static let data = "data:image/gif;base64,R0lG"

  @Test(
    "An address of a part becomes its content, in whatever way it is written",
    arguments: [
      ("<img src=\"cid:a&b@x\">", "<img src=\"\(data)\">"),
      ("<img src='CID:a&amp;b@x'>", "<img src='\(data)'>"),
      ("<img src=cid:a&b%40x>", "<img src=\(data)>"),
      ("<p style=\"background:url(cid:a&b@x)\">", "<p style=\"background:url(\(data))\">"),
      ("<td background=\" cid:a&b@x\">", "<td background=\" \(data)\">"),
    ])
  func replaced(html: String, expected: String) {
    #expect(Self.placed(html) == expected)
  }

  @Test(
    "What names no part stays as it is",
    arguments: [
      "<img src=\"cid:other@x\">", "acid:a&b@x", "cid:", "<img src=\"cid:", "cid:a&b@x", "",
      "<img src=\"cid:a%", "<img src=\"cid:%4\">",
    ])
  func kept(html: String) {
    #expect(Self.placed(html) == html)
  }

  @Test("Only pictures are placed")
  func typed() {
    let html = "<img src=\"cid:a&b@x\">"
    #expect(Self.placed(html, type: "text/html") == html)
    #expect(Self.placed(html, id: "") == html)
  }

  @Test("A page of pictures ends somewhere, however often one is named")
  func bounded() {
    let picture = String(repeating: "x", count: 1 << 10)
    let source = """
      Content-Type: image/png
      Content-ID: <a>

      \(picture)
      """
    let pictures = InlinePictures(of: ParsedMessage(parsing: Array(source.utf8)), most: 5_000)
    let html = String(repeating: "<img src=\"cid:a\">", count: 100)
    let placed = String(decoding: pictures.placed(in: Array(html.utf8)), as: UTF8.self)
    #expect(placed.matches(of: /data:/).count == 4)
    #expect(placed.matches(of: /cid:/).count == 96)
  }
}
