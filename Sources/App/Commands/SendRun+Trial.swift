import Compose
import Crypto
import MIME
import Model
import Octets
import SMTP
import Spreadsheet
import Workers

// What is tried before anything is created: the templates, the file, the server, or all of it in a
// dry run.

extension SendRun {
  func composer(
    of content: CampaignContent, of campaign: CampaignKey? = nil, named name: String = "",
    fieldNames: [String]? = nil, attachments: [Attachment]? = nil, linkKey: Secret
  ) throws -> CampaignComposer {
    try CampaignComposer(
      content, named: name,
      of: campaign ?? CampaignKey(workspace: .new(), campaign: .new()),
      fieldNames: fieldNames ?? request.fieldNames,
      attachments: attachments ?? request.attachments, linkKey: linkKey)
  }

  /// Reads the whole file once, so that a file that breaks off half-way creates nothing.
  static func count(_ path: String) throws(SpreadsheetError) -> Int {
    var file = try ContactFile(path: path)
    var row = Spreadsheet.Row()
    var count = 0
    while try file.next(into: &row) {
      if !row.isBlank { count += 1 }
    }
    return count
  }

  /// Ends a run whose server does not let us in: nothing is created but the report asked for.
  func giveUp(_ sentence: String, _ problem: SessionError) throws -> ExitCode {
    // What a campaign under way has sent stands in the ledger, not in the file.
    if let path = request.report, !request.isResuming {
      let report = try ReportFile(path)
      try eachRow { number, row in
        try report.append(
          ReportRow(
            number: number, email: row.email, state: row.refusal == nil ? .cancelled : .skipped,
            reason: row.refusal ?? "not sent: \(problem.sentence)", code: nil, enhancedCode: "",
            attempts: 0, sentAt: nil), messageID: nil)
      }
      try report.finish()
    }
    throw SendRequest.Refusal(sentence)
  }

  func eachRow(_ body: (Int, AudienceRow) throws -> Void) throws {
    var file = try ContactFile(path: request.contacts)
    let columns = file.columns.count
    var row = Spreadsheet.Row()
    var lines: [[UInt8]: Int] = [:]
    var number = 0
    while try file.next(into: &row) {
      if row.isBlank { continue }
      number += 1
      var verdict = Importer.verdict(
        on: row, emailColumn: request.survey.emailColumn, of: columns)
      if let key = verdict.key, let line = lines.updateValue(verdict.line, forKey: key) {
        lines[key] = line
        verdict = verdict.refused("duplicate of line \(line)")
      }
      try body(number, verdict)
    }
  }

  /// Makes every message and sends none.
  func dryRun(_ composer: CampaignComposer, recipients: Int) throws -> ExitCode {
    var (good, refused, broken, octets) = (0, 0, 0, 0)
    try eachRow { number, row in
      if let refusal = row.refusal {
        refused += 1
        if refused <= 10 { console.complain("line \(row.line): \(refusal)") }
        return
      }
      let delivery = ClaimedDelivery(
        number: number, email: row.email, fields: row.fields, attempts: 0)
      do throws(ComposeError) {
        octets += try composer.compose(delivery, date: .now()).message.size
        good += 1
      } catch {
        broken += 1
        if broken <= 10 { console.complain("line \(row.line): \(error)") }
      }
    }
    if request.isJSON {
      console.line(
        """
        {"would_send": \(good), "skipped": \(refused), "broken": \(broken), \
        "total": \(recipients), "octets": \(octets)}
        """)
    } else {
      console.line(
        "would send \(good) skipped \(refused) broken \(broken) of \(recipients) (\(octets) octets)"
      )
    }
    return broken == 0 ? .ok : .failure
  }
}
