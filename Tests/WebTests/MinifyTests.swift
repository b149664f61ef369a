import Testing

@testable import Web

@Suite("Smaller style sheets and scripts")
struct MinifyTests {
  private func css(_ text: String) -> String {
    String(decoding: Minify.css(Array(text.utf8)), as: UTF8.self)
  }

  private func script(_ text: String) -> String {
    String(decoding: Minify.script(Array(text.utf8)), as: UTF8.self)
  }

  @Test(
    "White space goes where it means nothing, and stays where it does",
    arguments: [
      ("a { color: red; }\n", "a{color:red}"),
      ("a  b,\n c { x: calc(1px + 2px) }", "a b,c{x:calc(1px + 2px)}"),
      (".a :hover { x: y }", ".a :hover{x:y}"),
      ("@media (width < 54rem) { a { b: c } }", "@media (width < 54rem){a{b:c}}"),
      ("a { b: c; & + d { e: f } }", "a{b:c;& + d{e:f}}"),
      ("@layer a, b;\n@layer a { }", "@layer a,b;@layer a{}"),
    ])
  func whiteSpace(_ source: String, _ expected: String) { #expect(css(source) == expected) }

  @Test(
    "What is inside quotes is not touched",
    arguments: [
      (
        #"a::before { content: "  /* no comment */ ; } " }"#,
        #"a::before{content:"  /* no comment */ ; } "}"#
      ),
      (#"a { content: "\"  ;" / "" }"#, #"a{content:"\"  ;" / ""}"#),
      (#"a { content: '\\' ; b: c }"#, #"a{content:'\\';b:c}"#),
    ])
  func quotes(_ source: String, _ expected: String) { #expect(css(source) == expected) }

  @Test("Comments go, but never glue two words together")
  func comments() {
    #expect(css("/* one */ a { /* two; } */ b: c }") == "a{b:c}")
    #expect(css("a/* */b { c: d }") == "a/**/b{c:d}")
    #expect(css("a { b: c } /* never ends") == "a{b:c}")
  }

  @Test("What breaks off inside a string or an escape does not trap")
  func brokenOff() {
    for text in ["\"", "'a\\", "a\\", "/", "/*", "/**", "a { b: \"c\\\"", "}", ";}"] {
      #expect(css(text).utf8.count <= text.utf8.count)
    }
  }

  @Test("Made smaller twice, a style sheet stays the same")
  func settled() {
    let once = css("a { b : c ; }\n\n/* x */\n@media print { d, e > f { g: \"h  i\" } }")
    #expect(css(once) == once)
  }

  @Test("A script loses its comment lines and indentation, and keeps its lines")
  func plainScript() {
    let source = """
      // What it is.
      const a = "// not a comment";
        if (a) {
          run("x  y"); // why

        }
      """
    #expect(
      script(source) == "const a = \"// not a comment\";\nif (a) {\nrun(\"x  y\"); // why\n}\n")
  }

  @Test(
    "A script whose lines may be inside a text stays as it is",
    arguments: ["let a = `\n  // b\n`;\n", "/*\n  // a\n*/\nb()\n", "let a = \"b\\\n  // c\";\n"])
  func leftAlone(_ source: String) { #expect(script(source) == source) }
}
