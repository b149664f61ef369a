import App
import Testing

struct ProgramTests {
  private func run(_ line: String) async -> (code: ExitCode, output: String, messages: String) {
    await run(line.split(separator: " ").map(String.init))
  }

  private func run(
    _ words: [String]
  ) async -> (code: ExitCode, output: String, messages: String) {
    let recording = Recording()
    let code = await Sample.program.run(words, on: recording.console())
    return (code, recording.output, recording.messages)
  }

  @Test(arguments: [
    ("send --contacts a.csv --sandbox", "exit sandbox\ncontacts a.csv\n"),
    ("send --sandbox --contacts=a=b.csv", "exit sandbox\ncontacts a=b.csv\n"),
    ("send -c a.csv --smtp=smtp://x", "exit smtp\ncontacts a.csv\n"),
    ("send -ca.csv --sandbox -j", "exit sandbox\ncontacts a.csv\njson\n"),
    ("-q send -c a.csv --sandbox", "exit sandbox\ncontacts a.csv\nquiet\n"),
    ("send -c a.csv --sandbox --quiet", "exit sandbox\ncontacts a.csv\nquiet\n"),
    (
      "send -c a --sandbox --attach x --attach=y:z --attach -",
      "exit sandbox\ncontacts a\nattach x\nattach y:z\nattach -\n"
    ),
    (
      "send -c a --sandbox --connections 8 --rate 300/m --wait 2m --in-doubt hold --listen h:25",
      "exit sandbox\ncontacts a\nconnections 8\nrate 5.0\nwait 120.0 seconds\npolicy hold\n"
        + "at h:25\n"
    ),
    ("send -c a --sandbox --subject -5", "exit sandbox\ncontacts a\nsubject [-5]\n"),
    ("send -c a --sandbox --subject=", "exit sandbox\ncontacts a\nsubject []\n"),
    ("send -c a --sandbox --subject=--json", "exit sandbox\ncontacts a\nsubject [--json]\n"),
  ])
  func `options reach their command`(line: String, output: String) async {
    let result = await run(line)
    #expect(result.code == .deferred)
    #expect(result.output == output)
    #expect(result.messages == "")
  }

  @Test(arguments: [
    ("address check a@x b@y", "a@x\nb@y\n"),
    ("address check -- --quiet -h", "--quiet\n-h\n"),
    ("address check - -q a@x", "-\na@x\n"),
    ("backup --quiet x.db", "to x.db\n"),
  ])
  func `operands reach their command`(line: String, output: String) async {
    let result = await run(line)
    #expect(result.code == .ok)
    #expect(result.output == output)
  }

  @Test(arguments: [
    ("sned", "There is no command 'sned'. Did you mean 'send'?", ""),
    ("adress check", "There is no command 'adress'. Did you mean 'address'?", ""),
    (
      "address chek x", "There is no command 'address chek'. Did you mean 'address check'?", ""
    ),
    (
      "address", "'address' is not a whole command. There is 'address check', 'address list'.",
      " address"
    ),
    ("frobnicate", "There is no command 'frobnicate'.", ""),
    ("--jsno send", "There is no option '--jsno'.", ""),
    (
      "send --contcts a", "There is no option '--contcts' for 'send'. Did you mean '--contacts'?",
      " send"
    ),
    ("send --zebra", "There is no option '--zebra' for 'send'.", " send"),
    ("send -z", "There is no option '-z' for 'send'.", " send"),
    ("send -jq", "There is no option '-jq' for 'send'.", " send"),
    ("send --sandbox", "Option '--contacts' is missing.", " send"),
    ("send --contacts", "Option '--contacts' needs a value: --contacts FILE.", " send"),
    (
      "send --contacts --sandbox", "Option '--contacts' needs a value: --contacts FILE.",
      " send"
    ),
    ("send --contacts --", "Option '--contacts' needs a value: --contacts FILE.", " send"),
    ("send -c a -c b", "Option '--contacts' is given twice.", " send"),
    ("send -c a --json=1", "Option '--json' takes no value.", " send"),
    ("send -c a x", "'x' is one argument too many.", " send"),
    ("backup", "FILE is missing.", " backup"),
    ("backup a b", "'b' is one argument too many.", " backup"),
    ("address check", "ADDR is missing.", " address check"),
    ("send -c a", "Give one of '--smtp', '--sandbox'.", " send"),
    ("send -c a --sandbox --smtp x", "Give only one of '--smtp', '--sandbox'.", " send"),
    (
      "send -c a --sandbox --connections 0",
      "Option '--connections' takes a whole number from 1 to 1000, not '0'.", " send"
    ),
    (
      "send -c a --sandbox --rate 5/d",
      "Option '--rate' takes a rate such as 50/s, 300/m or 1000/h, not '5/d'.", " send"
    ),
    (
      "send -c a --sandbox --wait 99999999999999999999s",
      "Option '--wait' takes a time such as 60s, 500ms, 5m or 2h, not '99999999999999999999s'.",
      " send"
    ),
    (
      "send -c a --sandbox --in-doubt drop",
      "Option '--in-doubt' takes 'hold' or 'resend', not 'drop'.", " send"
    ),
    ("-- send", "Name a command before '--'.", ""),
    ("help nothing", "There is no command 'nothing'.", ""),
  ])
  func `a wrong command line says what is wrong`(
    line: String, message: String, topic: String
  ) async {
    let result = await run(line)
    #expect(result.code == .usage)
    #expect(result.messages == "martlet: \(message)\nSee 'martlet\(topic) --help'.\n")
    #expect(result.code.rawValue == 64)
  }

  @Test func `a command's own error is said plainly`() async {
    let result = await run("migrate")
    #expect(result.code == .failure)
    #expect(result.messages == "martlet: The disk is full.\n")
    #expect(await run("wait").code == .interrupted)
  }

  @Test(arguments: ["--version", "-q --version"])
  func `the version is printed`(line: String) async {
    let result = await run(line)
    #expect(result.code == .ok)
    #expect(result.output == "martlet 1.2.3\n")
  }

  @Test func `no command at all shows the help as an error`() async {
    let result = await run([])
    #expect(result.code == .usage)
    #expect(result.output == "")
    #expect(result.messages == Sample.program.help(""))
  }

  @Test(arguments: [
    ("-h", ""), ("--help", ""), ("help", ""), ("help send", "send"), ("send --help", "send"),
    ("send -c a -h --zebra", "send"), ("address --help", "address"), ("address -h", "address"),
    ("help address check", "address check"), ("address check x --help", "address check"),
  ])
  func `help is everywhere`(line: String, topic: String) async {
    let result = await run(line)
    #expect(result.code == .ok)
    #expect(result.output == Sample.program.help(topic))
  }

  @Test func `the help of a command fits 80 columns`() {
    let help = Sample.program.help("send")
    #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let wanted = """
      martlet send - send a whole campaign from the command line

      Usage:
        martlet send --contacts FILE [--subject TEXT] [--attach FILE[:NAME]]...
            [--smtp URL] [--sandbox] [--connections N] [--rate N/s] [--wait TIME]
            [--in-doubt hold|resend] [--listen HOST:PORT] [--json]

      Sends one message to each contact of a file, through the same ledger as the web
      server, so that it can be stopped and resumed.

      Run it again with --resume to go on.

      Options:
        -c, --contacts FILE     the contact file (CSV)
        --subject TEXT          the subject
        --attach FILE[:NAME]    a file to attach, under its own name or another (may
                                be repeated)
        --smtp URL              the SMTP server
        --sandbox               keep the messages here
        --connections N         how many connections to open at most
        --rate N/s              how many messages a second to send at most
        --wait TIME             how long to wait for deferred messages
        --in-doubt hold|resend  what becomes of messages whose fate is unknown
        --listen HOST:PORT      where to listen
        -j, --json              print the result as JSON
        -q, --quiet             print no progress
        -h, --help              show this help

      Examples:
        Try a campaign without sending:
          martlet send --contacts people.csv --sandbox

      """
    #expect(help == wanted)
  }

  @Test func `the help of the program lists its commands`() {
    let help = Sample.program.help("")
    let wanted = """
      martlet - e-mail campaigns from your own server

      Usage:
        martlet <command> [options]

      Commands:
        send           send a whole campaign from the command line
        address check  say whether addresses are valid
        address list   list addresses
        migrate        bring the database up to date
        backup         copy the database
        wait           wait for ever

      Options:
        -q, --quiet  print no progress
        -h, --help   show this help
        --version    show the version

      'martlet <command> --help' explains a command.

      """
    #expect(help == wanted)
  }

  @Test func `colours are for terminals, and NO_COLOR takes them away`() {
    #expect(Style(isTerminal: true, environment: [:]).isColoured)
    #expect(Style(isTerminal: true, environment: ["NO_COLOR": ""]).isColoured)
    #expect(!Style(isTerminal: true, environment: ["NO_COLOR": "1"]).isColoured)
    #expect(!Style(isTerminal: true, environment: ["TERM": "dumb"]).isColoured)
    #expect(!Style(isTerminal: false, environment: [:]).isColoured)
    #expect(Sample.program.help("", style: .coloured).contains("\u{1B}[1mCommands:\u{1B}[0m"))
    #expect(!Sample.program.help("").contains("\u{1B}"))
  }

  @Test func `a secret value is not repeated in an error`() {
    let arguments = Arguments(command: "send", operands: [], values: ["smtp": ["smtp//u:pw@h"]])
    let conversion = Conversion<Int>("an SMTP URL", isSecret: true) { _ in nil }
    let error = #expect(throws: UsageError.self) { try arguments.value("smtp", as: conversion) }
    #expect(error?.message == "Option '--smtp' takes an SMTP URL.")
  }

  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:25", "::1", 25),
    ("mail.x.org:0", "mail.x.org", 0),
  ])
  func `a host and port is read`(text: String, host: String, port: UInt16) {
    let place = HostAndPort(text)
    #expect(place == HostAndPort(host: host, port: port))
    #expect(place?.description == text)
  }

  @Test(arguments: [
    "", ":80", "x", "x:", "x:65536", "x:-1", "x:+1", "::1:80", "[x]:1", "a b:1", "[]:1",
  ])
  func `what is no host and port is refused`(text: String) {
    #expect(HostAndPort(text) == nil)
  }
}
