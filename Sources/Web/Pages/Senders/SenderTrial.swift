import Crypto
import HTTP
import Model
import Octets
import Storage

/// The test of a sender: the engine connects, begins TLS and signs in, and says how it went.
struct SenderTrial {
  private let sender: Sender
  private let job: Job?
  private let member: Member
  private let form: Form

  /// How long an answer may take before something must be wrong with the engine.
  private static let longest = Duration.seconds(90)
  /// Each test knocks at somebody's server.
  private static let mostTests = 20
  private static let testsWithin = Duration.seconds(600)

  init(_ sender: Sender, _ job: Job?, _ member: Member, form: Form = Form()) {
    self.sender = sender
    self.job = job
    self.member = member
    self.form = form
  }

  /// The test that the address names, if it is this sender's.
  static func job(of sender: Sender, _ member: Member) async throws -> Job? {
    guard let id = member.request.query["test"].flatMap({ Identifier($0, .job) }),
      let job = try await member.store.jobs.find(id, in: member.home),
      job.kind == .senderTest, job.subject == sender.id
    else { return nil }
    return job
  }

  /// Asks the engine, and waits a little for the answer.
  static func begin(_ member: Member, _ form: Form) async throws -> Response {
    let sender = try await SenderDesk.sender(member)
    var form = form
    let recipient = form.address("to")
    guard form.isGood else {
      return member.visit.answer(
        SenderPage.existing(
          member, sender, SenderFields.form(of: sender),
          SenderTrial(sender, nil, member, form: form),
          try await FallbackCard.load(sender, member)),
        status: .unprocessable)
    }
    try await countTest(member)
    let job = Job(
      id: .new(), workspace: member.home, kind: .senderTest, subject: sender.id,
      argument: recipient, createdAt: member.now)
    let store = member.store
    try await store.jobs.add(job)
    _ = try await Waiting.result(in: store, upTo: member.site.settings.patience) {
      let found = try await store.jobs.find(job.id, in: job.workspace)
      return found?.state == .done ? found : nil
    }
    return member.redirect(
      to: "/senders/\(sender.id.text(.sender))?test=\(job.id.text(.job))")
  }

  private static func countTest(_ member: Member) async throws {
    let subject = Token.digest(of: Array("sender test ".utf8) + member.home.octets)
    let tries = member.store.accessTries
    let since = member.now + (.zero - testsWithin)
    guard try await tries.count(subject: subject, since: since) < mostTests else {
      throw PageError.tooMany(testsWithin)
    }
    try await tries.add(subject: subject, now: member.now)
  }

  // MARK: Showing

  /// Whether an answer is still to come.
  var isOpen: Bool {
    guard let job else { return false }
    return job.state != .done && member.now - job.createdAt < Self.longest
  }

  var card: HTML {
    """
    <section class="card" aria-labelledby="h-test"><header class="card-head">\
    <h2 id="h-test">Test</h2></header><div class="card-body stack">
    <div id="test" class="stack"\(HTML.when(isOpen, " data-refresh=\"2\""))>\(outcome)</div>
    <form class="form" method="post" action="/senders/\(sender.id.text(.sender))/test" data-check>\
    \(member.formToken.input)\
    \(Field(
      name: "to", label: "Send a test message to", type: "email",
      hint: "Leave it empty to only connect and sign in.", isOptional: true,
      attributes: " maxlength=\"320\" autocomplete=\"email\""
    ).input(form))
    <div class="form-actions"><button class="btn">\(Icon.check.html(member.site.assets)) \
    Test the sender</button></div></form></div></section>
    """
  }

  private var outcome: HTML {
    if let job {
      if job.state == .done {
        return result(job.passed == true, job.answer ?? "", at: nil)
      }
      guard isOpen else {
        return flash(
          "warn", .warning,
          """
          <p><strong>There is no answer.</strong> The part of the program that sends seems not to \
          run. Look into its log, then test again.</p>
          """)
      }
      return """
        <p role="status">Testing: connecting to \
        \(sender.kind == .sandbox ? "the sandbox" : sender.host). This takes up to half a minute.</p>\
        <progress class="thin" aria-label="Testing"></progress>
        """
    }
    guard let test = sender.lastTest else {
      return "<p class=\"muted\">Not tested since the last change.</p>"
    }
    return result(test.passed, test.answer, at: test.at)
  }

  private func result(_ passed: Bool, _ answer: String, at moment: Timestamp?) -> HTML {
    let lines = answer.split(whereSeparator: \.isNewline)
    return flash(
      passed ? "ok" : "bad", passed ? .check : .error,
      """
      <div role="status"><p><strong>\(passed ? "The sender works." : "The sender does not work.")\
      </strong>\(moment.map {
        " <span class=\"muted\">\(Moment.html($0, in: member.zone))</span>" as HTML
      })</p>\(HTML.each(lines) { "<p class=\"break\">\(String($0))</p>" })</div>
      """)
  }

  private func flash(_ kind: String, _ icon: Icon, _ content: HTML) -> HTML {
    "<div class=\"flash \(kind)\">\(icon.html(member.site.assets))\(content)</div>"
  }
}
