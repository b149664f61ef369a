extension Program {
  /// The help of a command, of a group of commands, or of the program for an empty topic; lines
  /// of at most 80 columns, with a line break at the end.
  public func help(_ topic: String, style: Style = .plain) -> String {
    if let command = commands.first(where: { $0.name == topic }) {
      return help(command, style: style)
    }
    let members = topic.isEmpty ? commands : commands.filter { $0.words[0] == topic }
    let title = topic.isEmpty ? "\(name) - \(summary)" : "\(name) \(topic)"
    let stem = topic.isEmpty ? name : "\(name) \(topic)"
    var page = HelpPage(style: style)
    page.paragraph(title)
    page.heading("Usage")
    page.hanging("\(stem) <command> [options]", indent: 2, hang: 4)
    page.heading("Commands")
    page.table(members.map { ($0.name, $0.summary) })
    page.heading("Options")
    page.table(
      options.map { ($0.signature, $0.summary) } + [
        ("-h, --help", "show this help"), ("--version", "show the version"),
      ])
    page.blank()
    page.paragraph("'\(stem) <command> --help' explains a command.")
    return page.text
  }

  private func help(_ command: Command, style: Style) -> String {
    var page = HelpPage(style: style)
    page.paragraph("\(name) \(command.name) - \(command.summary)")
    page.heading("Usage")
    page.hanging(usage(command), indent: 2, hang: 6)
    if !command.details.isEmpty {
      page.blank()
      page.paragraph(command.details)
    }
    if !command.operands.isEmpty {
      page.heading("Arguments")
      page.table(command.operands.map { ($0.name, $0.summary) })
    }
    page.heading("Options")
    page.table(
      (command.options + options).map { option in
        (option.signature, option.summary + (option.isRepeated ? " (may be repeated)" : ""))
      } + [("-h, --help", "show this help")])
    if !command.examples.isEmpty {
      page.heading("Examples")
      for example in command.examples {
        page.hanging(example.meaning + ":", indent: 2, hang: 2)
        page.hanging(example.line, indent: 4, hang: 6)
      }
    }
    return page.text
  }

  private func usage(_ command: Command) -> String {
    let options = command.options.map { option in
      let text = "--\(option.name)" + (option.value.map { "\u{A0}\($0)" } ?? "")
      return (option.isRequired ? text : "[\(text)]") + (option.isRepeated ? "..." : "")
    }
    let operands = command.operands.map { operand in
      (operand.isNeeded ? operand.name : "[\(operand.name)]") + (operand.isMany ? "..." : "")
    }
    return ([name, command.name] + options + operands).joined(separator: " ")
  }
}

extension Option {
  /// As in `-o, --output FILE`.
  var signature: String {
    (short.map { "-\($0), " } ?? "") + "--\(name)" + (value.map { " \($0)" } ?? "")
  }
}
