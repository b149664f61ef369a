import Octets
import SMTP

/// Where the script of `--script` comes from: the program itself, or a file.
enum ScriptSource {
  static let names = ScriptPreset.allCases.map(\.rawValue)

  /// The script that comes with the program under this name, else the one in the file.
  ///
  /// - Throws: `SendRequest.Refusal` with the place of the first mistake.
  static func script(_ name: String) throws(SendRequest.Refusal) -> SandboxScript {
    let octets: [UInt8]
    if let preset = ScriptPreset(rawValue: name) {
      octets = Array(preset.text.utf8)
    } else {
      do throws(Configuration.FileFault) {
        octets = try SettingFile.read(name)
      } catch {
        let hint =
          Suggestion.nearest(to: name, in: names).map { "Did you mean '\($0)'?" }
          ?? "Scripts that come with the program: \(names.joined(separator: ", "))."
        throw SendRequest.Refusal("The script \(name) cannot be read: \(error.reason) \(hint)")
      }
    }
    do throws(ScriptError) {
      return try SandboxScript(parsing: octets)
    } catch {
      throw SendRequest.Refusal("\(name), \(error)")
    }
  }
}
