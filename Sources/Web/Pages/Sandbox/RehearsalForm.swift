import HTTP
import Model
import Storage

/// Chooses how the sandbox misbehaves, so that a bad day can be seen before it comes.
struct RehearsalForm {
  let member: Member
  let rehearsal: Rehearsal?

  /// The choice that ends a rehearsal.
  private static let none = "none"

  static func choose(_ member: Member, _ form: Form) async throws -> Response {
    let value = form.raw("script")
    let script = Rehearsal.Script(rawValue: value)
    guard script != nil || value == none else {
      throw PageError.badRequest("Choose how the sandbox answers.")
    }
    try await member.store.rehearsals.choose(script, in: member.home, now: member.now)
    let words =
      script.map { "The rehearsal has begun: \($0.name)." }
      ?? "The rehearsal is over. The sandbox accepts everything."
    return member.redirect(to: "/sandbox", Notice(words))
  }

  var html: HTML {
    let title: HTML =
      rehearsal.map { rehearsal in
        """
        <span>Rehearsal: \(rehearsal.script.name), since \
        \(Moment.html(rehearsal.begunAt, in: member.zone))</span>
        """
      } ?? "Rehearse a bad day"
    return """
      <details class="more"><summary>\(title)</summary>
      <form class="form" method="post" action="/sandbox/rehearsal">\(member.formToken.input)
      <fieldset class="card group"><legend>How the sandbox answers</legend>
      <p>What mail servers do when things go wrong, with messages that reach nobody. Choose, send \
      a campaign with a sandbox sender, and follow it on its page. It holds for all sandbox \
      senders of this workspace, until you choose something else.</p>
      \(Field.radio(
        "script", Self.none, "Everything is accepted", hint: "As on a good day.",
        isChosen: rehearsal == nil))\
      \(HTML.each(Rehearsal.Script.allCases) { script in
        Field.radio(
          "script", script.rawValue, script.name, hint: script.hint,
          isChosen: script == rehearsal?.script)
      })<div class="form-actions">\
      <button class="btn">\(rehearsal == nil ? "Begin the rehearsal" : "Change the rehearsal")\
      </button></div></fieldset></form></details>
      """
  }
}

extension Rehearsal.Script {
  fileprivate var name: String {
    switch self {
    case .greylist: "Greylisting"
    case .throttle: "Throttle at 50 a minute"
    case .unknown: "5% unknown users"
    case .badDay: "A bad day"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .greylist:
      """
      Puts off each recipient's first message for a minute. It is deferred, and goes through when \
      it is tried again.
      """
    case .throttle: "Takes 50 messages in any minute and puts off all others."
    case .unknown: "Does not know one address in twenty, always the same ones. They fail."
    case .badDay:
      """
      A little of everything: slow answers, full mailboxes, lost connections, and a few messages \
      that arrive without a reply, so that nobody can know their fate.
      """
    }
  }
}
