import MIME
import Model
import Octets
import Storage

/// Values to store, alike but for what a test asks for.
enum Sample {
  static func sender(
    _ id: Identifier, in workspace: Identifier, password: [UInt8]? = nil
  ) -> Sender {
    Sender(
      id: id, workspace: workspace, name: "Main", host: "mail.example.org", port: 587,
      security: "required", user: "ada", sealedPassword: password)
  }

  static func campaign(
    in workspace: Identifier, sender: Identifier, inDoubt: InDoubtPolicy = .hold,
    id: Identifier = .new(), audience: Identifier = .new()
  ) -> (Campaign, Audience) {
    let content = CampaignContent(
      subject: "Hello {{ first_name }}", html: [UInt8]("<p>Hello</p>".utf8), text: nil,
      from: "Ada <ada@example.org>")
    let campaign = Campaign(
      id: id, workspace: workspace, name: "November", state: .preparing, content: content,
      sender: sender, audience: audience, inDoubt: inDoubt, createdAt: Scene.start)
    let rows = Audience(
      id: audience, workspace: workspace, file: "/tmp/contacts.csv",
      fieldNames: ["email", "first_name"], emailColumn: 0, offset: 40, line: 2)
    return (campaign, rows)
  }

  /// A recipient of the file, `person<line>@example.org`.
  static func row(line: Int) -> AudienceRow {
    row(line: line, "person\(line)@example.org")
  }

  /// A row as the importer makes it: a person, or refused.
  static func row(line: Int, _ address: String) -> AudienceRow {
    var fields: [UInt8] = []
    FieldList.append([[UInt8](address.utf8)[...], [UInt8]("Name".utf8)[...]], to: &fields)
    do {
      let parsed = try EmailAddress(address)
      return AudienceRow(
        line: line, email: parsed.wire, key: parsed.key, fields: fields, refusal: nil)
    } catch {
      return AudienceRow(
        line: line, email: [UInt8](address.utf8), key: nil, fields: fields,
        refusal: "invalid address")
    }
  }

  static let accepted = Verdict(
    state: .sent, answer: ServerAnswer(code: 250, enhancedCode: "2.0.0", text: [UInt8]("ok".utf8)))
  static let refused = Verdict(
    state: .failed,
    answer: ServerAnswer(code: 550, enhancedCode: "5.1.1", text: [UInt8]("no such user".utf8)))

  static func deferred(until due: Timestamp) -> Verdict {
    Verdict(
      state: .deferred, answer: ServerAnswer(code: 451, text: [UInt8]("busy".utf8)), dueAt: due)
  }

  static func outcome(
    _ verdict: Verdict, of number: Int, attempt: Int, lease: Lease
  ) -> Ledger.Outcome {
    Ledger.Outcome(
      number: number, lease: lease, attempt: attempt, verdict: verdict,
      server: [UInt8]("mx.example.org:25".utf8), startedAt: Scene.start,
      finishedAt: Scene.start + .seconds(1))
  }
}
