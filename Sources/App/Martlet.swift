import Glibc
import Workers

/// The program: its commands, and the way from the process's arguments to an exit code.
public enum Martlet {
  public static let version = "0.1.0"

  /// Runs the command that the process was started with, and ends the process.
  public static func main() async -> Never {
    signal(SIGPIPE, SIG_IGN)
    // Database, report and sandbox hold personal data: they are the owner's alone.
    umask(0o077)
    let arguments = Array(CommandLine.arguments.dropFirst())
    wipePasswords()
    var environment = ProcessEnvironment.current()
    // For the program's own tests, whose shell may run the program as well.
    environment["MARTLET_CORPORA"] = nil
    let console = Console.standard(environment: environment)
    var crash = CrashPlan.none
    if let text = environment.removeValue(forKey: "MARTLET_CRASH_AT") {
      guard let plan = CrashPlan(text) else {
        console.complain("martlet: MARTLET_CRASH_AT names no crash point: \(text)")
        exit(ExitCode.usage.rawValue)
      }
      crash = plan
    }
    exit(await program(environment, crash: crash).run(arguments, on: console).rawValue)
  }

  /// The program with all its commands.
  static func program(_ environment: [String: String], crash: CrashPlan) -> Program {
    let configure: Configure = { arguments, console in
      var options: [Setting: String] = [:]
      if let data = arguments.value("data") { options[.data] = data }
      if let listen = arguments.value("listen") { options[.listen] = listen }
      let configuration = try Configuration(
        options: options, environment: environment, dotEnv: try SettingFile.dotEnv(),
        readingFile: SettingFile.read)
      for warning in configuration.warnings { console.complain(warning) }
      return configuration
    }
    return Program(
      name: "martlet", version: version, summary: "send e-mail campaigns, and know who got them",
      commands: [
        .serve(configure, crash: crash), .send(configure, crash: crash), .sandbox(configure),
        .sendDue(configure, crash: crash), .scheduleShow(configure),
        .scheduleSwitch(configure, isOn: true), .scheduleSwitch(configure, isOn: false),
        .addressCheck, .migrate(configure), .userCreate(configure), .userResetPassword(configure),
        .secretRotate(configure), .configShow(configure), .version,
      ])
  }

  /// A password in an argument would be there for every user of the machine to read.
  private static func wipePasswords() {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      let text = String(cString: argument)
      guard text.contains("smtp"), text.contains("://"), text.contains("@") else { continue }
      memset(argument, Int32(UInt8(ascii: "*")), strlen(argument))
    }
  }
}

/// Reads the settings for a command's arguments, warning of what is odd.
typealias Configure = @Sendable (Arguments, Console) throws -> Configuration
