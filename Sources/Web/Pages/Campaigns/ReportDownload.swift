import Compose
import HTTP
import Model
import Spreadsheet
import Storage

/// A campaign's report as CSV, read from the ledger while the client takes it.
struct ReportDownload: Sendable {
  private let key: CampaignKey
  private let report: CampaignReport
  private let fileName: String
  private let store: Store
  /// Rows a page: about 60 KB.
  private static let pageSize = 500

  init(of campaign: Campaign, from store: Store) {
    key = campaign.key
    report = CampaignReport(of: campaign.key, from: campaign.content.from)
    fileName = "\(campaign.name.prefix(100)) report.csv"
    self.store = store
  }

  var answer: Response {
    Response.stream(type: "text/csv; charset=utf-8") { stream in try await write(to: stream) }
      .attachment(named: fileName)
  }

  private func write(to stream: ByteStream) async throws {
    let writer = CSVWriter()
    var text: [UInt8] = []
    writer.append(row: CampaignReport.columns, to: &text)
    var last = 0
    while true {
      let page = try await store.deliveries.report(of: key, after: last, limit: Self.pageSize)
      for row in page { writer.append(row: report.cells(row), to: &text) }
      if !text.isEmpty { try await stream.write(text) }
      text.removeAll(keepingCapacity: true)
      guard let end = page.last else { return }
      last = end.number
    }
  }
}
