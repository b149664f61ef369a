import Model

/// The part of a sender's form about servers that say “try again later”, and about standing in for
/// another sender.
enum RetryFields {
  static func values(of sender: Sender) -> [(String, String)] {
    [
      ("retries", sender.rules.retries?.description ?? ""),
      ("urgent_retries", sender.rules.urgentRetries?.description ?? ""),
    ] + (sender.rules.usesOwnFromOnly ? [("own_from_only", "yes")] : [])
  }

  static func read(_ form: inout Form, into sender: inout Sender) {
    sender.rules.retries = schedule(&form, "retries")
    sender.rules.urgentRetries = schedule(&form, "urgent_retries")
    sender.rules.usesOwnFromOnly = form.isTicked("own_from_only")
  }

  private static func schedule(_ form: inout Form, _ field: String) -> RetrySchedule? {
    let text = form.line(field, most: 400)
    guard !text.isEmpty else { return nil }
    do throws(RetryScheduleError) {
      return try RetrySchedule(parsing: text)
    } catch {
      form.note(field, error.description)
      return nil
    }
  }

  static func html(_ form: Form) -> HTML {
    let isOpen = ["retries", "urgent_retries"].contains { form.fault(of: $0) != nil }
    return """
      <fieldset class="card group"><legend>When something goes wrong</legend>
      <details class="more"\(HTML.when(isOpen, " open"))>\
      <summary>When a server says “try again later”</summary><div class="stack">
      <p>A message that is refused for now is tried again after these times, counted from try to \
      try. It is given up when it has reached the age at the end. A wait may be up to 8% longer, so \
      that not everything comes back at once.</p>
      \(field(
        "retries", "Campaigns", otherwise: .standard, form))\
      \(field(
        "urgent_retries", "Transactional messages", otherwise: .transactional, form))
      </div></details>
      \(Field.tick(
        "own_from_only", "It sends from its own address only",
        hint: """
          Where it stands in for another sender, messages bear its From address, and answers go to \
          the campaign’s. Otherwise they keep the campaign’s From.
          """,
        isTicked: form.isTicked("own_from_only")))</fieldset>
      """
  }

  private static func field(
    _ name: String, _ label: String, otherwise schedule: RetrySchedule, _ form: Form
  ) -> HTML {
    Field(
      name: name, label: label,
      hint: """
        Empty means \(schedule.description). Write “never” for no second try.
        """,
      isOptional: true,
      attributes: """
         class="code" maxlength="400" autocapitalize="none" spellcheck="false" \
        placeholder="\(schedule.description)"
        """
    ).input(form)
  }
}
