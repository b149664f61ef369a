import Model
import Octets
import Spreadsheet
import Storage
import Telemetry

/// Reads one uploaded file into its list, and removes it when that is done or cannot be.
struct ListReader: Sendable {
  let bench: Workbench
  let stop: StopSign

  /// Reads all rows that are missing.
  ///
  /// - Returns: `false` when it has to be tried again, because the database could not be used.
  func read(_ audience: Audience) async -> Bool {
    let store = bench.store
    do {
      let importer = Importer(store: store, crash: bench.options.crash, stop: stop)
      let list = try await importer.run(audience, at: bench.uploads.place(of: audience))
      if list.state == .ready { bench.uploads.remove(audience) }
      return true
    } catch let error as SpreadsheetError {
      return await fail(audience, error)
    } catch let error as StoreError {
      if error.isRefusal { return await leave(audience) }
      bench.options.log?.error("a list cannot be stored", ["reason": .text("\(error)")])
      return false
    } catch {
      bench.options.log?.error("a list cannot be stored", ["reason": .text("\(error)")])
      return false
    }
  }

  private func fail(_ audience: Audience, _ error: SpreadsheetError) async -> Bool {
    do throws(StoreError) {
      try await bench.store.audiences.fail(
        audience.id, in: audience.workspace, failure: sentence(error, audience))
      bench.uploads.remove(audience)
      return true
    } catch {
      bench.options.log?.error("a list cannot be stored", ["reason": .text("\(error)")])
      return false
    }
  }

  /// Nobody who uploads a file needs to know where it lay.
  private func sentence(_ error: SpreadsheetError, _ audience: Audience) -> String {
    if case .cannotOpen = error, bench.uploads.name(of: audience) != nil {
      return "The file is not there any more. Upload it again."
    }
    return error.description
  }

  /// The list was removed or changed while it was read: the file goes unless it is still wanted.
  private func leave(_ audience: Audience) async -> Bool {
    do throws(StoreError) {
      let now = try await bench.store.audiences.find(audience.id, in: audience.workspace)
      if now?.file != audience.file || now?.state == .ready { bench.uploads.remove(audience) }
      return true
    } catch {
      return false
    }
  }
}
