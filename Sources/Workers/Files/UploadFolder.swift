import Glibc
import Model

/// The data folder's `uploads/`: contact files on their way into the database.
struct UploadFolder: Sendable {
  let path: String

  /// Where a list's file lies: one of its own by name, that of `martlet send` by its path.
  func place(of audience: Audience) -> String {
    FolderSweep.isName(audience.file) ? "\(path)/\(audience.file)" : audience.file
  }

  /// The name of a list's file in the folder; `nil` for a file that is not ours to remove.
  func name(of audience: Audience) -> String? { name(audience.file) }

  /// As ``name(of:)``, for what stands in the database.
  func name(_ file: String) -> String? {
    if FolderSweep.isName(file) { return file }
    guard file.hasPrefix("\(path)/") else { return nil }
    let rest = String(file.dropFirst(path.count + 1))
    return FolderSweep.isName(rest) ? rest : nil
  }

  /// Removes a list's file, if it is ours.
  func remove(_ audience: Audience) {
    if let name = name(of: audience) { unlink("\(path)/\(name)") }
  }
}
