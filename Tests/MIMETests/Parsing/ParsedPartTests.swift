import MIME
import Octets
import Testing

private func parsed(_ text: String) -> ParsedMessage { ParsedMessage(parsing: Array(text.utf8)) }

struct ParsedPartTests {
  private func outline(_ message: ParsedMessage) -> [String] {
    message.parts.map { "\($0.depth) \($0.type)" }
  }

  @Test func `a newsletter has text, HTML, a picture and a file`() {
    let message = parsed(
      """
      Content-Type: multipart/mixed; boundary=a

      preamble
      --a
      Content-Type: multipart/alternative; boundary="b"

      --b

      text
      --b
      Content-Type: multipart/related; boundary=c

      --c
      Content-Type: text/html; charset=iso-8859-1
      Content-Transfer-Encoding: quoted-printable

      <p>caf=E9=
      !
      --c
      Content-Type: image/gif; name=x.gif
      Content-ID: <x@y>
      Content-Transfer-Encoding: base64

      AAEC
      --c--
      --b--\u{20}
      ignored
      --a
      Content-Type: text/plain
      Content-Disposition: attachment; filename=n.txt

      note
      --a--
      epilogue
      """)
    #expect(
      outline(message) == [
        "0 multipart/mixed", "1 multipart/alternative", "2 text/plain", "2 multipart/related",
        "3 text/html", "3 image/gif", "1 text/plain",
      ])
    #expect(message.plainText?.text?.text == "text")
    #expect(message.html?.text?.text == "<p>café!")
    #expect(message.attachments.map(\.fileName) == ["x.gif", "n.txt"])
    #expect(message.attachments.map(\.contentID) == ["x@y", nil])
    #expect(message.attachments.map { Array($0.content) } == [[0, 1, 2], Array("note".utf8)])
    #expect(message.defects == [])
  }

  @Test func `a bounce has a report and a message inside`() {
    let message = parsed(
      """
      Content-Type: multipart/report; boundary=a

      --a

      Sorry
      --a
      Content-Type: message/delivery-status

      Reporting-MTA: dns; x.org

      Final-Recipient: rfc822; ada@x.org
      Status: 5.1.1

      Final-Recipient: rfc822; grace@x.org
      --a
      Content-Type: message/rfc822

      Subject: inner
      Content-Type: text/html

      <p>
      --a--
      """)
    #expect(
      outline(message) == [
        "0 multipart/report", "1 text/plain", "1 message/delivery-status", "1 message/rfc822",
        "2 text/html",
      ])
    #expect(message.parts[2].reportFields.map(\.count) == [1, 2, 1])
    #expect(message.parts[2].reportFields[1].first(named: "status")?.text == "5.1.1")
    #expect(message.parts[4].fields.first?.text == "inner")
    #expect(message.html == nil)
    #expect(message.attachments.map(\.fileName) == ["attachment", "message.eml"])
  }

  @Test func `a message inside may be encoded, and parts of a digest are messages`() {
    let encoded = parsed(
      "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogYQoKYg==")
    #expect(outline(encoded) == ["0 message/rfc822", "1 text/plain"])
    #expect(encoded.parts[1].content.elementsEqual("b".utf8))
    let digest = parsed(
      "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: a\n\nb\n--a--")
    #expect(outline(digest) == ["0 multipart/digest", "1 message/rfc822", "2 text/plain"])
  }

  @Test(
    arguments: [
      (" a\nb: c\n\n", .continuationWithoutField),
      (": a\n\n", .fieldWithoutName),
      ("a: b\nFrom x\nc: d\n\n", .misplacedEnvelopeLine),
      ("a: b\nno field\n", .noEmptyLine),
      ("Content-Type: nonsense\n\n", .invalidContentType),
      ("Content-Type: multipart/mixed\n\nx", .noBoundary),
      ("Content-Type: multipart/mixed; boundary=a\n\nx", .boundaryNotFound),
      ("Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx", .boundaryNotClosed),
      (
        "Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64\n\n--a\n\n--a--",
        .encodedMultipart
      ),
      ("Content-Transfer-Encoding: x-uuencode\n\nx", .unknownTransferEncoding("x-uuencode")),
      ("Content-Transfer-Encoding: base64\n\nY!Q==", .malformedBase64),
      ("Content-Transfer-Encoding: base64\n\nYQ==\nfooter", .malformedBase64),
      ("Content-Transfer-Encoding: quoted-printable\n\na=b", .malformedQuotedPrintable),
    ] as [(String, MessageDefect)])
  func `defects are recorded, and the message read`(text: String, defect: MessageDefect) {
    #expect(parsed(text).defects == [defect])
  }

  @Test func `what could not be decoded or divided stays legible`() {
    #expect(
      parsed("Content-Transfer-Encoding: base64\n\nHello").plainText?.text?.text == "Hello")
    #expect(
      parsed("Content-Type: multipart/mixed; boundary=a\n\nx").plainText?.text?.text == "x")
    #expect(
      parsed("Content-Transfer-Encoding: quoted-printable\n\na=b =\nc").plainText?.text?.text
        == "a=b c")
  }

  @Test func `a message may be nothing at all`() {
    let message = ParsedMessage(parsing: [])
    #expect(message.parts.count == 1)
    #expect(message.subject == nil && message.date == nil && message.messageID == nil)
    #expect(message.plainText?.text?.text == "")
  }
}
