import HTTP
import Locking

/// Takes the files of a form, each into the folder and under the limit that its input has.
final class UploadReader: Sendable {
  struct Place: Sendable {
    let folder: String
    let limit: Int
  }

  private struct State: Sendable {
    var current: (name: String, file: Upload)?
    var files: [String: Upload] = [:]
    var refusals: [String: Upload.Failure] = [:]
  }

  private let places: [String: Place]
  private let state = Lock(State())

  /// `places` by the names of the inputs; files of other inputs are read and dropped.
  init(_ places: [String: Place]) { self.places = places }

  /// The file of an input; `nil` when none was chosen.
  ///
  /// - Throws: ``Upload/Failure`` when it was too long or could not be stored.
  func file(_ name: String) throws(Upload.Failure) -> Upload? {
    let (file, refusal) = state.withLock { ($0.files[name], $0.refusals[name]) }
    if let refusal { throw refusal }
    return file
  }

  func take(_ piece: FilePiece) {
    state.withLock { state in
      switch piece {
      case .begin(let part):
        guard let place = places[part.name], state.files[part.name] == nil else { return }
        do throws(Upload.Failure) {
          state.current = (
            part.name,
            try Upload(part.fileName ?? "", in: place.folder, limit: place.limit)
          )
        } catch {
          state.refusals[part.name] = error
        }
      case .data(let octets):
        guard let (name, file) = state.current else { return }
        do throws(Upload.Failure) {
          try file.append(octets)
        } catch {
          // The rest of the form still comes, so that the page can show it again.
          state.refusals[name] = error
          state.current = nil
        }
      case .end:
        guard let (name, file) = state.current else { return }
        state.current = nil
        do throws(Upload.Failure) {
          try file.finish()
          state.files[name] = file
        } catch {
          state.refusals[name] = error
        }
      }
    }
  }
}
