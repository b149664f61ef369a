import TestSupport
import Testing

@testable import Compose

struct PlainTextTests {
  private func text(_ html: String) -> String {
    String(decoding: PlainText.made(from: [UInt8](html.utf8)), as: UTF8.self)
  }

  @Test(arguments: [
    ("", "\n"),
    ("plain", "plain\n"),
    ("  two \n\t words  ", "two words\n"),
    ("<p>One</p><p>Two</p>", "One\n\nTwo\n"),
    ("<P>One<BR>Two<br/>Three<br />Four</P>", "One\nTwo\nThree\nFour\n"),
    ("a<br><br><br><br>b", "a\n\nb\n"),
    ("<div>One</div><div>Two</div>", "One\nTwo\n"),
    ("<h1>Head</h1>Text", "Head\n\nText\n"),
    ("<b>bo</b><i>ld</i>", "bold\n"),
    ("<ul><li>One</li><li>Two</li></ul>End", "- One\n- Two\n\nEnd\n"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
    ("<img src=x.png alt=\"A cat\">!", "A cat!\n"),
    ("<img src=x.png>!", "!\n"),
    ("<!-- hidden --><!DOCTYPE html><?xml?>seen", "seen\n"),
    ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2\n"),
  ])
  func `tags become line breaks and spaces`(html: String, wanted: String) {
    #expect(text(html) == wanted)
  }

  @Test(arguments: [
    ("<a href=\"https://x.org/a\">here</a>", "here (https://x.org/a)\n"),
    ("<a class='b' href='https://x.org'>here</a>.", "here (https://x.org).\n"),
    ("<a href=https://x.org target=_blank>here</a>", "here (https://x.org)\n"),
    ("<a HREF = \"https://x.org\">here</a>", "here (https://x.org)\n"),
    ("<a href=\"https://x.org/?a=1&amp;b=2\">here</a>", "here (https://x.org/?a=1&b=2)\n"),
    ("<a href=\"https://x.org\">https://x.org</a>", "https://x.org\n"),
    ("<a href=\"#top\">up</a>", "up\n"),
    ("<a name=top>up</a>", "up\n"),
    ("<a data-href=no>up</a>", "up\n"),
    ("<a title=\"a > b\" href=\"https://x.org\">here</a>", "here (https://x.org)\n"),
    ("<a title=\"href=no\" href=\"https://x.org\">here</a>", "here (https://x.org)\n"),
    ("</a></a>text", "text\n"),
    ("<a href=\"{{ unsubscribe_url }}\">leave</a>", "leave ({{ unsubscribe_url }})\n"),
    (
      "<a href=\"https://x.org/?c={{ city | url_encode }}\">go</a>",
      "go (https://x.org/?c={{ city | url_encode }})\n"
    ),
  ])
  func `a link shows where it leads`(html: String, wanted: String) {
    #expect(text(html) == wanted)
  }

  @Test(arguments: [
    ("Caf&eacute; &amp; bar", "Café & bar\n"),
    ("&lt;b&gt;", "<b>\n"),
    ("&#8364;&#x20AC;&#X20ac;&euro;", "€€€€\n"),
    ("a&zwnj;b", "ab\n"),
    ("AT&T & co &unknown; &#; &#x; &#xZ;", "AT&T & co &unknown; &#; &#x; &#xZ;\n"),
    ("&#0;&#10;&#xD800;&#x110000;", "&#0;&#10;&#xD800;&#x110000;\n"),
    ("&#99999999999999999999;", "&#99999999999999999999;\n"),
    ("&", "&\n"), ("&amp", "&amp\n"),
  ])
  func `entities become the characters they stand for`(html: String, wanted: String) {
    #expect(text(html) == wanted)
  }

  @Test(arguments: [
    "<style>p { color: red }</style>seen", "<STYLE type=text/css>p{}</STYLE >seen",
    "<script>if (a < b) { document.write('<p>no</p>') }</script>seen",
    "<head><title>no</title><style>no</style></head><body>seen</body>",
    "<title>no</title>seen", "seen<style>never closed", "seen<script>never </scrip",
    "seen<!-- never closed",
  ])
  func `what is not text is dropped`(html: String) {
    #expect(text(html) == "seen\n")
  }

  @Test(arguments: [
    ("<p>Hello {{ first_name }}!</p>", "Hello {{ first_name }}!\n"),
    ("{{ \"<b>&amp;  two\" | upcase }}", "{{ \"<b>&amp;  two\" | upcase }}\n"),
    (
      "{% if city == \"a > b\" %}<p>In {{city}}</p>{% else %}No{% endif %}",
      "{% if city == \"a > b\" %}\n\nIn {{city}}\n\n{% else %}No{% endif %}\n"
    ),
    ("<p title=\"{{ a > b }}\">x</p>", "x\n"),
    ("Dear {first_name},", "Dear {first_name},\n"),
    ("{{ open", "{{ open\n"), ("{%", "{%\n"), ("{{", "{{\n"), ("{", "{\n"),
  ])
  func `template tags pass untouched`(html: String, wanted: String) {
    #expect(text(html) == wanted)
  }

  @Test func `braces written as entities stay text`() {
    // The template prints the braces; it has no tag of that name.
    #expect(
      text("Write &#123;&#123; name &#125;&#125; to greet")
        == "Write {{ '{' }}{{ '{' }} name }} to greet\n")
  }

  @Test func `a head that is not closed hides no text`() {
    do {
      #expect(text("<head><title>no</title><body><p>seen</p>") == "seen\n")
    }
  }

  private static let pieces = [
    "<", ">", "</", "/>", "<a href=", "<a href='", "</a>", "\"", "'", "=", " ", "\n", "&", "&#",
    "&#x", ";", "&amp;", "<!--", "-->", "<!", "<style>", "</style>", "<script", "</script>",
    "<head>", "</head", "<title>", "{{", "}}", "{%", "%}", "{", "}", "<p>", "</p>", "<br>", "<li>",
    "<td>", "<img alt=", "é", "€", "\u{1F600}", "text", "<?", "\0", "-", "#", "<tr", "{{ x }}",
  ]

  @Test func `any soup of tags becomes valid text of no great length`() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<4_000 {
      var html = ""
      for _ in 0..<Int.random(in: 0..<40, using: &random) {
        html += Self.pieces.randomElement(using: &random) ?? ""
      }
      let made = PlainText.made(from: [UInt8](html.utf8))
      #expect(String(validating: made, as: UTF8.self) != nil, "\(html)")
      #expect(made.last == 0x0A, "\(html)")
      #expect(made.count <= 2 * html.utf8.count + 2, "\(html)")
    }
  }

  @Test func `a page with octets struck out, changed or doubled never traps`() {
    let page = [UInt8](
      """
      <!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>
      <p class="x">Dear {{ first_name | default: "friend" }},</p><!-- note -->
      {% if city %}<ul><li>A &amp; B</li><li><a href='https://x.org/?a=1&amp;b=2'>go</a></li></ul>
      {% endif %}<img alt="Caf&eacute;" src=x><script>a<b</script></body></html>
      """.utf8)
    var random = SeededRandom(seed: 2)
    for _ in 0..<4_000 {
      var html = page
      for _ in 0..<Int.random(in: 1...6, using: &random) where !html.isEmpty {
        let at = Int.random(in: 0..<html.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: html.remove(at: at)
        case 1: html[at] = UInt8.random(in: 0...255, using: &random)
        case 2: html.removeSubrange(at...)
        default: html.insert(contentsOf: html[at...].prefix(20), at: at)
        }
      }
      #expect(PlainText.made(from: html).last == 0x0A)
    }
  }

  /// Each would take hours if a step looked over what is left again and again.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "<", "<a", "<a href=", "<a href='", "<a href=x>", "</a>", "&", "&#", "{{", "{%", "<!--",
      "<style>", "</", "= ", "<a = \"", "<li>", "'", "<a b='c' ", "<p {{",
    ])
  func `a hundred thousand times the same is done at once`(piece: String) {
    let html = [UInt8](String(repeating: piece, count: 100_000 / piece.utf8.count).utf8)
    #expect(PlainText.made(from: html).count <= 2 * html.count + 2)
  }
}
