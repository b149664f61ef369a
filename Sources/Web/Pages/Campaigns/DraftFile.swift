import Model
import Spreadsheet

/// A contact file that has come in with a draft and waits to be read when it is sent.
struct DraftFile: Sendable {
  let name: String
  /// The columns as the file names them; none when the file is gone.
  let columns: [String]
  /// The one with the addresses; `nil` where it is not known yet.
  let chosenColumn: String?

  /// Looks at the file of a draft's place; `nil` where none has come.
  init?(_ place: Audience?, in uploads: String) {
    guard let place, place.state == .empty, !place.file.isEmpty else { return nil }
    name = place.name
    columns = Self.head("\(uploads)/\(place.file)")?.columns ?? []
    chosenColumn = columns.indices.contains(place.emailColumn) ? columns[place.emailColumn] : nil
  }

  /// The head of a file in which no column need hold addresses: then its number is -1.
  ///
  /// `nil` when it is no contact file.
  static func head(_ path: String) -> ContactUpload.Head? {
    do throws(SpreadsheetError) {
      let file = try ContactFile(path: path)
      return ContactUpload.Head(
        columns: file.columns, emailColumn: file.emailColumn ?? -1, offset: file.headerEndOffset,
        line: 2)
    } catch {
      return nil
    }
  }
}
