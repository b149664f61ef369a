import SMTP
import Testing

/// What a script may say, and what is said about one that cannot be understood.
@Suite struct ScriptParserTests {
  @Test(arguments: [
    ("", 0), ("# nothing\n\n   \t\r\n#", 0), ("rcpt: reply 450", 1),
    ("\u{FEFF}rcpt: reply 450 # why", 1),
    ("rcpt to *@slow.example, first 3: wait 5s, reply 451 4.7.1 \"Come back\"\r\n", 1),
    ("seed 7\nwithout PIPELINING, 8BITMIME STARTTLS AUTH\nrequire tls\nsize 64KB\nrecipients 5", 0),
    ("port closed\nport silent 30s", 0),
    ("any chance 0.5%: reply 421", 1), ("connect beyond 5 at once: reset", 1),
    ("mail beyond 50 per minute each sender: reply 451", 1),
    ("mail beyond 5 per connection: reply 451", 1), ("mail beyond 5: reply 451", 1),
    ("mail message 3..: reply 421\nrcpt recipient 2..5: reply 452", 2),
    ("body octets 5000: read 10/s, wait 1s, reset", 1),
    ("dot larger 5MB encrypted during 10s..1m: reply 552", 1),
    ("banner: write 4KB/s, wait 0ms..40ms, port closed 5s", 1),
    ("dot: say \"\\x32\\x35\\0\\r\\n\\t\\\\\\\"\" times 3, fill 64KB, garbage 10, cut", 1),
    ("dot from \"a b@x\" user ada connection every 3: discard, silence", 1),
    ("rcpt share 100% greylist day connection 2..4: take", 1),
  ])
  func `is understood`(text: String, rules: Int) throws {
    #expect(try SandboxScript(parsing: text).count == rules)
  }

  @Test(arguments: [
    (
      "rctp: reply 450", "line 1, column 1: “rctp” is not a step or a setting. Did you mean “rcpt”?"
    ),
    (
      "\n  rcpt frist 3: reply 450",
      "line 2, column 8: “frist” is not a condition. Did you mean “first”?"
    ),
    (
      "rcpt: repyl 450",
      "line 1, column 7: “repyl” is not something a server can do. Did you mean “reply”?"
    ),
    (
      "without piplining",
      "line 1, column 9: “piplining” is not an extension. Did you mean “PIPELINING”?"
    ),
    (
      "require magic",
      "line 1, column 9: “magic” is not something to require. There are: tls, auth."
    ),
    (
      "rcpt reply 450",
      """
      line 1, column 6: A colon is missing before “reply”. Between the conditions and what the \
      server does stands “:”.
      """
    ),
    (
      "rcpt first 3",
      """
      line 1, column 13: A colon is missing. Between the conditions and what the server does \
      stands “:”, as in “rcpt: reply 450”.
      """
    ),
    (
      "rcpt:",
      """
      line 1, column 6: The line ends before something a server can do: wait, reply, say, fill, \
      garbage, accept, take, silence, close, cut, reset, discard, read, write, port.
      """
    ),
    ("rcpt: reply 45", "line 1, column 13: “45” is not a reply code from 200 to 599, such as 450."),
    (
      "rcpt: reply 199",
      "line 1, column 13: “199” is not a reply code from 200 to 599, such as 450."
    ),
    (
      "rcpt: reply 450 4.7 \"x\"",
      """
      line 1, column 17: “4.7” is not an enhanced code such as 4.7.1, nor a text in quotation marks.
      """
    ),
    (
      "rcpt: reply 450 \"x",
      "line 1, column 17: This text has no end. Close it with a quotation mark."
    ),
    (
      "# é\nrcpt: say \"é\\q\"",
      """
      line 2, column 13: A “\\” stands before nothing it could mean. Write \\r, \\n, \\t, \\0, \\\\, \
      \\" or \\x and two hexadecimal digits.
      """
    ),
    (
      "rcpt: close, wait 1s",
      """
      line 1, column 14: The connection has ended: nothing can follow. Make “close”, “cut” or \
      “reset” the last.
      """
    ),
    (
      "rcpt: wait 1s close",
      "line 1, column 15: Something else is expected here. Between two acts stands a comma."
    ),
    ("rcpt: wait 5", "line 1, column 12: “5” is not a time such as 500ms, 2s or 0ms..40ms."),
    ("rcpt: wait 25h", "line 1, column 12: This wait is too long. A client waits at most 24h."),
    ("rcpt share 5: close", "line 1, column 12: “5” is not a share such as 5% or 0.5%."),
    ("rcpt share 101%: close", "line 1, column 12: “101%” is not a share such as 5% or 0.5%."),
    ("rcpt first 0: close", "line 1, column 12: “0” is not a whole number from 1 on."),
    (
      "rcpt beyond 5 per fortnight: close",
      """
      line 1, column 19: “fortnight” is not a span of time such as minute, hour, 10s or connection.
      """
    ),
    (
      "rcpt beyond 100001 per day: close",
      "line 1, column 13: This is too many to count. A limit per time is at most 100000."
    ),
    (
      "mail share 5%: close",
      """
      line 1, column 6: “share” has no meaning at mail. The recipient is known at rcpt, data, body \
      and dot.
      """
    ),
    (
      "connect: reply 421",
      """
      line 1, column 10: “reply” has no meaning at connect. No reply is due yet; the greeting is \
      the reply of “banner”.
      """
    ),
    (
      "rcpt first 1 first 2: close",
      "line 1, column 14: “first” stands here twice. Make two rules of it."
    ),
    (
      "rcpt first 1 every 2: close",
      "line 1, column 21: Only one of “first”, “after” and “every” may stand in a rule."
    ),
    (
      "seed 7 8",
      "line 1, column 8: Nothing more is expected here. Begin a new line, or a comment with “#”."
    ),
    (
      "mail each domain: close",
      "line 1, column 11: The domain is not known at mail."
    ),
    (
      "rcpt: say \"xxxxxxxxxx\" times 1000000",
      "line 1, column 11: This is too much to say. One act may write 1 MB."
    ),
    (
      "\"rcpt\": close",
      """
      line 1, column 1: A text in quotation marks is not a step such as “rcpt” or a setting such as \
      “seed”.
      """
    ),
    (
      "rc\u{1B}[31mpt: close",
      """
      line 1, column 1: “rc?[31mpt” is not a step or a setting. There are: connect, banner, ehlo, \
      helo, starttls, auth, mail, rcpt, data, body, dot, rset, quit, any, seed, without, require, \
      size, recipients, port.
      """
    ),
  ])
  func `is explained`(text: String, message: String) {
    let error = #expect(throws: ScriptError.self) { try SandboxScript(parsing: text) }
    #expect(error?.description == message)
  }

  @Test func `text that is not UTF-8 is explained`() {
    let error = #expect(throws: ScriptError.self) {
      try SandboxScript(parsing: Array("seed 1\n# \u{20AC}".utf8).dropLast())
    }
    #expect(error?.line == 2)
    #expect(error?.problem == "This line is not UTF-8 text.")
  }

  @Test func `a script has bounds`() {
    let rule = "rcpt: close\n"
    #expect(throws: Never.self) {
      try SandboxScript(parsing: String(repeating: rule, count: 1_000))
    }
    for text in [
      String(repeating: rule, count: 1_001), String(repeating: "#", count: 262_145),
      "rcpt: " + String(repeating: "wait 1ms, ", count: 200) + "close",
      "#" + String(repeating: "x", count: 10_000),
    ] {
      #expect(throws: ScriptError.self) { try SandboxScript(parsing: text) }
    }
  }

  @Test(arguments: ScriptPreset.allCases)
  func `every preset is a script, and says what it does`(preset: ScriptPreset) throws {
    #expect(try preset.script().count > 0)
    #expect(preset.text.hasPrefix("# "))
    #expect(preset.summary.hasSuffix("."))
  }
}
