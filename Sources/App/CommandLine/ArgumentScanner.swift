/// Sorts the words of a command line into options and operands.
struct ArgumentScanner {
  let options: [Option]
  /// The command, for its errors; `nil` before its name.
  let command: String?
  var values: [String: [String]] = [:]
  var operands: [String] = []

  init(options: [Option], command: String?) {
    self.options = options
    self.command = command
  }

  /// Takes an option, and its value, from the front.
  mutating func takeOption(from words: inout ArraySlice<String>) throws(UsageError) {
    guard let word = words.popFirst() else { return }
    let (spelling, attached) = split(word)
    guard let option = option(spelled: spelling) else {
      let known = options.map { "--\($0.name)" } + ["--help"]
      let place = command.map { " for '\($0)'" } ?? ""
      throw UsageError(
        "There is no option '\(spelling)'\(place).", command: command, nearest: spelling,
        in: known)
    }
    guard let placeholder = option.value else {
      guard attached == nil else { throw fault("Option '--\(option.name)' takes no value.") }
      values[option.name] = []
      return
    }
    let value: String
    if let attached {
      value = attached
    } else {
      guard let next = words.first, !isOption(next) else {
        throw fault("Option '--\(option.name)' needs a value: --\(option.name) \(placeholder).")
      }
      words = words.dropFirst()
      value = next
    }
    guard option.isRepeated || values[option.name] == nil else {
      throw fault("Option '--\(option.name)' is given twice.")
    }
    values[option.name, default: []].append(value)
  }

  /// Checks that nothing is missing, and nothing too many.
  func finish(_ places: [Operand]) throws(UsageError) -> Arguments {
    for option in options where option.isRequired && values[option.name] == nil {
      throw fault("Option '--\(option.name)' is missing.")
    }
    let needed = places.filter(\.isNeeded)
    guard operands.count >= needed.count else {
      throw fault("\(needed[operands.count].name) is missing.")
    }
    if places.last?.isMany != true, operands.count > places.count {
      throw fault("'\(operands[places.count])' is one argument too many.")
    }
    return Arguments(command: command ?? "", operands: operands, values: values)
  }

  /// Parts `--name=value`, and `-nvalue` where `-n` takes one.
  private func split(_ word: String) -> (spelling: String, attached: String?) {
    if word.hasPrefix("--") {
      guard let equals = word.firstIndex(of: "=") else { return (word, nil) }
      return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }
    guard word.count > 2, option(spelled: String(word.prefix(2)))?.value != nil else {
      return (word, nil)
    }
    return (String(word.prefix(2)), String(word.dropFirst(2)))
  }

  private func option(spelled spelling: String) -> Option? {
    options.first { spelling == "--\($0.name)" || spelling == $0.short.map { "-\($0)" } }
  }

  /// Whether a word is one of the options here, and so is hardly meant as a value.
  private func isOption(_ word: String) -> Bool {
    word == "--" || word == "-h" || word == "--help" || option(spelled: split(word).spelling) != nil
  }

  private func fault(_ message: String) -> UsageError { UsageError(message, command: command) }
}
