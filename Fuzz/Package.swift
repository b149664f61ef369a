// swift-tools-version: 6.2
// What strangers say to the SMTP room, made up by libFuzzer: `make fuzz`. A package of its own, so
// that the program and its tests are built without instruments.

import PackageDescription

let instruments = ["-sanitize=fuzzer,address"]

/// A room of the program with counters at every branch; `Rooms` leads to its sources.
func room(_ name: String, _ uses: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: uses, path: "Rooms/\(name)",
    swiftSettings: [
      .swiftLanguageMode(.v6),
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
      .unsafeFlags(instruments + ["-enable-testing"]),
    ])
}

func fuzzer(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["CFuzzer", "Octets", "SMTP"], path: "Targets/\(name)",
    swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(instruments + ["-parse-as-library"])],
    // The usual linker falls over the debug tables of both instruments.
    linkerSettings: [.unsafeFlags(instruments + ["-use-ld=lld"])])
}

func library(_ name: String, _ pkgConfig: String) -> Target {
  .systemLibrary(name: name, path: "Rooms/\(name)", pkgConfig: pkgConfig)
}

let package = Package(
  name: "fuzz",
  targets: [
    library("COpenSSL", "openssl"), library("CSodium", "libsodium"), library("CIDN2", "libidn2"),
    library("CPSL", "libpsl"),
    .target(name: "CNet", path: "Rooms/CNet"),
    .target(name: "CFuzzer", path: "Targets/CFuzzer"),
    room("Octets"),
    room("Locking", ["Octets"]),
    room("Crypto", ["Octets", "Locking", "CSodium", "COpenSSL"]),
    room("Net", ["Octets", "Locking", "CNet", "COpenSSL", "CPSL"]),
    room("MIME", ["Octets", "Locking", "Crypto", "CIDN2"]),
    room("SMTP", ["Octets", "Locking", "Net", "MIME", "Crypto"]),
    fuzzer("FuzzReplies"),
    fuzzer("FuzzCommands"),
  ],
  cLanguageStandard: .c2x
)
