import MIME
import Model
import Octets
import Spreadsheet

/// A contact file that has just come in, its head looked at, ready to become a list.
struct ContactUpload: Sendable {
  /// What a contact file looks like, without its rows having been read.
  struct Head: Sendable, Equatable {
    /// The columns as the file names them.
    let columns: [String]
    /// Which of them holds the addresses.
    let emailColumn: Int
    /// Where the rows begin, in octets.
    let offset: Int
    /// The line of the first row.
    let line: Int

    /// The columns as templates call them.
    var fieldNames: [String] { columns.map(FieldName.of(column:)) }
  }

  /// Why a file cannot become a list, in a sentence for the one who chose it.
  struct Fault: Error, Equatable {
    /// Whether it is about the choice of column rather than about the file.
    let isAboutColumn: Bool
    let sentence: String
  }

  let upload: Upload
  let head: Head

  /// Looks at the head of a file; `column` names the one with the addresses, `nil` or empty to
  /// have it guessed.
  static func check(path: String, column: String?) -> Result<Head, Fault> {
    do throws(SpreadsheetError) {
      var file = try ContactFile(path: path)
      var emailColumn = file.emailColumn
      if let column, !column.isEmpty { emailColumn = try file.column(named: column) }
      guard let emailColumn else { throw .noEmailColumn(has: file.columns) }
      let head = Head(
        columns: file.columns, emailColumn: emailColumn, offset: file.headerEndOffset, line: 2)
      return try judge(&file, emailColumn).map(Result.failure) ?? .success(head)
    } catch {
      return .failure(fault(error))
    }
  }

  /// What is wrong with a file whose addresses are known to stand in a column.
  static func fault(of path: String, emailColumn: Int) -> Fault? {
    do throws(SpreadsheetError) {
      var file = try ContactFile(path: path)
      return try judge(&file, emailColumn)
    } catch {
      return fault(error)
    }
  }

  /// Takes the file of a form; what is wrong is noted beside its inputs.
  ///
  /// - Returns: `nil` when there is no file, or something is wrong with it.
  static func take(
    _ reader: UploadReader, _ form: inout Form, file: String = "file", column: String = "column",
    required: String? = "Choose a file with the people to write to."
  ) -> ContactUpload? {
    do throws(Upload.Failure) {
      guard let upload = try reader.file(file) else {
        if let required { form.note(file, required) }
        return nil
      }
      switch check(path: upload.path, column: form.raw(column)) {
      case .success(let head): return ContactUpload(upload: upload, head: head)
      case .failure(let fault):
        form.note(fault.isAboutColumn ? column : file, fault.sentence)
        return nil
      }
    } catch {
      form.note(file, error.sentence)
      return nil
    }
  }

  /// The list that the file becomes; once it is stored, tell the upload to be kept.
  func audience(
    _ id: Identifier = .new(), in workspace: Identifier, named name: String? = nil, now: Timestamp
  ) -> Audience {
    Audience(
      id: id, workspace: workspace, file: upload.storedName, fieldNames: head.fieldNames,
      emailColumn: head.emailColumn, offset: head.offset, line: head.line,
      name: name ?? Self.name(upload.fileName), createdAt: now)
  }

  /// What a list is called after its file.
  static func name(_ fileName: String) -> String {
    let name = String(String.UnicodeScalarView(fileName.unicodeScalars.prefix(200)))
    return name.allSatisfy(\.isWhitespace) ? "Contacts" : name
  }

  /// Rows in which an address is looked for.
  private static let head = 100
  /// Rows that are read for it, since blank ones do not count.
  private static let mostRead = 1_000

  /// Looks for an address in the column, in the first rows.
  ///
  /// - Returns: `nil` when there is one, or nothing but blank rows as far as it reads.
  private static func judge(
    _ file: inout ContactFile, _ column: Int
  ) throws(SpreadsheetError) -> Fault? {
    var row = Row()
    var example: String?
    var seen = 0
    for _ in 0..<mostRead where seen < head {
      guard try file.next(into: &row) else {
        guard seen == 0 else { break }
        return Fault(
          isAboutColumn: false,
          sentence:
            "The file names its columns, but has no contact below them. Add a line per person.")
      }
      if row.isBlank { continue }
      seen += 1
      let cell = row.trimmed(column)
      if (try? EmailAddress(cell)) != nil { return nil }
      if example == nil, !cell.isEmpty {
        example = String(decoding: cell.prefix(400), as: UTF8.self)
      }
    }
    guard seen > 0 else { return nil }
    let name = file.columns.indices.contains(column) ? file.columns[column] : ""
    let finding =
      example.map {
        """
        holds no e-mail address in its first rows, only values such as “\(Wording.short($0, 60))”
        """
      } ?? "is empty in its first rows"
    return Fault(
      isAboutColumn: true,
      sentence: """
        The column “\(Wording.short(name, 60))” \(finding). Choose the column with the addresses.
        """)
  }

  private static func fault(_ error: SpreadsheetError) -> Fault {
    switch error {
    case .noColumn, .noEmailColumn:
      Fault(isAboutColumn: true, sentence: error.description)
    // Its path is nobody's business.
    case .cannotOpen:
      Fault(isAboutColumn: false, sentence: "The file could not be read. Choose it again.")
    default:
      Fault(isAboutColumn: false, sentence: error.description)
    }
  }
}

extension Upload.Failure {
  /// What happened and what to do.
  var sentence: String {
    switch self {
    case .tooLarge(let limit):
      "The file is larger than \(Wording.size(limit)). Choose a smaller one, or split it."
    case .notStored:
      "The file could not be stored: perhaps the server's disk is full. Try again later."
    }
  }
}
